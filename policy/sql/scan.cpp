#include "policy/sql/scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace pgveil::policy::sql {
namespace {

enum : std::uint8_t {
  kSpace = 1,
  kIdentStart = 2,
  kIdentMore = 4,  // also digits and $
  kDigit = 8,
  kOperator = 16,
  kSelf = 32  // operator characters that are a token of their own when alone
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  const auto mark = [&table](std::string_view chars, int bits) {
    for (const char c : chars) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | bits);
    }
  };
  mark(" \t\n\r\f", kSpace);
  mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", kIdentStart | kIdentMore);
  for (std::size_t c = 0x80; c < 0x100; ++c) table[c] = kIdentStart | kIdentMore;
  mark("0123456789", kDigit | kIdentMore);
  mark("$", kIdentMore);
  mark("~!@#^&|`?+-*/%<>=", kOperator);
  mark("+-*/%^<>=", kSelf);
  return table;
}

constexpr auto kClasses = make_classes();

constexpr bool is(char c, int bits) {
  return (kClasses[static_cast<unsigned char>(c)] & bits) != 0;
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  /// False at the end of the text and after an error.
  bool next(Token& token) {
    if (!skip_blanks()) return false;
    start_ = at_;
    if (at_ == sql_.size()) return false;
    token.kind = read();
    token.location = static_cast<std::uint32_t>(start_);
    token.length = static_cast<std::uint32_t>(at_ - start_);
    return error_ == nullptr;
  }

  [[nodiscard]] const char* error() const { return error_; }

  [[nodiscard]] std::int32_t position() const { return static_cast<std::int32_t>(start_); }

 private:
  using Kind = Token::Kind;

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  Kind fail(const char* why) {
    error_ = why;
    at_ = sql_.size();
    return Kind::Punctuation;
  }

  bool skip_blanks() {
    for (;;) {
      while (at_ < sql_.size() && is(sql_[at_], kSpace)) ++at_;
      if (peek() == '-' && peek(1) == '-') {
        while (at_ < sql_.size() && sql_[at_] != '\n' && sql_[at_] != '\r') ++at_;
      } else if (peek() == '/' && peek(1) == '*') {
        if (!skip_block_comment()) return false;
      } else {
        return true;
      }
    }
  }

  bool skip_block_comment() {
    start_ = at_;
    std::size_t depth = 0;
    while (at_ < sql_.size()) {
      if (peek() == '/' && peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else if (peek() == '*' && peek(1) == '/') {
        at_ += 2;
        if (--depth == 0) return true;
      } else {
        ++at_;
      }
    }
    fail("unterminated /* comment");
    return false;
  }

  Kind read() {
    const char c = sql_[at_];
    if (is(c, kIdentStart)) return read_word(c);
    if (is(c, kDigit) || (c == '.' && is(peek(1), kDigit))) return read_number();
    if (c == '\'') return read_quoted(Kind::String, 1);
    if (c == '"') return read_identifier(Kind::QuotedIdentifier, 1);
    if (c == '$') return read_dollar();
    if (is(c, kOperator)) return read_operator();
    const char d = peek(1);
    if ((c == ':' && (d == ':' || d == '=')) || (c == '.' && d == '.')) {
      at_ += 2;
      return Kind::Operator;
    }
    ++at_;
    return Kind::Punctuation;
  }

  Kind read_word(char c) {
    const char d = peek(1);
    switch (lower(c)) {
      case 'e':
        if (d == '\'') return read_quoted(Kind::EscapeString, 2);
        break;
      case 'b':
        if (d == '\'') return read_quoted(Kind::BitString, 2);
        break;
      case 'x':
        if (d == '\'') return read_quoted(Kind::HexString, 2);
        break;
      case 'n':
        if (d == '\'') {
          ++at_;
          return Kind::NationalPrefix;
        }
        break;
      case 'u':
        if (d == '&' && peek(2) == '\'') return read_quoted(Kind::UnicodeString, 3);
        if (d == '&' && peek(2) == '"') return read_identifier(Kind::UnicodeIdentifier, 3);
        break;
      default:
        break;
    }
    do {
      ++at_;
    } while (at_ < sql_.size() && is(sql_[at_], kIdentMore));
    return Kind::Word;
  }

  Kind read_quoted(Kind kind, std::size_t prefix) {
    at_ += prefix;
    const bool doubles = kind != Kind::BitString && kind != Kind::HexString;
    for (;;) {
      if (at_ >= sql_.size()) return fail("unterminated quoted string");
      const char c = sql_[at_++];
      if (c == '\\' && kind == Kind::EscapeString) {
        if (at_ >= sql_.size()) return fail("unterminated quoted string");
        ++at_;
      } else if (c == '\'') {
        if (doubles && peek() == '\'') {
          ++at_;
        } else if (!continues()) {
          return kind;
        }
      }
    }
  }

  /// After a closing quote: blanks with a newline in them and another quote go on with the string.
  bool continues() {
    std::size_t i = at_;
    bool newline = false;
    for (; i < sql_.size() && is(sql_[i], kSpace); ++i) {
      newline = newline || sql_[i] == '\n' || sql_[i] == '\r';
    }
    if (!newline || i >= sql_.size() || sql_[i] != '\'') return false;
    at_ = i + 1;
    return true;
  }

  Kind read_identifier(Kind kind, std::size_t prefix) {
    at_ += prefix;
    const std::size_t begin = at_;
    for (;;) {
      const std::size_t quote = sql_.find('"', at_);
      if (quote == std::string_view::npos) return fail("unterminated quoted identifier");
      at_ = quote + 1;
      if (peek() != '"') break;
      ++at_;
    }
    if (at_ == begin + 1) return fail("zero-length delimited identifier");
    return kind;
  }

  Kind read_dollar() {
    std::size_t i = at_ + 1;
    if (i < sql_.size() && is(sql_[i], kDigit)) {
      while (i < sql_.size() && is(sql_[i], kDigit)) ++i;
      if (i < sql_.size() && is(sql_[i], kIdentStart)) return fail("trailing junk after parameter");
      at_ = i;
      return Kind::Parameter;
    }
    if (i < sql_.size() && is(sql_[i], kIdentStart)) {
      while (i < sql_.size() && is(sql_[i], kIdentStart | kDigit)) ++i;
    }
    if (i >= sql_.size() || sql_[i] != '$') {
      ++at_;
      return Kind::Punctuation;  // a lone $, a syntax error in every grammar rule
    }
    const std::string_view tag = sql_.substr(at_, i + 1 - at_);
    const std::size_t end = sql_.find(tag, i + 1);
    if (end == std::string_view::npos) return fail("unterminated dollar-quoted string");
    at_ = end + tag.size();
    return Kind::DollarString;
  }

  Kind read_number() {
    const auto digits = [this] {
      while (at_ < sql_.size() && is(sql_[at_], kDigit)) ++at_;
    };
    Kind kind = Kind::Integer4;
    digits();
    if (peek() == '.' && peek(1) != '.') {
      kind = Kind::Float;
      ++at_;
      digits();
    }
    if (lower(peek()) == 'e') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (is(peek(1 + sign), kDigit)) {
        kind = Kind::Float;
        at_ += 1 + sign;
        digits();
      }
    }
    if (at_ < sql_.size() && is(sql_[at_], kIdentStart)) {
      return fail("trailing junk after numeric literal");
    }
    return kind == Kind::Integer4 ? integer_class() : kind;
  }

  [[nodiscard]] Kind integer_class() const {
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(sql_.data() + start_, sql_.data() + at_, value);
    if (ec != std::errc{}) return Kind::IntegerBig;
    return value <= INT32_MAX ? Kind::Integer4 : Kind::Integer8;
  }

  Kind read_operator() {
    std::size_t end = at_;
    while (end < sql_.size() && is(sql_[end], kOperator)) {
      if (end > at_ && end + 1 < sql_.size() &&
          ((sql_[end] == '/' && sql_[end + 1] == '*') ||
           (sql_[end] == '-' && sql_[end + 1] == '-'))) {
        break;
      }
      ++end;
    }
    std::size_t length = end - at_;
    const std::string_view run = sql_.substr(at_, length);
    // An operator may end in + or - only if it has a character that SQL's own operators lack.
    if (length > 1 && (run.back() == '+' || run.back() == '-') &&
        run.substr(0, length - 1).find_first_of("~!@#^&|`?%") == std::string_view::npos) {
      while (length > 1 && (run[length - 1] == '+' || run[length - 1] == '-')) --length;
    }
    at_ += length;
    return Kind::Operator;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  const char* error_ = nullptr;
};

}  // namespace

bool is_literal(Token::Kind kind) {
  switch (kind) {
    case Token::Kind::String:
    case Token::Kind::EscapeString:
    case Token::Kind::UnicodeString:
    case Token::Kind::BitString:
    case Token::Kind::HexString:
    case Token::Kind::DollarString:
    case Token::Kind::Integer4:
    case Token::Kind::Integer8:
    case Token::Kind::IntegerBig:
    case Token::Kind::Float:
      return true;
    case Token::Kind::Word:
    case Token::Kind::QuotedIdentifier:
    case Token::Kind::UnicodeIdentifier:
    case Token::Kind::NationalPrefix:
    case Token::Kind::Parameter:
    case Token::Kind::Operator:
    case Token::Kind::Punctuation:
      return false;
  }
  return false;
}

bool is_word(const Token& token, std::string_view sql, std::string_view lower_case) {
  if (token.kind != Token::Kind::Word || token.length != lower_case.size()) return false;
  const std::string_view word = text_of(token, sql);
  return std::equal(word.begin(), word.end(), lower_case.begin(),
                    [](char a, char b) { return lower(a) == b; });
}

Result<std::vector<Token>> scan(std::string_view sql, std::uint32_t max_tokens) {
  if (sql.size() > INT32_MAX) return make_error(Errc::TooLarge, "scan");
  if (sql.find('\0') != std::string_view::npos) {
    return make_error(Errc::Syntax, "scan", "the text holds a NUL byte");
  }
  std::vector<Token> tokens;
  tokens.reserve(std::min<std::size_t>(sql.size() / 4 + 4, max_tokens));
  Lexer lexer(sql);
  Token token;
  while (lexer.next(token)) {
    if (tokens.size() >= max_tokens) return make_error(Errc::TooLarge, "scan");
    tokens.push_back(token);
  }
  if (lexer.error() != nullptr) {
    return make_error(Errc::Syntax, "scan", lexer.error(), lexer.position());
  }
  return tokens;
}

}  // namespace pgveil::policy::sql
