#pragma once

/// Where the counts of other parts become metrics.

#include "proxy/metrics/metrics.hpp"
#include "proxy/net/counters.hpp"
#include "proxy/session/plan_cache.hpp"
#include "proxy/session/services.hpp"

#include <memory>
#include <mutex>

namespace pgveil::proxy::cli {

void count_statement(Metrics& metrics, const PreparedPlan& plan, std::uint64_t rows);

/// Hands on what was counted since the last scrape.
class NetMeter {
 public:
  explicit NetMeter(Metrics& metrics) : metrics_(metrics) {}

  void take(const NetCounters& net, const PlanCacheCounters& plans);

 private:
  Metrics& metrics_;
  std::mutex mutex_;
  std::uint64_t from_client_ = 0;
  std::uint64_t to_client_ = 0;
  std::uint64_t from_server_ = 0;
  std::uint64_t to_server_ = 0;
  std::uint64_t hits_ = 0;
};

/// Times the plans that are made because no cache had them.
class MeteredPlanner : public Planner {
 public:
  MeteredPlanner(Planner& inner, Metrics& metrics) : inner_(inner), metrics_(metrics) {}

  [[nodiscard]] SplitResult split(std::string_view sql) override { return inner_.split(sql); }

  [[nodiscard]] PlanResult plan(const PlanRequest& request) override;

  [[nodiscard]] std::string role_key(std::string_view login,
                                     std::string_view current_user) const override {
    return inner_.role_key(login, current_user);
  }

  [[nodiscard]] Epochs epochs() const override { return inner_.epochs(); }

  void schema_changed(std::string_view statement, const SessionSettings& settings) override {
    inner_.schema_changed(statement, settings);
  }

 private:
  Planner& inner_;
  Metrics& metrics_;
};

/// Times what the twin evaluates.
class MeteredEvaluator : public Evaluator {
 public:
  MeteredEvaluator(std::unique_ptr<Evaluator> inner, Metrics& metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}

  [[nodiscard]] EvaluateResult evaluate(
      const EvaluateRequest& request,
      const std::function<void(std::shared_ptr<CancelToken>)>& on_running) override;
  [[nodiscard]] ConvertResult convert(const std::vector<Conversion>& conversions,
                                      const SessionSettings& settings) override;

 private:
  std::unique_ptr<Evaluator> inner_;
  Metrics& metrics_;
};

}  // namespace pgveil::proxy::cli
