#pragma once

/// Hashes and signatures of the audit log. A prefix byte per use keeps them apart:
///
///   record hash     SHA-256(0x01 ‖ record)
///   chain           h_i = SHA-256(0x02 ‖ h_{i-1} ‖ record_i), h_0 = SHA-256(0x02 ‖ "pgveil audit v1")
///   checkpoint      Ed25519 over 0x03 ‖ text of the checkpoint
///
/// What a record or a checkpoint looks like is proxy/audit's. Source: RFC 8032. Threads: any; Chain by
/// one thread at a time.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/secret.hpp"

#include <array>
#include <string_view>

namespace pgveil::crypto {

using Signature = std::array<std::byte, 64>;
using VerifyKey = std::array<std::byte, 32>;

[[nodiscard]] Hash audit_record_hash(ByteView record);
[[nodiscard]] Hash audit_chain_start();
[[nodiscard]] Hash audit_chain_next(const Hash& previous, ByteView record);

/// Signs checkpoints. The seed is 32 random bytes (RFC 8032's private key).
class CheckpointSigner {
 public:
  [[nodiscard]] static Result<CheckpointSigner> generate();
  /// Errors: Malformed if `seed` is not 32 bytes.
  [[nodiscard]] static Result<CheckpointSigner> from_seed(SecretBytes seed);

  [[nodiscard]] const SecretBytes& seed() const { return seed_; }

  [[nodiscard]] const VerifyKey& verify_key() const { return verify_key_; }

  [[nodiscard]] Result<Signature> sign(std::string_view checkpoint) const;

 private:
  CheckpointSigner(SecretBytes seed, const VerifyKey& key)
      : seed_(std::move(seed)), verify_key_(key) {}

  SecretBytes seed_;
  VerifyKey verify_key_{};
};

[[nodiscard]] bool verify_checkpoint(const VerifyKey& key,
                                     std::string_view checkpoint,
                                     const Signature& signature);

/// Ed25519 alone, for known answers.
[[nodiscard]] Result<Signature> ed25519_sign(const SecretBytes& seed, ByteView message);
[[nodiscard]] bool ed25519_verify(const VerifyKey& key,
                                  ByteView message,
                                  const Signature& signature);

}  // namespace pgveil::crypto
