#pragma once

/// PostgreSQL's lexical rules, by a lexer of our own: it does not recurse, allocates nothing but the
/// list, and is ten times faster than libpg_query's. Token boundaries are those of pg_query_scan; blanks
/// and comments (nested ones too) yield no token.
/// Rules: PostgreSQL 15 src/backend/parser/scan.l, with standard_conforming_strings on.
/// Offsets and lengths are bytes of the UTF-8 text. Text with a NUL byte is an error.
/// Thread rule: pure functions.

#include "policy/sql/error.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace pgveil::policy::sql {

struct Token {
  enum class Kind : std::uint8_t {
    Word,               // keyword or identifier, as spelled
    QuotedIdentifier,   // "…"
    UnicodeIdentifier,  // U&"…"
    String,             // '…', pieces on several lines are one token
    EscapeString,       // E'…'
    UnicodeString,      // U&'…'
    BitString,          // B'…'
    HexString,          // X'…'
    DollarString,       // $tag$…$tag$
    NationalPrefix,     // the N of N'…'; the string follows
    Integer4,           // digits that fit int4, int8, or neither
    Integer8,
    IntegerBig,
    Float,
    Parameter,   // $n
    Operator,    // also :: := => .. and one-character operators
    Punctuation  // ( ) [ ] , ; : .
  };
  Kind kind = Kind::Word;
  std::uint32_t location = 0;
  std::uint32_t length = 0;

  friend bool operator==(const Token&, const Token&) = default;
};

/// Strings, bit strings and numbers: what a literal slot can be made of.
[[nodiscard]] bool is_literal(Token::Kind kind);

[[nodiscard]] inline std::string_view text_of(const Token& token, std::string_view sql) {
  return sql.substr(token.location, token.length);
}

/// The keyword `lower_case`, in any case. Quoted identifiers are never keywords.
[[nodiscard]] bool is_word(const Token& token, std::string_view sql, std::string_view lower_case);

/// Errors: Syntax (unterminated string, comment or identifier, NUL, junk after a number), TooLarge.
[[nodiscard]] Result<std::vector<Token>> scan(std::string_view sql,
                                              std::uint32_t max_tokens = 1'000'000);

/// A constant as the client spelled it; the unit of a plan's literal slots.
struct Literal {
  enum class Class : std::uint8_t { String, Integer, Float, Bit, Null, Boolean };
  std::uint32_t location = 0;  // of the minus sign, where the grammar folds it into the number
  std::uint32_t length = 0;    // through the UESCAPE clause, if there is one
  Class cls = Class::String;
  bool negative = false;  // a minus sign is part of it

  friend bool operator==(const Literal&, const Literal&) = default;
};

/// The constants of a token list in reading order: literal tokens with their sign, and the words NULL,
/// TRUE and FALSE where they are values (not in IS NULL, AS null, t.true).
/// Purely lexical; SyntaxTree::literals() says what the grammar made of them.
[[nodiscard]] std::vector<Literal> literals_of(const std::vector<Token>& tokens,
                                               std::string_view sql);

}  // namespace pgveil::policy::sql
