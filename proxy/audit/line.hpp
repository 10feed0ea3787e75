#pragma once

/// One line of an audit file, and the text of a checkpoint. Source: docs/audit-format.md.
///
///   record  {"seq":7,"time":"2026-01-31T08:00:00.000001Z","kind":"begin",…}
///   line    the record with ,"chain":"<64 hex>" before its last brace, and a line feed
///   chain   h_7 = SHA-256(0x02 ‖ h_6 ‖ record), so it covers the record's bytes as they stand
///
/// Sequence numbers run on over files and restarts. Pure; threads: any.

#include "crypto/audit_chain.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgveil::proxy {

using AuditTime = std::chrono::system_clock::time_point;

/// UTC with microseconds: "2026-01-31T08:00:00.000001Z".
[[nodiscard]] std::string print_audit_time(AuditTime time);
/// The same, or a shorter form as people write it: a date, or date and time to the minute or second.
[[nodiscard]] std::optional<AuditTime> parse_audit_time(std::string_view text);

/// Appends a line with its line feed and moves `chain` on. `members` is what encode_event gives.
void append_line(std::string& out,
                 std::uint64_t seq,
                 AuditTime time,
                 std::string_view members,
                 crypto::Hash& chain);
/// Of a record as it stands. With the line feed.
[[nodiscard]] std::string make_line(std::string_view record, const crypto::Hash& chain);

struct AuditLine {
  std::string record;
  crypto::Hash chain{};
  std::uint64_t seq = 0;
};

/// `line` has no line feed. Empty if it is not what make_line writes.
[[nodiscard]] std::optional<AuditLine> read_line(std::string_view line);

/// What is signed. `count` records came before, and the chain stood at `head`.
struct Checkpoint {
  std::uint64_t number = 0;
  std::string time;  // of the record
  std::uint64_t count = 0;
  std::string head;  // 64 hex
};

[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);

/// audit-000000000042.jsonl: its first record is number 42.
[[nodiscard]] std::string audit_file_name(std::uint64_t first_seq);
[[nodiscard]] std::optional<std::uint64_t> first_seq_of(std::string_view file_name);

}  // namespace pgveil::proxy
