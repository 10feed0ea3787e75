#include "proxy/audit/session_auditor.hpp"

#include "tests/unit/proxy/audit/log_folder.hpp"

#include <gmock/gmock.h>

#include <future>

namespace pgveil::proxy {
namespace {

using ::testing::HasSubstr;

class SessionAudit : public ::testing::Test {
 protected:
  SessionAudit() {
    identity->session = 9;
    identity->login = "reception";
    identity->database = "clinic";
    identity->client_address = "10.0.0.9:1";
    identity->tls = true;
  }

  static bool wait(const std::function<void(std::function<void(bool)>)>& start) {
    std::promise<bool> done;
    start([&](bool durable) { done.set_value(durable); });
    return done.get_future().get();
  }

  std::string last_line() { return LogFolder::lines(folder.files().back().path).back(); }

  BeginRecord begin(std::uint64_t statement) {
    return {{9, statement}, identity, "reception", "desk app", plan};
  }

  LogFolder folder;
  std::shared_ptr<AuditLog> log = folder.open();
  SessionAuditor auditor{log, [](std::string_view login, std::string_view) {
                           return login == "reception" ? "front_desk" : "";
                         }};
  std::shared_ptr<SessionIdentity> identity = std::make_shared<SessionIdentity>();
  std::shared_ptr<PreparedPlan> plan = std::make_shared<PreparedPlan>();
};

TEST_F(SessionAudit, AStatementHasItsTwoRecords) {
  plan->plan.decision = policy::InPlace{};
  plan->plan.evidence.verb = policy::Verb::Search;
  plan->plan.evidence.subjects = {"public.patients.id"};
  EXPECT_TRUE(wait([&](auto done) { auditor.begin(begin(1), done); }));
  EXPECT_THAT(last_line(), HasSubstr("\"login\":\"reception\",\"role\":\"front_desk\""));
  EXPECT_THAT(last_line(), HasSubstr("\"application\":\"desk app\""));
  EXPECT_THAT(last_line(), HasSubstr("\"verb\":\"search\",\"plan\":\"in_place\""));
  EndRecord end;
  end.id = {9, 1};
  end.last = false;
  end.subjects = {{"41"}};
  EXPECT_TRUE(wait([&](auto done) { auditor.end(end, done); }));
  EXPECT_THAT(last_line(), HasSubstr("\"kind\":\"patients\""));
  end.last = true;
  end.rows = 5;
  EXPECT_TRUE(wait([&](auto done) { auditor.end(end, done); }));
  EXPECT_THAT(last_line(), HasSubstr("\"kind\":\"end\",\"session\":9,\"statement\":1,"
                                     "\"login\":\"reception\",\"patients\":[{\"column\":"
                                     "\"public.patients.id\",\"count\":1,"));
  EXPECT_THAT(last_line(), HasSubstr("\"rows\":5"));
}

TEST_F(SessionAudit, ARefusalIsADenial) {
  plan->plan.decision = policy::Refuse{policy::Rule::NoRole, {}, {}, {}};
  EXPECT_TRUE(wait([&](auto done) { auditor.begin(begin(1), done); }));
  EXPECT_THAT(last_line(), HasSubstr("\"kind\":\"denied\""));
  EXPECT_THAT(last_line(),
              HasSubstr("\"rule\":\"" + std::string(policy::name(policy::Rule::NoRole))));
}

TEST_F(SessionAudit, LoginsAndLogouts) {
  EXPECT_TRUE(
      wait([&](auto done) { auditor.login(*identity, false, "scram-sha-256", "28P01", done); }));
  EXPECT_THAT(last_line(), HasSubstr("\"kind\":\"login_refused\""));
  EXPECT_TRUE(wait([&](auto done) { auditor.login(*identity, true, "scram-sha-256", "", done); }));
  EXPECT_THAT(last_line(), HasSubstr("\"kind\":\"login\""));
  auditor.logout(*identity, "terminate");
  EXPECT_TRUE(log->append_and_wait(AuditPolicyChange{"policy.toml", 1, true, "SIGHUP"}));
  const auto lines = LogFolder::lines(folder.files().back().path);
  EXPECT_THAT(lines[lines.size() - 2], HasSubstr("\"reason\":\"terminate\""));
}

}  // namespace
}  // namespace pgveil::proxy
