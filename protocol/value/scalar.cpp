#include "protocol/value/scalar.hpp"

#include "protocol/value/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

namespace pgveil::protocol::value {
namespace {

constexpr char kHex[] = "0123456789abcdef";

std::byte to_byte(unsigned value) { return static_cast<std::byte>(value); }

int hex_digit(char c) {
  if (is_digit(c)) {
    return c - '0';
  }
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return result;
}

PgError invalid_hex(std::string message) { return {"22023", std::move(message), ""}; }

Converted bytea_from_hex(std::string_view text) {
  Canonical result;
  result.bytes.reserve(text.size() / 2);
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
      ++i;
      continue;
    }
    int digits[2] = {0, 0};
    for (int& digit : digits) {
      if (i == text.size()) {
        return invalid_hex("invalid hexadecimal data: odd number of digits");
      }
      digit = hex_digit(text[i]);
      if (digit < 0) {
        const auto bad = text.substr(i, character_size(text[i]));
        return invalid_hex("invalid hexadecimal digit: \"" + std::string(bad) + "\"");
      }
      ++i;
    }
    result.bytes.push_back(to_byte(static_cast<unsigned>(digits[0] * 16 + digits[1])));
  }
  return result;
}

bool is_octal(std::string_view text, std::size_t i, char highest) {
  return i < text.size() && text[i] >= '0' && text[i] <= highest;
}

Converted bytea_from_escape(std::string_view text) {
  Canonical result;
  result.bytes.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] != '\\') {
      result.bytes.push_back(to_byte(static_cast<unsigned char>(text[i])));
      ++i;
    } else if (is_octal(text, i + 1, '3') && is_octal(text, i + 2, '7') &&
               is_octal(text, i + 3, '7')) {
      const int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
      result.bytes.push_back(to_byte(static_cast<unsigned>(value)));
      i += 4;
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      result.bytes.push_back(std::byte{'\\'});
      i += 2;
    } else {
      return PgError{"22P02", "invalid input syntax for type bytea", ""};
    }
  }
  return result;
}

}  // namespace

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

PgError invalid_syntax(std::string_view type_name, std::string_view text) {
  return {
      "22P02",
      "invalid input syntax for type " + std::string(type_name) + ": \"" + std::string(text) + "\"",
      ""};
}

std::size_t integer_width(TypeOid type) {
  switch (type) {
    case kInt2:
      return 2;
    case kInt4:
      return 4;
    case kInt8:
      return 8;
    default:
      return 0;
  }
}

const char* integer_name(TypeOid type) {
  return type == kInt2 ? "smallint" : type == kInt4 ? "integer" : "bigint";
}

bool fits_integer(TypeOid type, std::int64_t value) {
  switch (type) {
    case kInt2:
      return value >= std::numeric_limits<std::int16_t>::min() &&
             value <= std::numeric_limits<std::int16_t>::max();
    case kInt4:
      return value >= std::numeric_limits<std::int32_t>::min() &&
             value <= std::numeric_limits<std::int32_t>::max();
    default:
      return true;
  }
}

Canonical integer_canonical(std::size_t width, std::int64_t value) {
  Canonical result;
  result.bytes.resize(width);
  auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = width; i-- > 0;) {
    result.bytes[i] = to_byte(static_cast<unsigned>(bits & 0xFF));
    bits >>= 8;
  }
  return result;
}

std::optional<std::int64_t> integer_value(std::size_t width, ByteView canonical) {
  if (canonical.size() != width) {
    return std::nullopt;
  }
  const bool negative = (canonical[0] & std::byte{0x80}) != std::byte{0};
  std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
  for (const std::byte byte : canonical) {
    bits = bits << 8 | std::to_integer<std::uint64_t>(byte);
  }
  return static_cast<std::int64_t>(bits);
}

Converted integer_from_text(TypeOid type, std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_space(text[i])) {
    ++i;
  }
  const bool negative = i < text.size() && text[i] == '-';
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) {
    ++i;
  }
  if (i == text.size() || !is_digit(text[i])) {
    return invalid_syntax(integer_name(type), text);
  }
  // Counted downwards: the lowest number has no positive counterpart.
  std::int64_t value = 0;
  bool in_range = true;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    in_range = in_range && !__builtin_mul_overflow(value, std::int64_t{10}, &value) &&
               !__builtin_sub_overflow(value, std::int64_t{text[i] - '0'}, &value) &&
               fits_integer(type, value);
  }
  // PostgreSQL finds an overflow before it looks at what follows the digits, but not that of the sign.
  const PgError out_of_range = {
      "22003", "value \"" + std::string(text) + "\" is out of range for type " + integer_name(type),
      ""};
  if (!in_range) {
    return out_of_range;
  }
  while (i < text.size() && is_space(text[i])) {
    ++i;
  }
  if (i != text.size()) {
    return invalid_syntax(integer_name(type), text);
  }
  if (!negative &&
      (value == std::numeric_limits<std::int64_t>::min() || !fits_integer(type, -value))) {
    return out_of_range;
  }
  return integer_canonical(integer_width(type), negative ? value : -value);
}

Converted bool_from_text(std::string_view text) {
  std::string_view word = text;
  while (!word.empty() && is_space(word.front())) {
    word.remove_prefix(1);
  }
  while (!word.empty() && is_space(word.back())) {
    word.remove_suffix(1);
  }
  const std::string low = lower(word);
  const auto starts = [&low](std::string_view full, std::size_t least) {
    return low.size() >= least && full.starts_with(low);
  };
  if (starts("true", 1) || starts("yes", 1) || starts("on", 2) || low == "1") {
    return Canonical{{std::byte{1}}};
  }
  if (starts("false", 1) || starts("no", 1) || starts("off", 2) || low == "0") {
    return Canonical{{std::byte{0}}};
  }
  return invalid_syntax("boolean", text);
}

Converted uuid_from_text(std::string_view text) {
  std::string_view rest = text;
  const bool braces = rest.starts_with('{');
  if (braces) {
    rest.remove_prefix(1);
  }
  Canonical result;
  for (std::size_t i = 0; i < 16; ++i) {
    if (rest.size() < 2 || hex_digit(rest[0]) < 0 || hex_digit(rest[1]) < 0) {
      return invalid_syntax("uuid", text);
    }
    result.bytes.push_back(
        to_byte(static_cast<unsigned>(hex_digit(rest[0]) * 16 + hex_digit(rest[1]))));
    rest.remove_prefix(2);
    if (i % 2 == 1 && i < 15 && rest.starts_with('-')) {
      rest.remove_prefix(1);
    }
  }
  if (rest != (braces ? "}" : "")) {
    return invalid_syntax("uuid", text);
  }
  return result;
}

Converted bytea_from_text(std::string_view text) {
  return text.starts_with("\\x") ? bytea_from_hex(text.substr(2)) : bytea_from_escape(text);
}

void integer_to_text(std::int64_t value, Bytes& out) {
  char text[24];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  put_bytes(out, as_bytes({text, static_cast<std::size_t>(end - text)}));
}

void uuid_to_text(ByteView canonical, Bytes& out) {
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      out.push_back(std::byte{'-'});
    }
    const auto byte = std::to_integer<unsigned>(canonical[i]);
    out.push_back(std::byte(kHex[byte >> 4]));
    out.push_back(std::byte(kHex[byte & 15]));
  }
}

void bytea_to_text(ByteView canonical, ByteaOutput form, Bytes& out) {
  if (form == ByteaOutput::Hex) {
    put_bytes(out, as_bytes("\\x"));
    for (const std::byte b : canonical) {
      const auto byte = std::to_integer<unsigned>(b);
      out.push_back(std::byte(kHex[byte >> 4]));
      out.push_back(std::byte(kHex[byte & 15]));
    }
    return;
  }
  for (const std::byte b : canonical) {
    const auto byte = std::to_integer<unsigned>(b);
    if (byte == '\\') {
      put_bytes(out, as_bytes("\\\\"));
    } else if (byte < 0x20 || byte > 0x7E) {
      out.push_back(std::byte{'\\'});
      out.push_back(to_byte('0' + (byte >> 6)));
      out.push_back(to_byte('0' + (byte >> 3 & 7)));
      out.push_back(to_byte('0' + (byte & 7)));
    } else {
      out.push_back(b);
    }
  }
}

}  // namespace pgveil::protocol::value
