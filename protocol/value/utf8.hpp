#pragma once

/// UTF-8 as PostgreSQL judges and counts it. Source: src/common/wchar.c (pg_utf8_islegal,
/// pg_utf_mblen), src/backend/utils/mb/mbutils.c (report_invalid_encoding).

#include "protocol/value/codec.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pgveil::protocol::value {

/// 22021 with PostgreSQL's message if the text is not UTF-8 or holds a NUL.
[[nodiscard]] std::optional<PgError> check_utf8(std::string_view text);
/// Bytes of the character that starts with `first`, whatever follows.
[[nodiscard]] std::size_t character_size(char first);
[[nodiscard]] std::size_t count_characters(std::string_view text);
/// The first `count` characters.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count);
/// At most `size` bytes, without cutting a character.
[[nodiscard]] std::string_view first_bytes(std::string_view text, std::size_t size);
[[nodiscard]] std::string_view without_trailing_blanks(std::string_view text);

}  // namespace pgveil::protocol::value
