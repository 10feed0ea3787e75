#pragma once

/// Reads one literal token of SQL text. Source: PostgreSQL, "Lexical Structure", "Constants";
/// src/backend/parser/scan.l.

#include <optional>
#include <string>
#include <string_view>

namespace pgveil::proxy::transform {

struct Literal {
  enum class Kind { String, Number, True, False, Null };
  Kind kind = Kind::Null;
  std::string text;  // String: the characters; Number: as spelled
};

/// '…', E'…', U&'…' (escape `\`), $tag$…$tag$, N'…', numbers with an optional sign, TRUE, FALSE, NULL.
/// `backslash_quotes`: plain '…' takes backslashes too (standard_conforming_strings = off).
/// Nothing for anything else: bit strings, broken escapes, continued strings ('a' newline 'b' is read).
[[nodiscard]] std::optional<Literal> read_literal(std::string_view token, bool backslash_quotes);

}  // namespace pgveil::proxy::transform
