#pragma once

/// How data keys are stored: wrapped by the key-encryption key, with a commitment beside them, so that
/// a wrong key-encryption key is told from a damaged row before anything is opened with it.
/// Source: RFC 3394 (AES-256 key wrap). Threads: any.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/secret.hpp"

namespace pgveil::crypto {

struct WrappedKey {
  Bytes wrapped;     // 8 bytes longer than the key
  Bytes commitment;  // HMAC-SHA-256(key, label), 32 bytes
};

/// `label` says what the key is for ("value:17:1"); a key moved to another row does not unwrap.
[[nodiscard]] Result<WrappedKey> wrap_key(const SecretBytes& key_encryption_key,
                                          const SecretBytes& key,
                                          std::string_view label);
/// Errors: WrongKey if the key-encryption key is another one, or the row was changed or moved.
[[nodiscard]] Result<SecretBytes> unwrap_key(const SecretBytes& key_encryption_key,
                                             const WrappedKey& row,
                                             std::string_view label);

/// RFC 3394 alone. Sizes are multiples of 8, at least 16 (asserted for the key).
[[nodiscard]] Result<Bytes> aes_wrap(const SecretBytes& key_encryption_key, const SecretBytes& key);
[[nodiscard]] Result<SecretBytes> aes_unwrap(const SecretBytes& key_encryption_key,
                                             ByteView wrapped);
[[nodiscard]] Hash hmac_sha256(const SecretBytes& key, ByteView data);

}  // namespace pgveil::crypto
