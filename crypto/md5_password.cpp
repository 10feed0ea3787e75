#include "crypto/md5_password.hpp"

#include "crypto/openssl.hpp"

#include <algorithm>
#include <array>

namespace pgveil::crypto {
namespace {

constexpr std::string_view kPrefix = "md5";
constexpr std::size_t kDigits = 32;

/// The digest of two parts, as hexadecimal digits.
std::optional<std::string> md5_hex(ByteView first, ByteView second) {
  static const MdPtr md(EVP_MD_fetch(nullptr, "MD5", nullptr));
  const MdCtxPtr context(EVP_MD_CTX_new());
  std::array<std::byte, 16> digest{};
  if (!md || !context || EVP_DigestInit_ex2(context.get(), md.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), first.data(), first.size()) != 1 ||
      EVP_DigestUpdate(context.get(), second.data(), second.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), uc_mut(digest), nullptr) != 1) {
    return std::nullopt;
  }
  std::string hex = hex_encode(digest);
  wipe(digest);
  return hex;
}

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::optional<SecretBytes> parse_md5_verifier(std::string_view text) {
  if (text.size() != kPrefix.size() + kDigits || !text.starts_with(kPrefix) ||
      !std::ranges::all_of(text.substr(kPrefix.size()), is_lower_hex)) {
    return std::nullopt;
  }
  return SecretBytes::copy_of(as_bytes(text.substr(kPrefix.size())));
}

std::optional<SecretBytes> make_md5_verifier(const SecretBytes& password, std::string_view user) {
  auto hex = md5_hex(password.expose(), as_bytes(user));
  if (!hex) {
    return std::nullopt;
  }
  auto verifier = SecretBytes::copy_of(as_bytes(*hex));
  wipe(*hex);
  return verifier;
}

std::optional<std::string> md5_response(const SecretBytes& verifier, ByteView salt) {
  const auto hex = md5_hex(verifier.expose(), salt);
  return hex ? std::optional(std::string(kPrefix) + *hex) : std::nullopt;
}

}  // namespace pgveil::crypto
