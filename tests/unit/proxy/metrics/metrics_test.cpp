#include "proxy/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace pgveil::proxy {
namespace {

using ::testing::HasSubstr;

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    out.insert((*it)[1].str());
  }
  return out;
}

/// Counts each thing once.
void count_everything(Metrics& metrics) {
  using namespace std::chrono_literals;
  metrics.session_opened();
  metrics.login_accepted();
  metrics.login_refused("28P01");
  metrics.statement(PlanLabel::InPlace, VerbLabel::Read);
  metrics.refusal("ClassNotGranted");
  metrics.rows_sent(5);
  metrics.bytes_received(PeerLabel::Server, 100);
  metrics.bytes_sent(PeerLabel::Client, 50);
  metrics.plan_cache_hits(7);
  metrics.plan_cache_miss(2ms);
  metrics.open_failed();
  metrics.audit_synced(4, 150us);
  metrics.audit_refused(6);
  metrics.twin_started();
  metrics.twin_started();
  metrics.twin_evaluated(20, 1ms);
  metrics.policy_loaded(true, std::chrono::system_clock::time_point(1'700'000'000s));
  metrics.set_ready_callback([] { return true; });
}

TEST(Metrics, CountsWhatIsTold) {
  Metrics metrics;
  count_everything(metrics);
  metrics.session_opened();
  metrics.session_closed();
  const std::string text = metrics.text();
  for (const char* line :
       {"\npgveil_sessions 1\n", "pgveil_logins_total{outcome=\"refused\",sqlstate=\"28P01\"} 1\n",
        "pgveil_statements_total{plan=\"in_place\",verb=\"read\"} 1\n",
        "pgveil_statements_total{plan=\"split\",verb=\"export\"} 0\n",
        "pgveil_plan_cache_hits_total 7\n",
        "pgveil_refusals_total{rule=\"ClassNotGranted\"} 1\n", "pgveil_rows_sent_total 5\n",
        "pgveil_received_bytes_total{peer=\"server\"} 100\n",
        "pgveil_sent_bytes_total{peer=\"client\"} 50\n", "pgveil_audit_records_total 4\n",
        "pgveil_audit_failing 1\n", "pgveil_twin_restarts_total 1\n", "pgveil_slice_rows_count 1\n",
        "pgveil_ready 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  metrics.audit_synced(1, std::chrono::seconds(0));
  EXPECT_THAT(metrics.text(), HasSubstr("pgveil_audit_failing 0\n"));
}

TEST(Metrics, TheTableInTheDocumentationIsComplete) {
  Metrics metrics;
  count_everything(metrics);
  const auto exported = matches(metrics.text(), std::regex("# TYPE (pgveil_[a-z_]+) "));
  std::ifstream in("docs/metrics.md");
  const std::string document((std::istreambuf_iterator<char>(in)), {});
  const auto documented = matches(document, std::regex("\n\\| `(pgveil_[a-z_]+)` \\|"));
  EXPECT_GT(exported.size(), 17U);
  EXPECT_EQ(exported, documented);
}

TEST(Metrics, NotReadyUntilSomebodySaysSo) {
  const Metrics metrics;
  EXPECT_THAT(metrics.text(), HasSubstr("pgveil_ready 0\n"));
}

}  // namespace
}  // namespace pgveil::proxy
