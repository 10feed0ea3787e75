#include "proxy/transform/literal.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace pgveil::proxy::transform {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool same_word(std::string_view token, std::string_view word) {
  if (token.size() != word.size()) {
    return false;
  }
  for (std::size_t i = 0; i < token.size(); ++i) {
    if ((token[i] | 0x20) != word[i]) {
      return false;
    }
  }
  return true;
}

bool put_utf8(std::uint32_t code, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    return false;
  }
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return true;
}

/// The inside of quotes, read from the front.
class QuotedReader {
 public:
  enum class Escapes { None, Backslash, Unicode };

  QuotedReader(std::string_view token, Escapes escapes) : rest_(token), escapes_(escapes) {}

  /// The token is quoted pieces, with blanks that hold a line break between them.
  std::optional<std::string> read() {
    do {
      if (!piece()) {
        return std::nullopt;
      }
    } while (!rest_.empty() && skip_to_next_piece());
    return rest_.empty() && high_ == 0 ? std::optional(std::move(text_)) : std::nullopt;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool skip_to_next_piece() {
    bool line_break = false;
    while (!rest_.empty() && is_space(rest_.front())) {
      const char c = take();
      line_break = line_break || c == '\n' || c == '\r';
    }
    return line_break && rest_.starts_with('\'');
  }

  bool piece() {
    if (!rest_.starts_with('\'')) {
      return false;
    }
    take();
    while (!rest_.empty()) {
      const char c = take();
      if (c == '\'' && !rest_.starts_with('\'')) {
        return true;
      }
      if (c == '\'') {
        take();
      }
      const bool escape = c == '\\' && escapes_ != Escapes::None;
      if (!escape && high_ != 0) {
        return false;  // the first half of a pair without its second
      }
      if (!escape) {
        text_ += c;
      } else if (!(escapes_ == Escapes::Backslash ? backslash() : unicode())) {
        return false;
      }
    }
    return false;
  }

  /// A number of `least` to `most` digits.
  std::optional<std::uint32_t> digits(std::size_t least, std::size_t most, int base) {
    std::size_t count = 0;
    const auto is_of_base = [base](char c) {
      return base == 8 ? c >= '0' && c <= '7'
                       : is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    };
    while (count < most && count < rest_.size() && is_of_base(rest_[count])) {
      ++count;
    }
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value, base);
    if (count < least || error != std::errc() || end != rest_.data() + count) {
      return std::nullopt;
    }
    rest_.remove_prefix(count);
    return value;
  }

  bool byte(std::optional<std::uint32_t> value) {
    if (!value || high_ != 0 || (*value & 0xFF) == 0) {
      return false;
    }
    text_ += static_cast<char>(*value & 0xFF);
    return true;
  }

  /// A code point, or half of a surrogate pair.
  bool code(std::optional<std::uint32_t> value) {
    if (!value) {
      return false;
    }
    if (high_ != 0) {
      const bool low = *value >= 0xDC00 && *value <= 0xDFFF;
      const std::uint32_t pair = 0x10000 + ((high_ - 0xD800) << 10) + (*value - 0xDC00);
      high_ = 0;
      return low && put_utf8(pair, text_);
    }
    if (*value >= 0xD800 && *value <= 0xDBFF) {
      high_ = *value;
      return true;
    }
    return put_utf8(*value, text_);
  }

  bool backslash() {
    if (rest_.empty()) {
      return false;
    }
    if (rest_.front() >= '0' && rest_.front() <= '7') {
      return byte(digits(1, 3, 8));
    }
    const char c = take();
    if (c == 'u' || c == 'U') {
      return code(c == 'u' ? digits(4, 4, 16) : digits(8, 8, 16));
    }
    if (high_ != 0) {
      return false;
    }
    if (c == 'x') {
      const auto value = digits(1, 2, 16);
      if (value) {
        return byte(value);
      }
      text_ += 'x';
      return true;
    }
    static constexpr std::string_view kNames = "bfnrtv";
    static constexpr std::string_view kValues = "\b\f\n\r\t\v";
    const std::size_t found = kNames.find(c);
    text_ += found == std::string_view::npos ? c : kValues[found];
    return true;
  }

  bool unicode() {
    if (rest_.starts_with('\\')) {
      text_ += take();
      return high_ == 0;
    }
    if (rest_.starts_with('+')) {
      take();
      return code(digits(6, 6, 16));
    }
    return code(digits(4, 4, 16));
  }

  std::string_view rest_;
  Escapes escapes_;
  std::string text_;
  std::uint32_t high_ = 0;  // first half of a surrogate pair
};

std::optional<Literal> read_quoted(std::string_view token, QuotedReader::Escapes escapes) {
  auto text = QuotedReader(token, escapes).read();
  if (!text) {
    return std::nullopt;
  }
  return Literal{Literal::Kind::String, *std::move(text)};
}

std::optional<Literal> read_dollar_quoted(std::string_view token) {
  const std::size_t second = token.find('$', 1);
  if (second == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view mark = token.substr(0, second + 1);
  if (token.size() < 2 * mark.size() || !token.ends_with(mark)) {
    return std::nullopt;
  }
  const std::string_view inside = token.substr(mark.size(), token.size() - 2 * mark.size());
  if (inside.find(mark) != std::string_view::npos) {
    return std::nullopt;
  }
  return Literal{Literal::Kind::String, std::string(inside)};
}

bool is_number(std::string_view token) {
  if (token.starts_with('-') || token.starts_with('+')) {
    token.remove_prefix(1);
  }
  while (!token.empty() && is_space(token.front())) {
    token.remove_prefix(1);
  }
  return token.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
         token.find_first_of("0123456789") != std::string_view::npos && !token.empty() &&
         (is_digit(token.front()) || token.front() == '.');
}

std::string without_blanks(std::string_view token) {
  std::string result;
  for (const char c : token) {
    if (!is_space(c)) {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::optional<Literal> read_literal(std::string_view token, bool backslash_quotes) {
  using Escapes = QuotedReader::Escapes;
  if (token.empty()) {
    return std::nullopt;
  }
  const Escapes plain = backslash_quotes ? Escapes::Backslash : Escapes::None;
  const char first = static_cast<char>(token.front() | 0x20);
  if (token.front() == '\'') {
    return read_quoted(token, plain);
  }
  if (first == 'e' && token.substr(1).starts_with('\'')) {
    return read_quoted(token.substr(1), Escapes::Backslash);
  }
  if (first == 'n' && token.substr(1).starts_with('\'')) {
    return read_quoted(token.substr(1), plain);
  }
  if (first == 'u' && token.substr(1).starts_with("&'")) {
    return read_quoted(token.substr(2), Escapes::Unicode);
  }
  if (token.front() == '$') {
    return read_dollar_quoted(token);
  }
  if (is_number(token)) {
    return Literal{Literal::Kind::Number, without_blanks(token)};
  }
  if (same_word(token, "true")) {
    return Literal{Literal::Kind::True, "t"};
  }
  if (same_word(token, "false")) {
    return Literal{Literal::Kind::False, "f"};
  }
  if (same_word(token, "null")) {
    return Literal{Literal::Kind::Null, ""};
  }
  return std::nullopt;
}

}  // namespace pgveil::proxy::transform
