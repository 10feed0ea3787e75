#include "proxy/session/deallocate.hpp"

#include "policy/sql/scan.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

std::string folded(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string unquoted(std::string_view identifier) {
  std::string text;
  for (std::size_t i = 1; i + 1 < identifier.size(); ++i) {
    text += identifier[i];
    if (identifier[i] == '"') {
      ++i;  // a doubled quote
    }
  }
  return text;
}

/// The name behind `verb`, and behind `noise` if that stands between.
std::optional<std::string> name_behind(std::string_view sql,
                                       std::string_view verb,
                                       std::string_view noise) {
  using policy::sql::Token;
  const auto scanned = policy::sql::scan(sql);
  if (!scanned) {
    return std::nullopt;
  }
  const auto& tokens = *scanned;
  if (tokens.size() < 2 || !policy::sql::is_word(tokens[0], sql, verb)) {
    return std::nullopt;
  }
  const bool noisy = tokens.size() > 2 && policy::sql::is_word(tokens[1], sql, noise);
  const Token& name = tokens[noisy ? 2 : 1];
  if (name.kind == Token::Kind::QuotedIdentifier) {
    return unquoted(policy::sql::text_of(name, sql));
  }
  if (name.kind != Token::Kind::Word || policy::sql::is_word(name, sql, "all")) {
    return std::nullopt;
  }
  return folded(policy::sql::text_of(name, sql));
}

}  // namespace

std::optional<std::string> deallocated_name(std::string_view sql) {
  return name_behind(sql, "deallocate", "prepare");
}

std::string closed_name(std::string_view sql) { return name_behind(sql, "close", "").value_or(""); }

std::string deallocate_sql(std::string_view upstream_name) {
  std::string sql = "DEALLOCATE \"";
  for (const char c : upstream_name) {
    sql += c;
    if (c == '"') {
      sql += c;
    }
  }
  return sql + '"';
}

}  // namespace pgveil::proxy
