#pragma once

/// The key that wraps all others, from provider `file`: 32 bytes as base64 or hexadecimal, in a file that
/// only its owner can read. Lines that begin with # are comments. There is no passphrase in this
/// version: the file's place and rights protect it, so keep it off the database's host and its backups.
/// Errors: KekFile with the file's name and what to do; Crypto. Threads: any.

#include "crypto/secret.hpp"
#include "proxy/keys/error.hpp"

#include <string>
#include <string_view>

namespace pgveil::proxy::keys {

class KeyEncryptionKey {
 public:
  /// `source` is for messages: the file's name.
  KeyEncryptionKey(crypto::SecretBytes secret, std::string source);

  [[nodiscard]] const crypto::SecretBytes& secret() const { return secret_; }

  /// Tells keys apart without giving them away: 8 hexadecimal digits, stored with each wrapped key.
  [[nodiscard]] const std::string& id() const { return id_; }

  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  crypto::SecretBytes secret_;
  std::string id_;
  std::string source_;
};

/// The file must be a regular one, of this user or root, with no rights for group and others.
[[nodiscard]] Result<KeyEncryptionKey> read_key_file(const std::string& file);
/// Makes a new key and writes it; an existing file is an error, never overwritten.
[[nodiscard]] Result<KeyEncryptionKey> create_key_file(const std::string& file);

}  // namespace pgveil::proxy::keys
