#pragma once

/// The words that all of crypto/ uses: byte spans and the identity of keys.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::crypto {

using ByteView = std::span<const std::byte>;
using Bytes = std::vector<std::byte>;
using Hash = std::array<std::byte, 32>;

/// What a sealed value is bound to: pgveil.field.id. (policy::FieldId has the same numbers; crypto/ and
/// policy/ do not know each other, proxy/ converts.)
enum class FieldId : std::uint32_t {};
/// Generation of a field's value key or term key; 1 to 255, then round again.
enum class Generation : std::uint8_t {};

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
[[nodiscard]] bool ct_equal(ByteView a, ByteView b);

[[nodiscard]] Hash sha256(ByteView data);

/// Base64 with padding, without line breaks (RFC 4648).
[[nodiscard]] std::string base64_encode(ByteView data);
/// Strict: no blanks, right padding. Empty optional-like: false and `out` untouched.
[[nodiscard]] bool base64_decode(std::string_view text, Bytes& out);
/// Lower case hexadecimal, and back (either case, no prefix, no blanks).
[[nodiscard]] std::string hex_encode(ByteView data);
[[nodiscard]] bool hex_decode(std::string_view text, Bytes& out);

}  // namespace pgveil::crypto
