#pragma once

/// Messages of conversations, short enough to be written in a table.

#include "protocol/bytes.hpp"
#include "protocol/message/rows.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::sim {

using protocol::Bytes;

/// Several messages as one piece.
[[nodiscard]] Bytes all(std::initializer_list<Bytes> messages);

// The client's.
[[nodiscard]] Bytes query(std::string_view sql);
[[nodiscard]] Bytes parse(std::string_view name,
                          std::string_view sql,
                          std::vector<std::uint32_t> types = {});
using Values = std::vector<std::optional<std::string>>;
[[nodiscard]] Bytes bind(std::string_view portal,
                         std::string_view statement,
                         const Values& values = {},
                         std::vector<std::int16_t> result_formats = {},
                         std::vector<std::int16_t> formats = {});
[[nodiscard]] Bytes describe_statement(std::string_view name);
[[nodiscard]] Bytes describe_portal(std::string_view name);
[[nodiscard]] Bytes execute(std::string_view portal, std::int32_t row_limit = 0);
[[nodiscard]] Bytes close_statement(std::string_view name);
[[nodiscard]] Bytes close_portal(std::string_view name);
[[nodiscard]] Bytes sync();
[[nodiscard]] Bytes flush();
[[nodiscard]] Bytes terminate();
[[nodiscard]] Bytes copy_data(std::string_view data);
[[nodiscard]] Bytes copy_done();
[[nodiscard]] Bytes copy_fail(std::string_view reason);
[[nodiscard]] Bytes function_call(std::uint32_t function = 2);
[[nodiscard]] Bytes function_result();
/// What goes upstream in place of a message that is refused.
[[nodiscard]] Bytes failing_parse(std::string_view name = "pgveil_refused");

// The server's.
[[nodiscard]] Bytes parse_complete();
[[nodiscard]] Bytes bind_complete();
[[nodiscard]] Bytes close_complete();
[[nodiscard]] Bytes no_data();
[[nodiscard]] Bytes empty_query();
[[nodiscard]] Bytes suspended();
[[nodiscard]] Bytes parameters(std::vector<std::uint32_t> types);

struct Column {
  std::string name;
  std::uint32_t type = 25;
  std::int16_t format = 0;
};

[[nodiscard]] Bytes columns(const std::vector<Column>& columns);
[[nodiscard]] Bytes row(const Values& values);
[[nodiscard]] Bytes complete(std::string_view tag);
[[nodiscard]] Bytes ready(char state = 'I');
[[nodiscard]] Bytes error(std::string_view sqlstate,
                          std::string_view message,
                          std::string_view detail = {},
                          std::string_view hint = {});
/// "cached plan must not change result type", as drivers know it.
[[nodiscard]] Bytes result_type_changed();
[[nodiscard]] Bytes fatal(std::string_view sqlstate,
                          std::string_view message,
                          std::string_view hint = {});
[[nodiscard]] Bytes notice(std::string_view message);
/// The error of the statement that pgveil makes fail.
[[nodiscard]] Bytes provoked();
[[nodiscard]] Bytes provoked_syntax();
[[nodiscard]] Bytes setting(std::string_view name, std::string_view value);
[[nodiscard]] Bytes notification(std::string_view channel);
[[nodiscard]] Bytes copy_in();
[[nodiscard]] Bytes copy_out();

/// For failed expectations: one line per message.
[[nodiscard]] std::string print(protocol::ByteView stream);

}  // namespace pgveil::sim
