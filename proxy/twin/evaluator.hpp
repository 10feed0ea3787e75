#pragma once

/// The session's Evaluator over a Twin: Split statements over their slice, Local ones over the schema,
/// conversions by PostgreSQL's own functions.
/// Threads: any; blocks.

#include "proxy/session/services.hpp"
#include "proxy/twin/twin.hpp"

#include <memory>

namespace pgveil::proxy::twin {

/// What of a session's settings the twin has to know. The role is the user whose rights count.
[[nodiscard]] SessionState session_state(const SessionSettings& settings);

class TwinEvaluator final : public Evaluator {
 public:
  /// `twin` must outlive the evaluator.
  explicit TwinEvaluator(Twin& twin) : twin_(twin) {}

  [[nodiscard]] EvaluateResult evaluate(
      const EvaluateRequest& request,
      const std::function<void(std::shared_ptr<proxy::CancelToken>)>& on_running) override;
  [[nodiscard]] ConvertResult convert(const std::vector<proxy::Conversion>& conversions,
                                      const SessionSettings& settings) override;

 private:
  Twin& twin_;
};

}  // namespace pgveil::proxy::twin
