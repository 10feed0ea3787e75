// A cancel reaches whoever works on the statement, and never the next one.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

constexpr const char* kSplit = "SELECT upper(name) FROM p";
const Bytes kCancelled = error("57014", "canceling statement due to user request");

Script evaluating() {
  Script script;
  script.plans().plans[kSplit] = split_plan("SELECT 0, name FROM p", {"upper"});
  return script;
}

TEST(Cancel, AnIdleSessionIgnoresIt) {
  Script script;
  script.cancel().expect_asked(Ask::None);
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  script.run();
}

TEST(Cancel, TheNextStatementWaitsUntilItIsDelivered) {
  Script script;
  script.client(query("SELECT pg_sleep(9)")).expect_server(query("SELECT pg_sleep(9)"));
  script.cancel().expect_asked(Ask::CancelUpstream);
  script.server(all({kCancelled, ready()})).expect_client(all({kCancelled, ready()}));
  script.client(query("SELECT 2")).expect_nothing_upstream();
  script.cancel_sent().expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  script.run();
  script.check_every_disconnect();
}

TEST(Cancel, ARunningEvaluationIsCancelledOnTheTwin) {
  Script script = evaluating();
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.server(all({complete("SELECT 0"), ready()}));
  script.cancel().expect_asked(Ask::CancelTwin);
  // The twin may have been done already; the answer is the cancel's all the same.
  script.twin_answers(twin_rows({"A"}, "SELECT 1"));
  script.expect_client(all({kCancelled, ready()})).expect_ends({"57014"});
  script.run();
  script.check_every_disconnect();
}

TEST(Cancel, ASliceThatCameTooEarlyToBeCancelledFailsAllTheSame) {
  Script script = evaluating();
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.cancel().expect_asked(Ask::CancelUpstream);
  script.server(all({row({"0", "sealed:a"}), complete("SELECT 1"), ready()}));
  script.expect_client(all({kCancelled, ready()}));
  script.cancel_sent();
  script.run();
}

TEST(Cancel, TheNextBatchIsNotMeant) {
  Script script;
  script.manual_plans();
  script.client(query("SELECT 1")).planned().expect_server(query("SELECT 1"));
  script.client(query("SELECT 2")).cancel().expect_asked(Ask::CancelUpstream);
  script.server(all({kCancelled, ready()})).expect_client(all({kCancelled, ready()}));
  script.planned().expect_nothing_upstream();
  script.cancel_sent().expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  script.run();
}

TEST(Cancel, AStatementThatIsBeingPlannedIsNotSent) {
  Script script;
  script.manual_plans();
  script.client(query("SELECT 1")).expect_nothing_upstream();
  script.cancel().planned().expect_client(all({kCancelled, ready()})).expect_nothing_upstream();
  script.run();
  script.check_every_disconnect();
}

}  // namespace
}  // namespace pgveil::sim
