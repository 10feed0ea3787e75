#include "proxy/audit/json_text.hpp"

#include <array>
#include <charconv>

namespace pgveil::proxy {
namespace {

/// Length of the UTF-8 sequence at the front, or 0. Source: Unicode 15, table 3-7.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned first = at(0);
  if (first < 0x80U) {
    return 1;
  }
  if (first >= 0xC2U && first <= 0xDFU) {
    return continues(1) ? 2 : 0;
  }
  if (first >= 0xE0U && first <= 0xEFU) {
    const bool overlong = first == 0xE0U && at(1) < 0xA0U;
    const bool surrogate = first == 0xEDU && at(1) > 0x9FU;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    const bool overlong = first == 0xF0U && at(1) < 0x90U;
    const bool beyond = first == 0xF4U && at(1) > 0x8FU;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

/// Bytes that stand for themselves.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x7F; ++byte) {
    plain[byte] = byte != '"' && byte != '\\';
  }
  return plain;
}();

/// How many of them are at the front.
std::size_t plain_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && kPlain[static_cast<unsigned char>(text[length])]) {
    ++length;
  }
  return length;
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) {
      break;
    }
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += "\\ufffd";
    } else if (length > 1) {
      out += text.substr(0, length);
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[0];
    } else {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void JsonMembers::key(std::string_view key) {
  out_ += out_.empty() ? "\"" : ",\"";
  out_ += key;
  out_ += "\":";
}

JsonMembers& JsonMembers::text(std::string_view name, std::string_view value) {
  key(name);
  append_json(out_, value);
  return *this;
}

JsonMembers& JsonMembers::text_if(std::string_view name, std::string_view value) {
  return value.empty() ? *this : text(name, value);
}

JsonMembers& JsonMembers::number(std::string_view name, std::uint64_t value) {
  key(name);
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), end);
  return *this;
}

JsonMembers& JsonMembers::boolean(std::string_view name, bool value) {
  key(name);
  out_ += value ? "true" : "false";
  return *this;
}

JsonMembers& JsonMembers::list(std::string_view name, std::span<const std::string> values) {
  key(name);
  out_ += '[';
  for (const std::string& value : values) {
    if (&value != values.data()) {
      out_ += ',';
    }
    append_json(out_, value);
  }
  out_ += ']';
  return *this;
}

JsonMembers& JsonMembers::more(std::string_view members) {
  if (!out_.empty() && !members.empty()) {
    out_ += ',';
  }
  out_ += members;
  return *this;
}

JsonMembers& JsonMembers::raw(std::string_view name, std::string_view json) {
  key(name);
  out_ += json;
  return *this;
}

}  // namespace pgveil::proxy
