#pragma once

/// Where the chain stands at the end of the newest file: what a starting AuditLog continues from.

#include "crypto/audit_chain.hpp"
#include "proxy/audit/error.hpp"
#include "proxy/audit/files.hpp"
#include "proxy/audit/line.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace pgveil::proxy {

/// The members that writing and verifying look at; everything else is for `audit show`.
struct LineFacts {
  std::string kind;
  std::string time;
  std::optional<Checkpoint> checkpoint;
  crypto::Signature signature{};  // of the checkpoint
  std::string previous;           // of a file record: the chain before it, 64 hex
  std::string verify_key;         // of a file record: base64
  bool unclean = false;           // of a start record
  std::uint64_t dropped_bytes = 0;
  std::uint64_t lost_count = 0;  // of a start record: so many records were known to a checkpoint
};

/// Empty: not an object, or a member of the wrong type.
[[nodiscard]] std::optional<LineFacts> read_facts(std::string_view record);

/// Bytes at the end that no crash of the writer explains are damage; a line without its line feed and
/// anything with NUL bytes are what a crash leaves.
[[nodiscard]] bool looks_torn(std::string_view rest);

struct Tail {
  std::optional<AuditFile> file;  // none: the log is empty
  std::uint64_t size = 0;         // good bytes of it
  std::uint64_t dropped = 0;      // bytes after them, which a crash left
  std::uint64_t next_seq = 1;
  crypto::Hash head{};
  std::uint64_t checkpoints = 0;  // number of the newest
  std::uint64_t since_checkpoint = 0;
  bool clean = true;             // ended with stop and a checkpoint
  std::uint64_t lost_count = 0;  // audit.head knows so many records, which are not there
};

/// Changes nothing. Errors: NoFolder, Io, Damaged.
[[nodiscard]] audit::Result<Tail> read_tail(const std::filesystem::path& dir);

}  // namespace pgveil::proxy
