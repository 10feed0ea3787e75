#include "crypto/bytes.hpp"

#include "crypto/openssl.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace pgveil::crypto {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHex = "0123456789abcdef";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

bool ct_equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Hash sha256(ByteView data) {
  Hash out{};
  unsigned int size = 0;
  const int ok =
      EVP_Digest(data.data(), data.size(), uc_mut(std::span(out)), &size, sha256_md(), nullptr);
  BOOST_ASSERT(ok == 1 && size == out.size());
  return out;
}

std::string base64_encode(ByteView data) {
  std::string out((data.size() + 2) / 3 * 4, '=');
  auto at = out.begin();
  for (; data.size() >= 3; data = data.subspan(3)) {
    const std::uint32_t group = std::to_integer<std::uint32_t>(data[0]) << 16 |
                                std::to_integer<std::uint32_t>(data[1]) << 8 |
                                std::to_integer<std::uint32_t>(data[2]);
    *at++ = kBase64[group >> 18];
    *at++ = kBase64[group >> 12 & 0x3F];
    *at++ = kBase64[group >> 6 & 0x3F];
    *at++ = kBase64[group & 0x3F];
  }
  if (!data.empty()) {
    const std::uint32_t group =
        std::to_integer<std::uint32_t>(data[0]) << 16 |
        (data.size() > 1 ? std::to_integer<std::uint32_t>(data[1]) << 8 : 0);
    *at++ = kBase64[group >> 18];
    *at++ = kBase64[group >> 12 & 0x3F];
    if (data.size() > 1) {
      *at = kBase64[group >> 6 & 0x3F];
    }
  }
  return out;
}

bool base64_decode(std::string_view text, Bytes& out) {
  if (text.size() % 4 != 0) {
    return false;
  }
  Bytes decoded;
  decoded.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const std::size_t pads = !last || text[i + 3] != '=' ? 0 : (text[i + 2] == '=' ? 2 : 1);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const bool pad = k >= 4 - pads;
      const std::size_t digit = pad ? 0 : kBase64.find(text[i + k]);
      if (digit == std::string_view::npos) {
        return false;
      }
      group = (group << 6) | static_cast<std::uint32_t>(digit);
    }
    // Bits that padding leaves over are zero, so that a value has one spelling.
    if ((pads == 1 && (group & 0xFF) != 0) || (pads == 2 && (group & 0xFFFF) != 0)) {
      return false;
    }
    for (std::size_t k = 0; k < 3 - pads; ++k) {
      decoded.push_back(static_cast<std::byte>(group >> (16 - 8 * k)));
    }
  }
  out = std::move(decoded);
  return true;
}

std::string hex_encode(ByteView data) {
  std::string out(data.size() * 2, '0');
  auto at = out.begin();
  for (const std::byte b : data) {
    const auto value = std::to_integer<unsigned>(b);
    *at++ = kHex[value >> 4];
    *at++ = kHex[value & 15];
  }
  return out;
}

bool hex_decode(std::string_view text, Bytes& out) {
  if (text.size() % 2 != 0) {
    return false;
  }
  Bytes decoded;
  decoded.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      return false;
    }
    decoded.push_back(static_cast<std::byte>(high * 16 + low));
  }
  out = std::move(decoded);
  return true;
}

}  // namespace pgveil::crypto
