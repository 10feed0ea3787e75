#pragma once

/// `pgveil audit verify`: reads a whole log and names the first record that is not as it was written.
/// Also while pgveil writes: a last line without its line feed is then being written.
/// A chain cannot show by itself that its end was cut off. The folder's audit.head shows it unless that
/// was changed too; a head kept elsewhere (`head_file`) shows it always.
/// Reads files only; threads: any.

#include "crypto/audit_chain.hpp"
#include "proxy/audit/error.hpp"

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace pgveil::proxy {

enum class AuditDamage {
  Edited,             // the record's bytes are not those that were chained
  Deleted,            // records before it are missing
  Reordered,          // it stands too early; the one that belongs here comes later
  Truncated,          // the log ends too early
  Rewritten,          // the chain was made again: a signed checkpoint knew another head
  MissingCheckpoint,  // too many records, or a checkpoint's number, without a signature
  BadSignature,       // a checkpoint that the key did not sign
  MissingFile         // a whole file is gone
};

[[nodiscard]] const char* name(AuditDamage damage);

struct AuditFinding {
  AuditDamage damage = AuditDamage::Edited;
  std::string file;        // name in the folder
  std::uint64_t line = 0;  // from 1; one beyond the last line for Truncated
  std::uint64_t seq = 0;   // of the first bad or missing record
  std::string explanation;
};

struct VerifyOptions {
  /// Checkpoints must be signed with it. Absent: with the key that the log itself names, which an
  /// attacker could have changed; the report then says so.
  std::optional<crypto::VerifyKey> verify_key;
  /// A checkpoint line kept elsewhere; empty: the folder's audit.head.
  std::filesystem::path head_file;
};

struct VerifyReport {
  std::uint64_t files = 0;
  std::uint64_t records = 0;  // good ones
  std::uint64_t checkpoints = 0;
  std::uint64_t first_seq = 0;
  std::string first_time;
  std::string last_time;
  std::string head;        // chain after the last good record, 64 hex
  std::string verify_key;  // base64: what was verified with
  bool key_from_log = false;
  std::vector<std::string> notes;  // unclean stops and the like: no damage
  std::optional<AuditFinding> finding;
};

/// Errors: NoFolder, Io.
[[nodiscard]] audit::Result<VerifyReport> verify_audit(const std::filesystem::path& dir,
                                                       const VerifyOptions& options);

/// Prints the report, in words or as one JSON object. The exit code: 0 intact, 1 damaged.
int print_report(const VerifyReport& report, bool json, std::ostream& out);

/// The subcommand: verify and print. 2: the log could not be read.
int audit_verify(const std::filesystem::path& dir,
                 const VerifyOptions& options,
                 bool json,
                 std::ostream& out);

}  // namespace pgveil::proxy
