#include "policy/decide/do_block.hpp"

#include "policy/sql/scan.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace pgveil::policy {
namespace {

using sql::Token;

constexpr std::size_t kMaxDepth = 20;

/// A recursive-descent reader: each function takes what it is named for, or answers false, which ends all.
class BodyReader {
 public:
  BodyReader(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  [[nodiscard]] bool read() {
    if (!block(0)) {
      return false;
    }
    (void)symbol(";");
    return at_ == tokens_.size();
  }

  DoBlock found;

 private:
  [[nodiscard]] bool has(Token::Kind kind) const {
    return at_ < tokens_.size() && tokens_[at_].kind == kind;
  }

  bool word(std::string_view lower) {
    const bool is = at_ < tokens_.size() && sql::is_word(tokens_[at_], text_, lower);
    at_ += is ? 1 : 0;
    return is;
  }

  bool symbol(std::string_view symbol) {
    const bool is = (has(Token::Kind::Punctuation) || has(Token::Kind::Operator)) &&
                    sql::text_of(tokens_[at_], text_) == symbol;
    at_ += is ? 1 : 0;
    return is;
  }

  /// A backslash would mean something else without standard_conforming_strings.
  [[nodiscard]] bool has_string() const {
    return has(Token::Kind::String) &&
           sql::text_of(tokens_[at_], text_).find('\\') == std::string_view::npos;
  }

  bool string() {
    const bool is = has_string();
    at_ += is ? 1 : 0;
    return is;
  }

  bool name() {
    const bool is = has(Token::Kind::Word) || has(Token::Kind::QuotedIdentifier);
    at_ += is ? 1 : 0;
    return is;
  }

  bool block(std::size_t depth) {
    if (depth > kMaxDepth || !word("begin") || !statements(depth)) {
      return false;
    }
    if (word("exception")) {
      if (!word("when")) {
        return false;
      }
      do {
        do {
          if (!name()) {
            return false;
          }
        } while (word("or"));
        if (!word("then") || !statements(depth)) {
          return false;
        }
      } while (word("when"));
    }
    return word("end");
  }

  [[nodiscard]] bool ends() const {
    constexpr std::array<std::string_view, 4> kEnds{"end", "exception", "when", "else"};
    return at_ >= tokens_.size() || std::ranges::any_of(kEnds, [&](std::string_view end) {
             return sql::is_word(tokens_[at_], text_, end);
           });
  }

  bool statements(std::size_t depth) {
    while (!ends()) {
      if (!statement(depth) || !symbol(";")) {
        return false;
      }
    }
    return true;
  }

  bool statement(std::size_t depth) {
    if (sql::is_word(tokens_[at_], text_, "begin")) {
      return block(depth + 1);
    }
    if (word("raise")) {
      return raise();
    }
    if (word("create")) {
      return enum_type();
    }
    return word("if") ? condition(depth) : word("null");
  }

  bool raise() {
    for (const char* level : {"debug", "log", "info", "notice", "warning", "exception"}) {
      if (word(level)) {
        break;
      }
    }
    if (!string()) {
      return true;
    }
    while (symbol(",")) {
      if (!has_string() && !has(Token::Kind::Integer4)) {
        return false;
      }
      ++at_;
    }
    return true;
  }

  bool enum_type() {
    if (!word("type") || !name() || (symbol(".") && !name()) || !word("as") || !word("enum") ||
        !symbol("(")) {
      return false;
    }
    found.makes_types = true;
    if (symbol(")")) {
      return true;
    }
    do {
      if (!string()) {
        return false;
      }
    } while (symbol(","));
    return symbol(")");
  }

  bool condition(std::size_t depth) {
    (void)word("not");
    if (depth > kMaxDepth || !word("exists") || !symbol("(") || !word("select") ||
        !has(Token::Kind::Integer4)) {
      return false;
    }
    ++at_;
    if (!word("from")) {
      return false;
    }
    if (word("pg_catalog")) {
      if (!symbol(".")) {
        return false;
      }
    } else {
      found.reads_pg_type = true;
    }
    if (!word("pg_type") || !word("where") || !word("typname") || !symbol("=") || !string() ||
        !symbol(")") || !word("then") || !statements(depth + 1)) {
      return false;
    }
    if (word("else") && !statements(depth + 1)) {
      return false;
    }
    return word("end") && word("if");
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<DoBlock> read_do_block(std::string_view sql) {
  const auto tokens = sql::scan(sql);
  if (!tokens) {
    return std::nullopt;
  }
  std::string_view body;
  std::size_t at = 0;
  const auto word = [&](std::string_view lower) {
    const bool is = at < (*tokens).size() && sql::is_word((*tokens)[at], sql, lower);
    at += is ? 1 : 0;
    return is;
  };
  const auto language = [&] { return !word("language") || word("plpgsql"); };
  if (!word("do") || !language() || at >= (*tokens).size() ||
      (*tokens)[at].kind != Token::Kind::DollarString) {
    return std::nullopt;
  }
  body = sql::text_of((*tokens)[at++], sql);
  if (!language()) {
    return std::nullopt;
  }
  while (at < (*tokens).size() && sql::text_of((*tokens)[at], sql) == ";") {
    ++at;
  }
  if (at != (*tokens).size()) {
    return std::nullopt;
  }
  const std::size_t tag = body.find('$', 1) + 1;
  body = body.substr(tag, body.size() - 2 * tag);
  auto inner = sql::scan(body);
  if (!inner) {
    return std::nullopt;
  }
  BodyReader reader(body, std::move(*inner));
  if (!reader.read()) {
    return std::nullopt;
  }
  return reader.found;
}

}  // namespace pgveil::policy
