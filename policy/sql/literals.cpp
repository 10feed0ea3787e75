// literals_of: which tokens are constants, and which minus signs belong to them.
#include "policy/sql/scan.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy::sql {
namespace {

using Kind = Token::Kind;

// Words after which an expression begins. A wrong guess costs only the plan cache: SyntaxTree compares
// with what the grammar did.
constexpr std::array<std::string_view, 41> kBeforeOperand = {
    "absolute", "all",       "and",   "any",     "asc",      "backward",  "between",
    "by",       "case",      "check", "desc",    "distinct", "else",      "escape",
    "fetch",    "first",     "for",   "forward", "from",     "having",    "ilike",
    "in",       "increment", "like",  "limit",   "maxvalue", "minvalue",  "next",
    "not",      "offset",    "on",    "or",      "relative", "returning", "select",
    "similar",  "start",     "then",  "to",      "when",     "where"};

bool ends_operand(const Token& token, std::string_view sql) {
  switch (token.kind) {
    case Kind::Word:
      return std::none_of(kBeforeOperand.begin(), kBeforeOperand.end(),
                          [&](std::string_view word) { return is_word(token, sql, word); });
    case Kind::Operator:
      return false;
    case Kind::Punctuation: {
      const char c = sql[token.location];
      return c == ')' || c == ']';
    }
    default:
      return true;
  }
}

bool is_minus(const Token& token, std::string_view sql) {
  return token.kind == Kind::Operator && text_of(token, sql) == "-";
}

bool is_number(Kind kind) {
  return kind == Kind::Integer4 || kind == Kind::Integer8 || kind == Kind::IntegerBig ||
         kind == Kind::Float;
}

Literal::Class class_of(Kind kind) {
  switch (kind) {
    case Kind::Integer4:
    case Kind::Integer8:
    case Kind::IntegerBig:
      return Literal::Class::Integer;
    case Kind::Float:
      return Literal::Class::Float;
    case Kind::BitString:
    case Kind::HexString:
      return Literal::Class::Bit;
    default:
      return Literal::Class::String;
  }
}

/// NULL, TRUE, FALSE as values.
bool word_literal(const std::vector<Token>& tokens,
                  std::size_t i,
                  std::string_view sql,
                  Literal& out) {
  const Token& token = tokens[i];
  if (token.length != 4 && token.length != 5) return false;
  const char first = sql[token.location];
  if (first != 'n' && first != 'N' && first != 't' && first != 'T' && first != 'f' &&
      first != 'F') {
    return false;
  }
  if (is_word(token, sql, "null")) {
    out.cls = Literal::Class::Null;
  } else if (is_word(token, sql, "true") || is_word(token, sql, "false")) {
    out.cls = Literal::Class::Boolean;
  } else {
    return false;
  }
  if (i == 0) return true;
  const Token& before = tokens[i - 1];
  if (is_word(before, sql, "is") || is_word(before, sql, "as")) return false;
  if (before.kind == Kind::Punctuation && sql[before.location] == '.') return false;
  return !(i > 1 && is_word(before, sql, "not") && is_word(tokens[i - 2], sql, "is"));
}

/// The minus signs in front of the number at i, if the grammar folds them into it: a cast binds
/// tighter than the sign.
void fold_signs(const std::vector<Token>& tokens,
                std::size_t i,
                std::string_view sql,
                Literal& literal) {
  if (i + 1 < tokens.size() && text_of(tokens[i + 1], sql) == "::") return;
  for (std::size_t j = i; j > 0 && is_minus(tokens[j - 1], sql); --j) {
    if (j >= 2 && ends_operand(tokens[j - 2], sql)) break;
    literal.length += literal.location - tokens[j - 1].location;
    literal.location = tokens[j - 1].location;
    literal.negative = !literal.negative;
  }
}

}  // namespace

std::vector<Literal> literals_of(const std::vector<Token>& tokens, std::string_view sql) {
  std::vector<Literal> literals;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    Literal literal{token.location, token.length, class_of(token.kind), false};
    if (is_number(token.kind)) {
      fold_signs(tokens, i, sql, literal);
      literals.push_back(literal);
    } else if (is_literal(token.kind) || token.kind == Kind::UnicodeIdentifier) {
      const bool unicode =
          token.kind == Kind::UnicodeString || token.kind == Kind::UnicodeIdentifier;
      const bool uescape = unicode && i + 2 < tokens.size() &&
                           is_word(tokens[i + 1], sql, "uescape") &&
                           tokens[i + 2].kind == Kind::String;
      if (uescape) {
        i += 2;
        literal.length = tokens[i].location + tokens[i].length - literal.location;
      }
      if (is_literal(token.kind)) literals.push_back(literal);
    } else if (token.kind == Kind::Word && word_literal(tokens, i, sql, literal)) {
      literals.push_back(literal);
    }
  }
  return literals;
}

}  // namespace pgveil::policy::sql
