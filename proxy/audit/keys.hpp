#pragma once

/// The keys of an audit log: one signs checkpoints, one seals the ids of patients, one makes their
/// terms. They live in one file, mode 0600; whoever has it can read the ids and forge the log, so it
/// belongs to pgveil's user alone. The verify key is public and lies beside it as `audit.pub`.
///
///   pgveil audit key 1
///   sign <base64 of 32 bytes>
///   seal <base64 of 32 bytes>
///   term <base64 of 32 bytes>
///
/// Threads: immutable after loading.

#include "crypto/audit_chain.hpp"
#include "crypto/key.hpp"
#include "proxy/audit/error.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace pgveil::proxy {

/// Sealed ids belong to this field; no column has it.
inline constexpr crypto::FieldId kAuditField{0xFFFF'FFFF};

class AuditKeys {
 public:
  AuditKeys(crypto::CheckpointSigner signer, crypto::SecretBytes seal, crypto::SecretBytes term);

  [[nodiscard]] const crypto::CheckpointSigner& signer() const { return signer_; }

  [[nodiscard]] const crypto::ValueKey& seal_key() const { return seal_; }

  [[nodiscard]] const crypto::TermKey& term_key() const { return term_; }

 private:
  crypto::CheckpointSigner signer_;
  crypto::ValueKey seal_;
  crypto::TermKey term_;
};

[[nodiscard]] audit::Result<std::shared_ptr<const AuditKeys>> generate_audit_keys();
/// Refuses a file that others may read.
[[nodiscard]] audit::Result<std::shared_ptr<const AuditKeys>> load_audit_keys(
    const std::filesystem::path& file);
/// Never overwrites. Writes the verify key to `audit.pub` in the same folder.
[[nodiscard]] audit::Result<void> save_audit_keys(const AuditKeys& keys,
                                                  const std::filesystem::path& file);
/// Loads, or makes and saves new ones if the file does not exist and `log_dir` holds no records yet.
[[nodiscard]] audit::Result<std::shared_ptr<const AuditKeys>> load_or_make_audit_keys(
    const std::filesystem::path& file, const std::filesystem::path& log_dir);

/// Reads what save_audit_keys wrote as `audit.pub`.
[[nodiscard]] audit::Result<crypto::VerifyKey> load_verify_key(const std::filesystem::path& file);

}  // namespace pgveil::proxy
