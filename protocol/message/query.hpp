#pragma once

/// What a client sends to run statements. Decoders take a body without type and length; encoders append
/// a whole message. Views (also the texts) live as long as the body.
/// Source: PostgreSQL, "Message Formats"; src/backend/tcop/postgres.c.

#include "protocol/bytes.hpp"

#include <string_view>
#include <variant>
#include <vector>

namespace pgveil::protocol {

/// Errors Truncated, LeftOver, BadString, BadKind are ERROR 08P01 in the session, as on the server.
struct Query {
  std::string_view sql;
};

[[nodiscard]] Result<Query> decode_query(ByteView body);
void encode_query(Bytes& out, const Query& message);

struct Parse {
  std::string_view statement;
  std::string_view sql;
  std::vector<std::uint32_t> parameter_types;  // 0: to be inferred
};

[[nodiscard]] Result<Parse> decode_parse(ByteView body);
void encode_parse(Bytes& out, const Parse& message);

/// Format codes as sent: none is all text, one stands for all. Whether their number fits is for whoever
/// knows the statement to say.
struct Bind {
  std::string_view portal;
  std::string_view statement;
  std::vector<std::int16_t> formats;
  std::vector<Cell> values;  // at most 65535
  std::vector<std::int16_t> result_formats;
};

[[nodiscard]] Result<Bind> decode_bind(ByteView body);
void encode_bind(Bytes& out, const Bind& message);
/// The format of entry `index`, after none-is-text and one-for-all.
[[nodiscard]] std::int16_t format_of(const std::vector<std::int16_t>& formats, std::size_t index);

/// What Describe and Close name.
enum class Target : char { Statement = 'S', Portal = 'P' };

struct Describe {
  Target target = Target::Statement;
  std::string_view name;
};

[[nodiscard]] Result<Describe> decode_describe(ByteView body);
void encode_describe(Bytes& out, const Describe& message);

struct Close {
  Target target = Target::Statement;
  std::string_view name;
};

[[nodiscard]] Result<Close> decode_close(ByteView body);
void encode_close(Bytes& out, const Close& message);

struct Execute {
  std::string_view portal;
  std::int32_t row_limit = 0;  // 0 and less: all rows
};

[[nodiscard]] Result<Execute> decode_execute(ByteView body);
void encode_execute(Bytes& out, const Execute& message);

struct FunctionCall {
  std::uint32_t function = 0;
  std::vector<std::int16_t> formats;
  std::vector<Cell> arguments;
  std::int16_t result_format = 0;
};

[[nodiscard]] Result<FunctionCall> decode_function_call(ByteView body);
void encode_function_call(Bytes& out, const FunctionCall& message);

void encode_flush(Bytes& out);
void encode_sync(Bytes& out);
void encode_terminate(Bytes& out);
/// Flush, Sync, Terminate, CopyDone and the server's messages without a body: LeftOver if there is one.
[[nodiscard]] Result<std::monostate> decode_empty(ByteView body);

}  // namespace pgveil::protocol
