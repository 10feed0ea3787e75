#include "protocol/value/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace pgveil::protocol::value {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

/// Whether the multi-byte character at the front is complete and in its shortest form.
bool is_legal(std::string_view character) {
  const std::uint8_t first = byte_at(character, 0);
  if (first < 0xC2 || first > 0xF4) {
    return false;
  }
  const std::uint8_t second = byte_at(character, 1);
  const std::uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high && std::ranges::all_of(character.substr(2), [](char c) {
           return is_continuation(static_cast<std::uint8_t>(c));
         });
}

PgError invalid_at(std::string_view text, std::size_t at) {
  static constexpr char kHex[] = "0123456789abcdef";
  const std::size_t count = std::min(character_size(text[at]), text.size() - at);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t byte = byte_at(text, at + i);
    bytes += i == 0 ? "0x" : " 0x";
    bytes += kHex[byte >> 4];
    bytes += kHex[byte & 15];
  }
  return {"22021", "invalid byte sequence for encoding \"UTF8\": " + bytes, ""};
}

}  // namespace

std::size_t character_size(char first) {
  const auto byte = static_cast<std::uint8_t>(first);
  if ((byte & 0xE0) == 0xC0) {
    return 2;
  }
  if ((byte & 0xF0) == 0xE0) {
    return 3;
  }
  return (byte & 0xF8) == 0xF0 ? 4 : 1;
}

std::optional<PgError> check_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::uint8_t byte = byte_at(text, i);
    if (byte != 0 && byte < 0x80) {
      ++i;
      continue;
    }
    const std::size_t size = character_size(text[i]);
    if (size == 1 || i + size > text.size() || !is_legal(text.substr(i, size))) {
      return invalid_at(text, i);
    }
    i += size;
  }
  return std::nullopt;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return !is_continuation(static_cast<std::uint8_t>(c)); }));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  for (; count > 0 && i < text.size(); --count) {
    i += character_size(text[i]);
  }
  return text.substr(0, i);
}

std::string_view first_bytes(std::string_view text, std::size_t size) {
  if (text.size() <= size) {
    return text;
  }
  std::size_t i = 0;
  while (i + character_size(text[i]) <= size) {
    i += character_size(text[i]);
  }
  return text.substr(0, i);
}

std::string_view without_trailing_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace pgveil::protocol::value
