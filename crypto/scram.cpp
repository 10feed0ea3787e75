#include "crypto/scram.hpp"

#include "crypto/key_wrap.hpp"
#include "crypto/openssl.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace pgveil::crypto {
namespace {

constexpr std::string_view kScheme = "SCRAM-SHA-256$";
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kNonceBytes = 18;

Hash hmac_under(const Hash& key, std::string_view data) {
  return hmac_sha256(SecretBytes::copy_of(key), as_bytes(data));
}

SecretBytes secret_hmac(const SecretBytes& key, std::string_view data) {
  Hash hash = hmac_sha256(key, as_bytes(data));
  SecretBytes secret = SecretBytes::copy_of(hash);
  wipe(hash);
  return secret;
}

bool decode_hash(std::string_view text, std::span<std::byte> out) {
  Bytes bytes;
  if (!base64_decode(text, bytes) || bytes.size() != out.size()) {
    return false;
  }
  std::ranges::copy(bytes, out.begin());
  wipe(bytes);
  return true;
}

/// Cuts `text` at the first `mark`; both halves. No value: there is none.
std::optional<std::pair<std::string_view, std::string_view>> cut(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

}  // namespace

ScramVerifier ScramVerifier::duplicate() const {
  return {iterations, salt, stored_key, server_key.duplicate()};
}

Result<ScramVerifier> parse_scram_verifier(std::string_view text) {
  const Error malformed{Errc::Malformed, "scram: verifier"};
  if (!text.starts_with(kScheme)) {
    return malformed;
  }
  const auto numbers = cut(text.substr(kScheme.size()), '$');
  const auto salted = numbers ? cut(numbers->first, ':') : std::nullopt;
  const auto keys = numbers ? cut(numbers->second, ':') : std::nullopt;
  if (!salted || !keys) {
    return malformed;
  }
  ScramVerifier verifier;
  const std::string_view count = salted->first;
  const auto [end, ec] =
      std::from_chars(count.data(), count.data() + count.size(), verifier.iterations);
  if (ec != std::errc() || end != count.data() + count.size() || verifier.iterations == 0 ||
      verifier.iterations > kMaxScramIterations || !base64_decode(salted->second, verifier.salt) ||
      verifier.salt.empty()) {
    return malformed;
  }
  verifier.server_key = SecretBytes(Hash().size());
  if (!decode_hash(keys->first, verifier.stored_key) ||
      !decode_hash(keys->second, verifier.server_key.expose_mutable())) {
    return malformed;
  }
  return verifier;
}

std::string print_scram_verifier(const ScramVerifier& verifier) {
  std::string out(kScheme);
  out += std::to_string(verifier.iterations) + ':' + base64_encode(verifier.salt) + '$' +
         base64_encode(verifier.stored_key) + ':' + base64_encode(verifier.server_key.expose());
  return out;
}

Result<ScramVerifier> make_scram_verifier(std::string_view password,
                                          ByteView salt,
                                          std::uint32_t iterations) {
  const auto salted = scram_salted_password(password, salt, iterations);
  if (!salted) {
    return salted.error();
  }
  return ScramVerifier{iterations, Bytes(salt.begin(), salt.end()),
                       scram_stored_key(scram_client_key(*salted)), scram_server_key(*salted)};
}

ScramVerifier mock_scram_verifier(const SecretBytes& seed,
                                  std::string_view user,
                                  std::uint32_t iterations) {
  std::string input = "salt ";
  input += user;
  const Hash salt = hmac_sha256(seed, as_bytes(input));
  input.replace(0, 4, "keys");
  // The hash of a hash: no password leads there.
  const Hash nobody = hmac_sha256(seed, as_bytes(input));
  return {iterations, Bytes(salt.begin(), salt.begin() + kSaltSize), sha256(nobody),
          SecretBytes::copy_of(nobody)};
}

Result<SecretBytes> scram_salted_password(std::string_view password,
                                          ByteView salt,
                                          std::uint32_t iterations) {
  BOOST_ASSERT(iterations > 0 && iterations <= kMaxScramIterations);
  SecretBytes out(Hash().size());
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), uc(salt),
                        static_cast<int>(salt.size()), static_cast<int>(iterations), sha256_md(),
                        static_cast<int>(out.size()), uc_mut(out.expose_mutable())) != 1) {
    return Error{Errc::Library, "scram: pbkdf2"};
  }
  return out;
}

SecretBytes scram_client_key(const SecretBytes& salted_password) {
  return secret_hmac(salted_password, "Client Key");
}

SecretBytes scram_server_key(const SecretBytes& salted_password) {
  return secret_hmac(salted_password, "Server Key");
}

Hash scram_stored_key(const SecretBytes& client_key) { return sha256(client_key.expose()); }

Hash scram_client_proof(const SecretBytes& client_key, std::string_view auth_message) {
  BOOST_ASSERT(client_key.size() == Hash().size());
  Hash proof = hmac_under(scram_stored_key(client_key), auth_message);
  const ByteView key = client_key.expose();
  for (std::size_t i = 0; i < proof.size(); ++i) {
    proof[i] ^= key[i];
  }
  return proof;
}

std::optional<SecretBytes> scram_recover_client_key(const Hash& stored_key,
                                                    ByteView client_proof,
                                                    std::string_view auth_message) {
  if (client_proof.size() != Hash().size()) {
    return std::nullopt;
  }
  const Hash signature = hmac_under(stored_key, auth_message);
  SecretBytes client_key(signature.size());
  const auto key = client_key.expose_mutable();
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = client_proof[i] ^ signature[i];
  }
  if (!ct_equal(scram_stored_key(client_key), stored_key)) {
    return std::nullopt;
  }
  return client_key;
}

Hash scram_server_signature(const SecretBytes& server_key, std::string_view auth_message) {
  return hmac_sha256(server_key, as_bytes(auth_message));
}

Result<std::string> scram_nonce() {
  std::array<std::byte, kNonceBytes> raw{};
  if (auto random = random_bytes(raw); !random) {
    return random.error();
  }
  return base64_encode(raw);
}

}  // namespace pgveil::crypto
