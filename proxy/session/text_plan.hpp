#pragma once

/// The plans of one text: what Query or Parse carries, cut into its statements. Made on a worker by
/// `plan_text`, which asks the plan cache first and fills it.

#include "proxy/session/plan_cache.hpp"
#include "proxy/session/services.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pgveil::proxy {

struct TextPlanRequest {
  std::string sql;
  std::vector<std::uint32_t> declared_parameter_types;
  SettingsPtr settings;
  std::string login;
  bool in_block = false;
  bool simple_protocol = false;  // true: Query, any number of statements; false: Parse, at most one
  bool fresh = false;            // plans that were made before do not count
};

/// The statements up to the first that cannot be planned, and why that one cannot.
struct PlannedText {
  std::shared_ptr<const TextPlan> plans;  // never null
  std::optional<protocol::ErrorFields> error;
  /// The error is about the text as a whole (syntax, size): not even its first statement may run.
  bool nothing_runs = false;
  /// A statement follows one whose effect must be known before that statement can be planned: it and
  /// all after it start at this byte of the text. To be planned when the others have run.
  std::optional<std::size_t> rest_at;
};

/// Plans every statement of the text, in order, up to an error or up to a statement that changes what
/// the next ones mean. Positions in errors count from the start of `request.sql`.
/// Threads: a worker; waits for the twin.
[[nodiscard]] PlannedText plan_text(Planner& planner,
                                    PlanCache& cache,
                                    const TextPlanRequest& request);

/// The plans of the whole text if the cache has them: by text, or by shape when it is one statement.
/// Null: ask a worker. Takes microseconds, so it runs in the session's own thread. `key` is of Kind::Text.
[[nodiscard]] std::shared_ptr<const TextPlan> find_text_plan(PlanCache& cache, const PlanKey& key);

}  // namespace pgveil::proxy
