#pragma once

/// Per-thread cipher and MAC contexts with their key already set: per value only the nonce is. A small
/// direct-mapped table by key number, so it is bounded, needs no lock and never grows with the keys.
/// Lifetime: a context stays valid until the thread asks for another one of the same kind.

#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

namespace pgveil::crypto {

/// nullptr: OpenSSL refused.
[[nodiscard]] EVP_CIPHER_CTX* open_context(const ValueKey& key);
/// Takes one use of the key. Errors: KeyExhausted, Library.
[[nodiscard]] Result<EVP_CIPHER_CTX*> seal_context(const ValueKey& key);
/// HMAC-SHA-256, initialised and ready for update.
[[nodiscard]] EVP_MAC_CTX* mac_context(const TermKey& key);

}  // namespace pgveil::crypto
