#pragma once

/// The audit log: an append-only folder of JSON lines, hash-chained, with signed checkpoints.
///
/// One thread writes. It takes what has collected, makes one write and one fdatasync, and then tells
/// everybody in the group: any number of statements share a sync. A record that nobody waits for yet is
/// written with the next one that somebody does, or after `checkpoint_interval`. What cannot be written is taken back
/// (the file is cut to its last durable byte), so the chain on disk is always whole; the next append
/// tries again, and when it succeeds a `resumed` record says how many were refused in between.
/// A checkpoint follows within `checkpoint_interval` of a record, after `checkpoint_records` of them,
/// and every `idle_checkpoint_interval` without any. Source of the format: docs/audit-format.md.
///
/// Call order: open, append, drop. Dropping writes a `stop` record and a last checkpoint.
/// Threads: append and stats from any thread. `done` runs on the writing thread and must not wait.

#include "proxy/audit/error.hpp"
#include "proxy/audit/keys.hpp"
#include "proxy/audit/record.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace pgveil::proxy {

struct AuditOptions {
  std::filesystem::path dir;
  std::uint64_t rotate_bytes = 64ULL << 20U;
  std::chrono::milliseconds rotate_interval{24LL * 3'600'000};
  bool fsync = true;
  std::chrono::milliseconds checkpoint_interval{1'000};
  std::chrono::milliseconds idle_checkpoint_interval{60'000};
  std::uint64_t checkpoint_records = 1'024;
  /// After each group that is on disk: its records and how long the sync took. For metrics.
  std::function<void(std::uint64_t records, std::chrono::nanoseconds sync)> on_sync;
  /// After each group that could not be written.
  std::function<void(std::uint64_t records)> on_failure;
};

struct AuditStats {
  std::uint64_t records = 0;  // durable ones, checkpoints and the like included
  std::uint64_t syncs = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t refused = 0;
  bool failing = false;  // the last group could not be written
};

class AuditLog {
 public:
  /// Makes the folder if needed, takes the lock, checks the end of the log, drops a line that a crash
  /// left half written (the `start` record says so), continues the chain.
  /// Errors: NoFolder, InUse, Damaged, Io.
  [[nodiscard]] static audit::Result<std::unique_ptr<AuditLog>> open(
      AuditOptions options, std::shared_ptr<const AuditKeys> keys);

  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  using Done = std::function<void(bool durable)>;

  enum class When { Now, Later };

  /// `done` is called once; it may be empty. Later: not before somebody asks for Now, or flush.
  void append(const AuditEvent& event, Done done, When when = When::Now);
  /// What was appended is written now.
  void flush();
  /// Waits until the record is on disk, or cannot be. Not from I/O threads.
  [[nodiscard]] bool append_and_wait(const AuditEvent& event);
  [[nodiscard]] AuditStats stats() const;

 private:
  class Writer;
  explicit AuditLog(std::unique_ptr<Writer> writer);

  std::shared_ptr<const AuditKeys> keys_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace pgveil::proxy
