#include "proxy/twin/evaluator.hpp"

#include "protocol/message/rows.hpp"
#include "test_server.hpp"
#include "twin_clinic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace pgveil::proxy::twin {
namespace {

using test::TestServer;
using ::testing::ElementsAre;

class EvaluatorTest : public ::testing::Test {
 public:
  static void SetUpTestSuite() {
    server = new TestServer();
    server->run("postgres", "CREATE DATABASE clinic");
    server->run("clinic", test::kClinic);
    TwinConfig config;
    config.upstream = server->conninfo("clinic");
    twin = new Twin(config);
    ASSERT_TRUE(twin->start());
  }

  static void TearDownTestSuite() {
    delete twin;
    delete server;
  }

  /// A Split over patients(id, "Last Name"), whose answer has `columns` columns.
  static EvaluateRequest request(const std::string& sql, std::size_t columns) {
    policy::SliceRelation relation;
    relation.schema = "public";
    relation.name = "patients";
    relation.columns.resize(2);
    relation.columns[0].name = "id";
    relation.columns[1].name = "Last Name";
    policy::Split split;
    split.slice.relations.push_back(relation);
    auto plan = std::make_shared<PreparedPlan>();
    plan->plan.decision = split;
    plan->columns.emplace(columns);
    EvaluateRequest request;
    request.plan = plan;
    request.sql = sql;
    request.login = "alice";
    request.settings.session_authorization = "alice";
    protocol::Bytes copy;
    protocol::put_bytes(copy, protocol::as_bytes({"PGCOPY\n\377\r\n\0", 11}));
    protocol::put_u32(copy, 0);
    protocol::put_u32(copy, 0);
    for (const std::int32_t id : {1, 2, 3}) {
      protocol::put_u16(copy, 2);
      protocol::put_u32(copy, 4);
      protocol::put_i32(copy, id);
      protocol::put_cell(copy, protocol::as_bytes("Meier"));
    }
    protocol::put_i16(copy, -1);
    request.slice.relations.push_back(copy);
    request.slice.rows = 3;
    return request;
  }

  static policy::Slice& slice_of(EvaluateRequest& request) {
    auto plan = std::make_shared<PreparedPlan>(*request.plan);
    policy::Slice& slice = std::get<policy::Split>(plan->plan.decision).slice;
    request.plan = plan;
    return slice;
  }

  static std::vector<std::string> rows_of(const EvaluatedRows& answer) {
    std::vector<std::string> lines;
    std::size_t start = 0;
    std::vector<protocol::Cell> cells;
    for (const std::size_t end : answer.row_ends) {
      const auto body = protocol::ByteView(answer.data_rows).subspan(start + 5, end - start - 5);
      EXPECT_TRUE(protocol::decode_data_row(body, cells));
      std::string line;
      for (const protocol::Cell& cell : cells) {
        line += (line.empty() ? "" : "|") + (cell ? std::string(protocol::as_text(*cell)) : "NULL");
      }
      lines.push_back(line);
      start = end;
    }
    return lines;
  }

  static std::string code(const EvaluateResult& result) {
    const auto* error = std::get_if<protocol::ErrorFields>(&result);
    return error == nullptr ? "ok" : std::string(error->sqlstate());
  }

  static TestServer* server;
  static Twin* twin;
};

TestServer* EvaluatorTest::server = nullptr;
Twin* EvaluatorTest::twin = nullptr;

TEST_F(EvaluatorTest, RowsAreWholeMessages) {
  TwinEvaluator evaluator(*twin);
  const auto result = evaluator.evaluate(
      request("SELECT id, upper(\"Last Name\") FROM patients WHERE id > 1 ORDER BY id", 2), {});
  ASSERT_EQ(code(result), "ok");
  const auto& answer = std::get<EvaluatedRows>(result);
  EXPECT_EQ(answer.command_tag, "SELECT 2");
  EXPECT_THAT(rows_of(answer), ElementsAre("2|MEIER", "3|MEIER"));
}

TEST_F(EvaluatorTest, HiddenSubjectsStayHidden) {
  TwinEvaluator evaluator(*twin);
  auto asked = request("SELECT upper(\"Last Name\"), id FROM patients ORDER BY id", 1);
  slice_of(asked).hidden_subjects = {0};
  asked.result_formats = {0};
  const auto result = evaluator.evaluate(asked, {});
  ASSERT_EQ(code(result), "ok");
  const auto& answer = std::get<EvaluatedRows>(result);
  EXPECT_THAT(rows_of(answer), ElementsAre("MEIER", "MEIER", "MEIER"));
  EXPECT_THAT(answer.subjects, ElementsAre(ElementsAre("1", "2", "3")));
}

TEST_F(EvaluatorTest, ServerValuesFollowTheClientsParameters) {
  TwinEvaluator evaluator(*twin);
  auto asked = request("SELECT count(*) + $2, $1 FROM patients", 2);
  slice_of(asked).server_values = {23};
  auto plan = std::make_shared<PreparedPlan>(*asked.plan);
  plan->parameter_types = {25};
  asked.plan = plan;
  const auto text = protocol::as_bytes("mine");
  asked.parameters.push_back({0, protocol::Bytes(text.begin(), text.end())});
  protocol::Bytes forty;
  protocol::put_u32(forty, 40);
  asked.slice.server_values.emplace_back(forty);
  const auto result = evaluator.evaluate(asked, {});
  ASSERT_EQ(code(result), "ok");
  EXPECT_THAT(rows_of(std::get<EvaluatedRows>(result)), ElementsAre("43|mine"));
}

TEST_F(EvaluatorTest, LimitsCancelsAndOtherShapes) {
  TwinEvaluator evaluator(*twin);
  auto large = request("SELECT generate_series(1, 1000000)", 1);
  large.max_result_bytes = 1'000;
  EXPECT_EQ(code(evaluator.evaluate(large, {})), "54000");
  EXPECT_EQ(code(evaluator.evaluate(request("SELECT 1, 2", 1), {})), "0A000");
  std::thread canceller;
  const auto cancelled = evaluator.evaluate(
      request("SELECT pg_sleep(30)", 1), [&](std::shared_ptr<proxy::CancelToken> token) {
        canceller = std::thread([token] {
          std::this_thread::sleep_for(std::chrono::milliseconds(300));
          token->cancel();
        });
      });
  canceller.join();
  EXPECT_EQ(code(cancelled), "57014");
}

TEST_F(EvaluatorTest, LocalIsAnsweredByTheModel) {
  TwinEvaluator evaluator(*twin);
  auto asked = request("SELECT current_user, current_database()", 2);
  auto plan = std::make_shared<PreparedPlan>(*asked.plan);
  plan->plan.decision = policy::Local{};
  asked.plan = plan;
  const auto result = evaluator.evaluate(asked, {});
  ASSERT_EQ(code(result), "ok");
  EXPECT_THAT(rows_of(std::get<EvaluatedRows>(result)), ElementsAre("alice|clinic"));
}

TEST_F(EvaluatorTest, ConvertsUnderTheSessionsSettings) {
  TwinEvaluator evaluator(*twin);
  SessionSettings settings;
  settings.session_authorization = "alice";
  settings.date_style = "ISO, DMY";
  const auto text = protocol::as_bytes("1/2/2000");
  const auto result =
      evaluator.convert({{1082, 1082, -1, 0, protocol::Bytes(text.begin(), text.end())}}, settings);
  ASSERT_EQ(result.size(), 1U);
  const auto* bytes = std::get_if<protocol::Bytes>(result.data());
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(bytes->back(), std::byte{31});  // the first of February
}

TEST_F(EvaluatorTest, SessionStateNamesWhoseRightsCount) {
  SessionSettings settings;
  settings.session_authorization = "alice";
  EXPECT_EQ(session_state(settings).role, "alice");
  settings.role = "clinicians";
  EXPECT_EQ(session_state(settings).role, "clinicians");
  for (const auto& [name, value] : session_state(settings).settings) {
    EXPECT_NE(name, "client_encoding");
    EXPECT_FALSE(value.empty() && name != "search_path") << name;
  }
}

}  // namespace
}  // namespace pgveil::proxy::twin
