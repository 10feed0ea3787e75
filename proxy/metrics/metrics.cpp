#include "proxy/metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <mutex>

namespace pgveil::proxy {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr std::array<const char*, 5> kPlans{"pass", "in_place", "split", "local", "refuse"};
constexpr std::array<const char*, 7> kVerbs{"none",   "read",   "search", "create",
                                            "change", "delete", "export"};
constexpr std::array<const char*, 2> kPeers{"client", "server"};

const Histogram::BucketBoundaries kStatementSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                    0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                                    1,      2.5,     10,     60};
const Histogram::BucketBoundaries kSyncSeconds{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                               0.005,   0.01,   0.025,   0.1,    0.5,   2.5};
const Histogram::BucketBoundaries kSliceRows{1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};

template <typename Enum>
std::size_t at(Enum value) {
  return static_cast<std::size_t>(value);
}

double as_double(std::uint64_t count) { return static_cast<double>(count); }

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;

  Family<Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }

  Counter& counter(const char* name, const char* help) { return counters(name, help).Add({}); }

  Gauge& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  Histogram& histogram(const char* name,
                       const char* help,
                       const Histogram::BucketBoundaries& buckets) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
  }

  Gauge& sessions = gauge("pgveil_sessions", "Sessions that are open.");
  Family<Counter>& logins = counters("pgveil_logins_total", "Logins, by outcome.");
  Counter& logins_accepted = logins.Add({{"outcome", "accepted"}, {"sqlstate", "00000"}});

  Family<Counter>& statements =
      counters("pgveil_statements_total", "Statements answered, by plan and verb.");
  std::array<std::array<Counter*, kVerbs.size()>, kPlans.size()> statement{};
  Family<Counter>& refusals = counters("pgveil_refusals_total", "Statements refused, by rule.");
  Counter& rows = counter("pgveil_rows_sent_total", "Rows sent to clients.");
  Family<Counter>& received = counters("pgveil_received_bytes_total", "Bytes received, by peer.");
  Family<Counter>& sent = counters("pgveil_sent_bytes_total", "Bytes sent, by peer.");
  std::array<Counter*, kPeers.size()> received_from{};
  std::array<Counter*, kPeers.size()> sent_to{};

  Counter& cache_hits = counter("pgveil_plan_cache_hits_total", "Plans found ready.");
  Counter& cache_misses = counter("pgveil_plan_cache_misses_total", "Plans that had to be made.");
  Histogram& planning = histogram("pgveil_planning_duration_seconds",
                                  "Making one plan, the twin's analysis included.",
                                  kStatementSeconds);

  Counter& open_failures = counter("pgveil_open_failures_total",
                                   "Sealed values that did not open: damaged, moved, no key.");

  Counter& audit_records = counter("pgveil_audit_records_total", "Audit records on disk.");
  Counter& audit_refused =
      counter("pgveil_audit_refused_records_total", "Audit records that could not be written.");
  Gauge& audit_failing =
      gauge("pgveil_audit_failing", "1 while the audit log cannot be written, else 0.");
  Histogram& audit_sync = histogram(
      "pgveil_audit_sync_duration_seconds", "One fdatasync of the audit log.", kSyncSeconds);

  Counter& twin_starts = counter("pgveil_twin_restarts_total", "Restarts of the twin.");
  bool twin_was_started = false;
  std::mutex twin_mutex;
  Histogram& slice_rows =
      histogram("pgveil_slice_rows", "Rows of a slice that the twin evaluated.", kSliceRows);
  Histogram& evaluation = histogram("pgveil_evaluation_duration_seconds",
                                    "One evaluation on the twin, loading included.",
                                    kStatementSeconds);

  Family<Counter>& policy_loads =
      counters("pgveil_policy_loads_total", "Loads of the policy, by outcome.");
  Counter& policy_accepted = policy_loads.Add({{"outcome", "accepted"}});
  Counter& policy_refused = policy_loads.Add({{"outcome", "refused"}});
  Gauge& policy_loaded =
      gauge("pgveil_policy_loaded_timestamp_seconds", "When the policy in force was loaded.");
  Gauge& ready = gauge("pgveil_ready", "1 if statements can be answered, else 0.");

  mutable std::mutex ready_mutex;
  std::function<bool()> is_ready;

  Impl() {
    for (std::size_t p = 0; p < kPlans.size(); ++p) {
      for (std::size_t v = 0; v < kVerbs.size(); ++v) {
        statement[p][v] = &statements.Add({{"plan", kPlans[p]}, {"verb", kVerbs[v]}});
      }
    }
    for (std::size_t p = 0; p < kPeers.size(); ++p) {
      received_from[p] = &received.Add({{"peer", kPeers[p]}});
      sent_to[p] = &sent.Add({{"peer", kPeers[p]}});
    }
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}

Metrics::~Metrics() = default;

void Metrics::session_opened() { impl_->sessions.Increment(); }

void Metrics::session_closed() { impl_->sessions.Decrement(); }

void Metrics::login_accepted() { impl_->logins_accepted.Increment(); }

void Metrics::login_refused(std::string_view sqlstate) {
  impl_->logins.Add({{"outcome", "refused"}, {"sqlstate", std::string(sqlstate)}}).Increment();
}

void Metrics::statement(PlanLabel plan, VerbLabel verb) {
  impl_->statement.at(at(plan)).at(at(verb))->Increment();
}

void Metrics::refusal(std::string_view rule) {
  impl_->refusals.Add({{"rule", std::string(rule)}}).Increment();
}

void Metrics::rows_sent(std::uint64_t count) { impl_->rows.Increment(as_double(count)); }

void Metrics::bytes_received(PeerLabel from, std::uint64_t count) {
  impl_->received_from.at(at(from))->Increment(as_double(count));
}

void Metrics::bytes_sent(PeerLabel to, std::uint64_t count) {
  impl_->sent_to.at(at(to))->Increment(as_double(count));
}

void Metrics::plan_cache_hits(std::uint64_t count) { impl_->cache_hits.Increment(as_double(count)); }

void Metrics::plan_cache_miss(Seconds planning) {
  impl_->cache_misses.Increment();
  impl_->planning.Observe(planning.count());
}

void Metrics::open_failed() { impl_->open_failures.Increment(); }

void Metrics::audit_synced(std::uint64_t records, Seconds sync) {
  impl_->audit_records.Increment(as_double(records));
  impl_->audit_sync.Observe(sync.count());
  impl_->audit_failing.Set(0);
}

void Metrics::audit_refused(std::uint64_t records) {
  impl_->audit_refused.Increment(as_double(records));
  impl_->audit_failing.Set(1);
}

void Metrics::twin_started() {
  const std::lock_guard lock(impl_->twin_mutex);
  if (impl_->twin_was_started) {
    impl_->twin_starts.Increment();
  }
  impl_->twin_was_started = true;
}

void Metrics::twin_evaluated(std::uint64_t slice_rows, Seconds duration) {
  impl_->slice_rows.Observe(as_double(slice_rows));
  impl_->evaluation.Observe(duration.count());
}

void Metrics::policy_loaded(bool accepted, std::chrono::system_clock::time_point when) {
  if (!accepted) {
    impl_->policy_refused.Increment();
    return;
  }
  impl_->policy_accepted.Increment();
  impl_->policy_loaded.Set(std::chrono::duration_cast<Seconds>(when.time_since_epoch()).count());
}

void Metrics::set_ready_callback(std::function<bool()> ready) {
  const std::lock_guard lock(impl_->ready_mutex);
  impl_->is_ready = std::move(ready);
}

std::string Metrics::text() const {
  {
    const std::lock_guard lock(impl_->ready_mutex);
    impl_->ready.Set(impl_->is_ready && impl_->is_ready() ? 1 : 0);
  }
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace pgveil::proxy
