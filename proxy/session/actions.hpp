#pragma once

/// What a Brain wants done. Whoever drives it writes the bytes and runs the jobs, in any order between
/// the three, each of them in its own order; results go back by the matching `on_…`.

#include "protocol/bytes.hpp"
#include "proxy/session/services.hpp"
#include "proxy/session/text_plan.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace pgveil::proxy {

/// Names a job; results of jobs that nobody waits for any more are ignored.
enum class Ticket : std::uint64_t {};

/// On a worker: plan_text(planner, cache, request) → on_planned.
struct StartPlan {
  Ticket ticket{0};
  TextPlanRequest request;
};

/// On a worker: evaluator.convert(conversions, settings) → on_converted.
struct StartConvert {
  Ticket ticket{0};
  std::vector<Conversion> conversions;
  SessionSettings settings;
};

/// On a worker: evaluator.evaluate(request, …) → on_evaluated.
struct StartEvaluate {
  Ticket ticket{0};
  EvaluateRequest request;
};

/// auditor.begin → on_audit_durable or on_audit_failed.
struct RecordBegin {
  Ticket ticket{0};
  BeginRecord record;
};

/// auditor.end → on_audit_durable or on_audit_failed.
struct RecordEnd {
  Ticket ticket{0};
  EndRecord record;
};

/// auditor.flush: rows wait for a begin record that was not wanted at once.
struct FlushRecords {};

/// On a worker: planner.schema_changed(statement, settings) → on_schema_followed. Nothing of this
/// session is planned until then.
struct FollowSchema {
  Ticket ticket{0};
  std::string statement;
  SessionSettings settings;
};

/// The running StartEvaluate of this ticket is to be cancelled; its result still comes.
struct CancelTwin {
  Ticket ticket{0};
};

/// Ask the server to cancel what this session's connection is doing. When the server has closed the
/// cancel connection (or that failed): on_cancel_sent. Until then nothing new goes upstream.
struct CancelUpstream {};

/// Write what is queued on both sides, then close both. The Brain is finished.
struct CloseSession {};

using Job = std::variant<StartPlan,
                         StartConvert,
                         StartEvaluate,
                         RecordBegin,
                         RecordEnd,
                         FlushRecords,
                         FollowSchema,
                         CancelTwin,
                         CancelUpstream,
                         CloseSession>;

/// Appended to by every `on_…`. The driver empties it and may use the same object, with its storage,
/// again.
struct Actions {
  protocol::Bytes to_client;
  protocol::Bytes to_server;
  std::vector<Job> jobs;

  [[nodiscard]] bool empty() const {
    return to_client.empty() && to_server.empty() && jobs.empty();
  }

  void clear() {
    to_client.clear();
    to_server.clear();
    jobs.clear();
  }
};

}  // namespace pgveil::proxy
