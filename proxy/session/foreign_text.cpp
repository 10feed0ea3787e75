#include "proxy/session/foreign_text.hpp"

#include "policy/sql/scan.hpp"

#include <algorithm>
#include <array>

namespace pgveil::proxy {

namespace {

using policy::sql::Token;

bool is_ascii(char c) { return (static_cast<unsigned char>(c) & 0x80) == 0; }

/// The second byte of a character may be one of ASCII.
bool hides_ascii(std::string_view encoding) {
  constexpr std::array<std::string_view, 7> kEncodings{"SJIS",    "BIG5",  "GBK",           "UHC",
                                                       "GB18030", "JOHAB", "SHIFT_JIS_2004"};
  return std::ranges::find(kEncodings, encoding) != kEncodings.end();
}

bool may_hold_anything(Token::Kind kind) {
  return kind == Token::Kind::String || kind == Token::Kind::EscapeString ||
         kind == Token::Kind::DollarString;
}

}  // namespace

protocol::ErrorFields foreign_text_refused() {
  return protocol::make_error("ERROR", "0A000",
                              "this statement is understood in client_encoding UTF8 only", {},
                              "SET client_encoding TO 'UTF8'");
}

std::optional<std::variant<std::string, protocol::ErrorFields>> foreign_text(
    std::string_view sql, std::string_view client_encoding) {
  if (client_encoding == "UTF8" || client_encoding == "SQL_ASCII" ||
      std::ranges::all_of(sql, is_ascii)) {
    return std::nullopt;
  }
  const auto tokens = policy::sql::scan(sql);
  if (hides_ascii(client_encoding) || !tokens) {
    return foreign_text_refused();
  }
  for (const Token& token : *tokens) {
    if (!may_hold_anything(token.kind) &&
        !std::ranges::all_of(policy::sql::text_of(token, sql), is_ascii)) {
      return foreign_text_refused();
    }
  }
  std::string text(sql);
  std::ranges::replace_if(
      text, [](char c) { return !is_ascii(c); }, 'x');
  return text;
}

}  // namespace pgveil::proxy
