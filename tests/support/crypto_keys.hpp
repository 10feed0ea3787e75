#pragma once

/// Keys and bytes for tests: fixed ones, and a keyring with them.

#include "crypto/keyring.hpp"

#include <memory>
#include <string_view>

namespace pgveil::crypto {

inline Bytes hex(std::string_view text) {
  Bytes bytes;
  const bool ok = hex_decode(text, bytes);
  BOOST_ASSERT(ok);
  return bytes;
}

/// 32 bytes: `first`, `first` + 1, …
inline SecretBytes counting_secret(int first) {
  SecretBytes secret(kKeySize);
  for (std::byte& b : secret.expose_mutable()) {
    b = static_cast<std::byte>(first++);
  }
  return secret;
}

inline std::shared_ptr<const ValueKey> value_key(FieldId field, int generation, int first = 0) {
  return std::make_shared<const ValueKey>(field, static_cast<Generation>(generation),
                                          counting_secret(first));
}

inline std::shared_ptr<const TermKey> term_key(FieldId field, int generation, int first = 64) {
  return std::make_shared<const TermKey>(field, static_cast<Generation>(generation),
                                         counting_secret(first));
}

}  // namespace pgveil::crypto
