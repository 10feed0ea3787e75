#include "proxy/cli/meters.hpp"

#include <chrono>

namespace pgveil::proxy::cli {
namespace {

PlanLabel label_of(const policy::Decision& decision) {
  switch (decision.index()) {
    case 0:
      return PlanLabel::Refuse;
    case 1:
      return PlanLabel::Pass;
    case 2:
      return PlanLabel::InPlace;
    case 3:
      return PlanLabel::Split;
    default:
      return PlanLabel::Local;
  }
}

VerbLabel label_of(policy::Verb verb) {
  switch (verb) {
    case policy::Verb::None:
      return VerbLabel::None;
    case policy::Verb::Read:
      return VerbLabel::Read;
    case policy::Verb::Search:
      return VerbLabel::Search;
    case policy::Verb::Create:
      return VerbLabel::Create;
    case policy::Verb::Change:
      return VerbLabel::Change;
    case policy::Verb::Delete:
      return VerbLabel::Delete;
    case policy::Verb::Export:
      return VerbLabel::Export;
  }
  return VerbLabel::None;
}

// What has come since the last call.
std::uint64_t since(std::uint64_t& last, std::uint64_t now) {
  const std::uint64_t difference = now - last;
  last = now;
  return difference;
}

}  // namespace

void count_statement(Metrics& metrics, const PreparedPlan& plan, std::uint64_t rows) {
  const policy::Plan& decided = plan.plan;
  metrics.statement(label_of(decided.decision), label_of(decided.evidence.verb));
  metrics.rows_sent(rows);
  if (const auto* refused = std::get_if<policy::Refuse>(&decided.decision)) {
    metrics.refusal(policy::name(refused->rule));
  }
}

void NetMeter::take(const NetCounters& net, const PlanCacheCounters& plans) {
  const std::lock_guard lock(mutex_);
  metrics_.bytes_received(PeerLabel::Client, since(from_client_, net.client_bytes_read));
  metrics_.bytes_sent(PeerLabel::Client, since(to_client_, net.client_bytes_written));
  metrics_.bytes_received(PeerLabel::Server, since(from_server_, net.server_bytes_read));
  metrics_.bytes_sent(PeerLabel::Server, since(to_server_, net.server_bytes_written));
  metrics_.plan_cache_hits(since(hits_, plans.text_hits + plans.shape_hits));
}

PlanResult MeteredPlanner::plan(const PlanRequest& request) {
  const auto began = std::chrono::steady_clock::now();
  PlanResult result = inner_.plan(request);
  metrics_.plan_cache_miss(std::chrono::steady_clock::now() - began);
  return result;
}

EvaluateResult MeteredEvaluator::evaluate(
    const EvaluateRequest& request,
    const std::function<void(std::shared_ptr<CancelToken>)>& on_running) {
  const auto began = std::chrono::steady_clock::now();
  EvaluateResult result = inner_->evaluate(request, on_running);
  metrics_.twin_evaluated(request.slice.rows, std::chrono::steady_clock::now() - began);
  return result;
}

ConvertResult MeteredEvaluator::convert(const std::vector<Conversion>& conversions,
                                        const SessionSettings& settings) {
  return inner_->convert(conversions, settings);
}

}  // namespace pgveil::proxy::cli
