#pragma once

/// int2, int4, int8, bool, uuid and bytea; the parts of codec.hpp for these types.
/// Source: PostgreSQL, src/backend/utils/adt/{numutils,int,int8,bool,uuid,encode,varlena}.c.

#include "protocol/value/codec.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pgveil::protocol::value {

/// isspace() in the locales that a UTF-8 database has.
[[nodiscard]] bool is_space(char c);
[[nodiscard]] bool is_digit(char c);
/// `invalid input syntax for type …: "…"`, 22P02.
[[nodiscard]] PgError invalid_syntax(std::string_view type_name, std::string_view text);

/// 2, 4 or 8 for the integer types, else 0.
[[nodiscard]] std::size_t integer_width(TypeOid type);
/// smallint, integer, bigint.
[[nodiscard]] const char* integer_name(TypeOid type);
[[nodiscard]] bool fits_integer(TypeOid type, std::int64_t value);
[[nodiscard]] Canonical integer_canonical(std::size_t width, std::int64_t value);
/// Two's complement of exactly `width` bytes; nothing for another size.
[[nodiscard]] std::optional<std::int64_t> integer_value(std::size_t width, ByteView canonical);

[[nodiscard]] Converted integer_from_text(TypeOid type, std::string_view text);
[[nodiscard]] Converted bool_from_text(std::string_view text);
[[nodiscard]] Converted uuid_from_text(std::string_view text);
[[nodiscard]] Converted bytea_from_text(std::string_view text);

void integer_to_text(std::int64_t value, Bytes& out);
void uuid_to_text(ByteView canonical, Bytes& out);
void bytea_to_text(ByteView canonical, ByteaOutput form, Bytes& out);

}  // namespace pgveil::protocol::value
