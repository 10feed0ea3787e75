#pragma once

/// Statements of a client whose client_encoding is not UTF8. Planning reads UTF-8; the server converts what
/// it gets from the client's encoding. So the two agree on a text only where it is ASCII. Bytes beyond
/// ASCII may stand inside string constants and comments, where they decide nothing about what is read or
/// written; planning sees a placeholder of the same length there. Elsewhere (names), and in encodings whose
/// characters may end in an ASCII byte (a quote or backslash that is none), the text is refused.
/// Source: PostgreSQL, "Character Set Support"; src/common/wchar.c.

#include "protocol/message/errors.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace pgveil::proxy {

/// Nothing: `sql` may be planned as it is. SQL_ASCII means that nobody converts.
[[nodiscard]] std::optional<std::variant<std::string, protocol::ErrorFields>> foreign_text(
    std::string_view sql, std::string_view client_encoding);

[[nodiscard]] protocol::ErrorFields foreign_text_refused();

}  // namespace pgveil::proxy
