#include "crypto/key_wrap.hpp"

#include "crypto/openssl.hpp"

#include <boost/assert.hpp>

namespace pgveil::crypto {
namespace {

bool wrap_cipher(const SecretBytes& kek, ByteView in, std::span<std::byte> out, bool wrapping) {
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  if (!context || kek.size() != 32) {
    return false;
  }
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  int size = 0;
  int rest = 0;
  return EVP_CipherInit_ex2(context.get(), aes_256_wrap(), uc(kek.expose()), nullptr,
                            wrapping ? 1 : 0, nullptr) == 1 &&
         EVP_CipherUpdate(context.get(), uc_mut(out), &size, uc(in), static_cast<int>(in.size())) ==
             1 &&
         EVP_CipherFinal_ex(context.get(), uc_mut(out), &rest) == 1 &&
         static_cast<std::size_t>(size) == out.size();
}

Hash commitment_of(const SecretBytes& key, std::string_view label) {
  std::string text = "pgveil key commitment v1\n";
  text += label;
  return hmac_sha256(key, as_bytes(text));
}

}  // namespace

Hash hmac_sha256(const SecretBytes& key, ByteView data) {
  Hash out{};
  std::size_t size = 0;
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  const MacCtxPtr context(EVP_MAC_CTX_new(hmac()));
  // A null key would mean the key set before; an empty one still needs an address.
  const unsigned char none = 0;
  const unsigned char* secret = key.empty() ? &none : uc(key.expose());
  const bool ok = context && EVP_MAC_init(context.get(), secret, key.size(), params) == 1 &&
                  EVP_MAC_update(context.get(), uc(data), data.size()) == 1 &&
                  EVP_MAC_final(context.get(), uc_mut(std::span(out)), &size, out.size()) == 1;
  BOOST_ASSERT(ok && size == out.size());
  return out;
}

Result<Bytes> aes_wrap(const SecretBytes& key_encryption_key, const SecretBytes& key) {
  BOOST_ASSERT(key.size() >= 16 && key.size() % 8 == 0);
  Bytes out(key.size() + 8);
  if (!wrap_cipher(key_encryption_key, key.expose(), out, true)) {
    return Error{Errc::Library, "key wrap"};
  }
  return out;
}

Result<SecretBytes> aes_unwrap(const SecretBytes& key_encryption_key, ByteView wrapped) {
  if (wrapped.size() < 24 || wrapped.size() % 8 != 0 || wrapped.size() > 4096) {
    return Error{Errc::Malformed, "key unwrap: size"};
  }
  // OpenSSL writes the check value's 8 bytes too before it drops them.
  SecretBytes room(wrapped.size());
  if (!wrap_cipher(key_encryption_key, wrapped, room.expose_mutable().first(wrapped.size() - 8),
                   false)) {
    return Error{Errc::WrongKey, "key unwrap"};
  }
  return SecretBytes::copy_of(room.expose().first(wrapped.size() - 8));
}

Result<WrappedKey> wrap_key(const SecretBytes& key_encryption_key,
                            const SecretBytes& key,
                            std::string_view label) {
  auto wrapped = aes_wrap(key_encryption_key, key);
  if (!wrapped) {
    return wrapped.error();
  }
  const Hash commitment = commitment_of(key, label);
  return WrappedKey{std::move(*wrapped), Bytes(commitment.begin(), commitment.end())};
}

Result<SecretBytes> unwrap_key(const SecretBytes& key_encryption_key,
                               const WrappedKey& row,
                               std::string_view label) {
  auto key = aes_unwrap(key_encryption_key, row.wrapped);
  if (!key) {
    return key.error();
  }
  if (!ct_equal(commitment_of(*key, label), row.commitment)) {
    return Error{Errc::WrongKey, "key unwrap: commitment"};
  }
  return key;
}

}  // namespace pgveil::crypto
