// The text of a statement without what the client put into it, for the audit log.
#include "policy/sql/shape.hpp"

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

using Units = std::vector<std::string>;

std::string unit_text(const Token& token, std::string_view sql) {
  if (token.kind == Token::Kind::Parameter || is_literal(token.kind)) return "?";
  std::string text(text_of(token, sql));
  if (token.kind == Token::Kind::Word) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  }
  return text;
}

/// One string per token; a literal with its sign or UESCAPE clause is one. NULL stays: that a value
/// was taken away is what an auditor asks for.
Units units_of(std::string_view sql, const std::vector<Token>& tokens) {
  Units units;
  const std::vector<Literal> literals = literals_of(tokens, sql);
  std::size_t next = 0;
  std::uint32_t skip_to = 0;
  for (const Token& token : tokens) {
    if (token.location < skip_to) continue;
    while (next < literals.size() && literals[next].location < token.location) ++next;
    const bool starts = next < literals.size() && literals[next].location == token.location;
    if (starts && literals[next].cls != Literal::Class::Null) {
      units.emplace_back("?");
      skip_to = literals[next].location + literals[next].length;
    } else {
      units.push_back(unit_text(token, sql));
    }
  }
  return units;
}

/// Index after `? , ? , … ?` at i, or i.
std::size_t after_list(const Units& units, std::size_t i) {
  if (i >= units.size() || units[i] != "?") return i;
  ++i;
  while (i + 1 < units.size() && units[i] == "," && units[i + 1] == "?") i += 2;
  return i;
}

/// Index after the bracket that closes the one at i.
std::size_t after_bracket(const Units& units, std::size_t i) {
  std::size_t depth = 0;
  for (; i < units.size(); ++i) {
    if (units[i] == "(") ++depth;
    if (units[i] == ")" && --depth == 0) return i + 1;
  }
  return i;
}

/// IN (?, ?, ?), ARRAY[?, ?] and equal rows of VALUES become one with an ellipsis.
Units collapse(const Units& units) {
  Units out;
  std::size_t i = 0;
  while (i < units.size()) {
    out.push_back(units[i++]);
    const std::size_t n = out.size();
    const bool list = n >= 2 && ((out[n - 1] == "(" && out[n - 2] == "in") ||
                                 (out[n - 1] == "[" && out[n - 2] == "array"));
    if (list) {
      const std::size_t end = after_list(units, i);
      const bool whole =
          end > i + 1 && end < units.size() && (units[end] == ")" || units[end] == "]");
      if (whole) {
        out.insert(out.end(), {"?", ",", "..."});
        i = end;
      }
    } else if (out[n - 1] == "values" && i < units.size() && units[i] == "(") {
      const std::size_t end = after_bracket(units, i);
      const auto row = units.begin() + static_cast<std::ptrdiff_t>(i);
      const auto length = static_cast<std::ptrdiff_t>(end - i);
      out.insert(out.end(), row, row + length);
      const std::size_t first = i;
      i = end;
      bool more = false;
      while (i < units.size() && units[i] == "," && units.size() - i - 1 >= end - first &&
             std::equal(row, row + length, units.begin() + static_cast<std::ptrdiff_t>(i) + 1)) {
        i += 1 + (end - first);
        more = true;
      }
      if (more) out.insert(out.end(), {",", "..."});
    }
  }
  return out;
}

bool glues_left(const std::string& unit) {
  return unit == "," || unit == ")" || unit == "]" || unit == ";" || unit == "." || unit == "::" ||
         unit == "[";
}

bool glues_right(const std::string& unit) {
  return unit == "(" || unit == "[" || unit == "." || unit == "::";
}

}  // namespace

std::string normalize(std::string_view sql) {
  const auto tokens = scan(sql);
  if (!tokens) return "?";
  const Units units = collapse(units_of(sql, *tokens));
  std::string out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i > 0 && !glues_left(units[i]) && !glues_right(units[i - 1])) out += ' ';
    out += units[i];
  }
  return out;
}

}  // namespace pgveil::policy::sql
