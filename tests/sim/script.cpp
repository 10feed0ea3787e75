#include "tests/sim/script.hpp"

#include "protocol/frame.hpp"
#include "protocol/message/query.hpp"
#include "tests/sim/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pgveil::sim {

Script::Script(proxy::SessionLimits limits) : limits_(limits) {}

Script& Script::step(Step step) {
  steps_.push_back(std::move(step));
  return *this;
}

Script& Script::manual_audit() {
  manual_audit_ = true;
  return *this;
}

Script& Script::manual_evaluation() {
  manual_evaluation_ = true;
  return *this;
}

Script& Script::manual_plans() {
  manual_plans_ = true;
  return *this;
}

Script& Script::manual_settings() {
  manual_settings_ = true;
  return *this;
}

Script& Script::client(Bytes bytes) {
  return step([bytes](Stage& stage) { stage.client(bytes); });
}

Script& Script::server(Bytes bytes) {
  return step([bytes](Stage& stage) { stage.server(bytes); });
}

Script& Script::client_eof() {
  return step([](Stage& stage) { stage.client_eof(); });
}

Script& Script::server_eof() {
  return step([](Stage& stage) { stage.server_eof(); });
}

Script& Script::expect_client(Bytes bytes) {
  return step([bytes](Stage& stage) { stage.expect_client(bytes); });
}

Script& Script::expect_server(Bytes bytes) {
  return step([bytes](Stage& stage) { stage.expect_server(bytes); });
}

Script& Script::expect_silence() {
  return step([](Stage& stage) { stage.expect_client({}); });
}

Script& Script::expect_nothing_upstream() {
  return step([](Stage& stage) { stage.expect_server({}); });
}

Script& Script::expect_finished() {
  return step([](Stage& stage) { EXPECT_TRUE(stage.brain().is_finished()); });
}

Script& Script::expect_begins(std::size_t count) {
  return step([count](Stage& stage) { EXPECT_EQ(stage.begins.size(), count); });
}

Script& Script::expect_ends(std::vector<std::string> sqlstates) {
  return step([sqlstates](Stage& stage) {
    std::vector<std::string> seen;
    for (const proxy::EndRecord& record : stage.ends) {
      if (record.last) {
        seen.push_back(record.sqlstate);
      }
    }
    EXPECT_EQ(seen, sqlstates);
  });
}

Script& Script::expect_subjects(std::vector<std::string> subjects) {
  return step([subjects](Stage& stage) {
    std::vector<std::string> seen;
    for (const proxy::EndRecord& record : stage.ends) {
      for (const auto& table : record.subjects) {
        seen.insert(seen.end(), table.begin(), table.end());
      }
    }
    EXPECT_EQ(seen, subjects);
  });
}

Script& Script::expect_asked(Ask ask) {
  return step([ask](Stage& stage) {
    EXPECT_EQ(static_cast<int>(stage.asked), static_cast<int>(ask));
    stage.asked = Ask::None;
  });
}

Script& Script::expect_wants_server(bool wants) {
  return step([wants](Stage& stage) { EXPECT_EQ(stage.brain().wants_server_bytes(), wants); });
}

Script& Script::expect_wants_client(bool wants) {
  return step([wants](Stage& stage) { EXPECT_EQ(stage.brain().wants_client_bytes(), wants); });
}

Script& Script::audit_is_durable() {
  return step([](Stage& stage) { stage.finish_audit(true); });
}

Script& Script::audit_fails() {
  return step([](Stage& stage) { stage.finish_audit(false); });
}

Script& Script::planned() {
  return step([](Stage& stage) { stage.finish_plans(); });
}

Script& Script::converts_to(std::string value) {
  return step([value](Stage& stage) { stage.finish_conversion(value); });
}

Script& Script::twin_answers(proxy::EvaluateResult result) {
  return step([result](Stage& stage) { stage.finish_evaluation(result); });
}

Script& Script::expect_twin_sql(std::string sql) {
  return step([sql](Stage& stage) { EXPECT_EQ(stage.twin_sql, sql); });
}

Script& Script::cancel() {
  return step([](Stage& stage) { stage.cancel(); });
}

Script& Script::cancel_sent() {
  return step([](Stage& stage) { stage.cancel_sent(); });
}

Script& Script::deadline(std::string sqlstate) {
  return step([sqlstate](Stage& stage) { stage.deadline(sqlstate); });
}

Script& Script::server_says(std::string name, std::string value) {
  return step([name, value](Stage& stage) { stage.server_settings.apply(name, value); });
}

Script& Script::epoch(std::uint64_t policy) {
  return step([policy](Stage& stage) { stage.planner().now.policy = policy; });
}

Script& Script::then_plan(std::string sql, PreparedPlan plan) {
  return step([sql, plan](Stage& stage) { stage.planner().plans[sql] = plan; });
}

Script& Script::expect_planned_under(std::string setting, std::string value) {
  return step([setting, value](Stage& stage) {
    ASSERT_FALSE(stage.planner().asked.empty());
    const std::string* seen = stage.planner().asked.back().settings.find(setting);
    ASSERT_NE(seen, nullptr);
    EXPECT_EQ(*seen, value);
  });
}

void Script::run() {
  Stage stage(*this, Stage::kWhole);
  for (const Step& step : steps_) {
    step(stage);
    if (::testing::Test::HasFatalFailure()) {
      return;
    }
  }
  stage.expect_client({});
  stage.expect_server({});
  stage.check_promises();
}

void Script::check_every_chunking() {
  for (const std::size_t chunk :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{64}}) {
    SCOPED_TRACE("in pieces of " + std::to_string(chunk));
    Stage stage(*this, chunk);
    for (const Step& step : steps_) {
      step(stage);
    }
    stage.expect_client({});
    stage.expect_server({});
    stage.check_promises();
    if (::testing::Test::HasFailure()) {
      return;
    }
  }
}

void Script::check_every_disconnect() {
  for (std::size_t count = 0; count <= steps_.size(); ++count) {
    for (const bool client_first : {true, false}) {
      SCOPED_TRACE((client_first ? "the client goes after step " : "the server goes after step ") +
                   std::to_string(count));
      Stage stage(*this, Stage::kWhole);
      for (std::size_t i = 0; i < count; ++i) {
        steps_[i](stage);
      }
      stage.break_off(client_first);
      EXPECT_TRUE(stage.brain().is_finished());
      stage.check_promises();
      if (::testing::Test::HasFailure()) {
        return;
      }
    }
  }
}

}  // namespace pgveil::sim
