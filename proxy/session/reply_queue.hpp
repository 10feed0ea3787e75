#pragma once

/// What the server still owes: one entry per message that was sent and has a reply, in order. Every reply
/// to the client comes from an entry, none from a guess.
///
/// An error ends the front entry and, in the extended protocol, all entries up to the next Sync, which the
/// server skips; while that Sync is not there yet the queue `is_skipping()`: what the client sends gets no
/// entry and need not be sent. Query and Sync stay until their ReadyForQuery.
/// COPY FROM STDIN: between CopyInResponse and the client's CopyDone or CopyFail the server ignores Sync
/// and Flush. CopyEnd entries mark where those two are among the messages sent ahead, so it is known which
/// Syncs are ignored.
/// Source: PostgreSQL, "Message Flow"; facts were tried against PostgreSQL 15.

#include "proxy/session/run.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pgveil::proxy {

enum class Owed : std::uint8_t {
  Parse,
  Bind,
  DescribeStatement,
  DescribePortal,
  Execute,
  CloseStatement,
  ClosePortal,
  Sync,
  Query,
  CopyEnd  // no reply
};

/// What the client is shown of an entry's replies.
enum class Shown : std::uint8_t {
  All,
  Nothing,        // a message of our own
  RowsAndErrors,  // a Query's statement that runs by itself: no `n`, `1`, `2`
  ErrorsOnly,     // a message of our own whose failure is the client's
};

struct Owing {
  Owed kind = Owed::Sync;
  Shown shown = Shown::All;
  std::string name;                      // of the statement or portal
  std::shared_ptr<Statement> statement;  // Parse: made; DescribeStatement: described; may be null
  std::shared_ptr<Portal> portal;        // Bind: made; DescribePortal, Execute; may be null
  std::unique_ptr<protocol::ErrorFields> instead;  // shown in place of the error that we provoked
  std::int32_t row_limit = 0;                      // Execute
  std::vector<std::unique_ptr<Run>> runs;          // Execute: one; Query: one per statement
  std::size_t current = 0;                         // Query: the run whose replies come next
  bool failed = false;        // the client has had its error; Query, or Execute before Sync
  bool only_execute = false;  // Execute: the first since the last Sync
  std::optional<ScrubContext::Shift> shift;  // of positions in errors about this message
  bool settings = false;                     // answers are settings that we asked for
  bool description_sent = false;             // DescribeStatement: `t` came
  bool calls_function = false;               // Query: a FunctionCall, which has no run

  [[nodiscard]] Run* run() const { return current < runs.size() ? runs[current].get() : nullptr; }
};

enum class ReplyMeans {
  Async,      // N, S, A: belongs to no entry
  Continues,  // part of the front entry's reply
  Ends,       // the last part: pop the entry
  Fails,      // E
  Unexpected  // the server broke the protocol
};

class ReplyQueue {
 public:
  /// Not while is_skipping(), but for Sync.
  Owing& push(Owing&& entry);
  [[nodiscard]] ReplyMeans means(char type);
  /// After `Ends` was dealt with.
  void pop();
  /// After `Fails` was dealt with: drops what the server skips. The entries that are dropped, the front
  /// one too unless it stays, come back for their audit records.
  [[nodiscard]] std::deque<Owing> fail();
  /// CopyInResponse came.
  void begin_copy_in();
  /// The client's CopyDone or CopyFail is being sent.
  void end_copy_in();

  /// A Sync sent now would be ignored by the server.
  [[nodiscard]] bool ignores_sync() const { return copying_in_; }

  [[nodiscard]] bool is_skipping() const { return skipping_; }

  [[nodiscard]] bool empty();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  [[nodiscard]] Owing& front() { return entries_.front(); }

  [[nodiscard]] Owing& back() { return entries_.back(); }

  /// All entries, oldest first.
  [[nodiscard]] std::deque<Owing>& entries() { return entries_; }

 private:
  void drop_copy_ends();

  std::deque<Owing> entries_;
  bool skipping_ = false;
  bool copying_in_ = false;  // and the client has not ended it yet
};

}  // namespace pgveil::proxy
