// A statement is planned under the settings that it will run under.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

Bytes select_settings() {
  std::string sql;
  for (const std::string_view name : proxy::setting_names()) {
    sql += sql.empty() ? "SELECT " : ", ";
    sql += "pg_catalog.current_setting('" + std::string(name) + "')";
  }
  const char* ours = "pgveil_settings";
  return all({close_statement(ours), parse(ours, sql), bind(ours, ours), execute(ours),
              close_portal(ours), close_statement(ours)});
}

Bytes answered() {
  return all({close_complete(), parse_complete(), bind_complete(),
              row(Values(proxy::setting_names().size(), "x")), complete("SELECT 1"),
              close_complete(), close_complete()});
}

TEST(Settings, AreAskedForOnceBeforeTheFirstStatement) {
  Script script;
  script.manual_settings();
  script.client(query("SELECT 1")).expect_server(all({select_settings(), sync()}));
  script.server(all({answered(), ready()})).expect_silence();
  script.expect_planned_under("search_path", "x").expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  script.client(query("SELECT 2")).expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Settings, AStatementThatIsCancelledMeanwhileIsNotSent) {
  for (const bool extended : {false, true}) {
    Script script;
    script.manual_settings();
    script.client(extended ? all({parse("", "SELECT 1"), sync()}) : query("SELECT 1"));
    script.expect_server(all({select_settings(), sync()}));
    script.cancel().expect_asked(Ask::None).expect_silence();
    script.expect_server(extended ? all({failing_parse(), sync()})
                                  : query("SELECT pg_catalog.pgveil_refused()"));
    script.server(all({answered(), ready(), provoked(), ready()}));
    script.expect_client(all({error("57014", "canceling statement due to user request"), ready()}));
    check(script);
  }
}

TEST(Settings, AFailedQuestionIsAskedAgain) {
  Script script;
  script.manual_settings();
  script.client(query("SELECT 1")).expect_server(all({select_settings(), sync()}));
  script.server(all({close_complete(), error("57014", "timeout"), ready()})).expect_silence();
  script.expect_server(all({select_settings(), sync()}));
  script.server(all({answered(), ready()})).expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Settings, AreAskedForAgainAfterSet) {
  Script script;
  script.plans().plans["SET search_path TO a"] = pass_plan(policy::SessionEffect::Settings);
  script.client(query("SET search_path TO a")).expect_server(query("SET search_path TO a"));
  script.server_says("search_path", "a");
  script.server(all({complete("SET"), ready()})).expect_client(all({complete("SET"), ready()}));
  script.client(query("SELECT 1")).expect_planned_under("search_path", "a");
  script.expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Settings, AStatementBehindSetInABatchWaitsForIt) {
  Script script;
  script.plans().plans["SET search_path TO a"] = pass_plan(policy::SessionEffect::Settings);
  script.client(all({parse("", "SET search_path TO a"), bind("", ""), execute(""),
                     parse("", "SELECT 1"), bind("", ""), execute(""), sync()}));
  script.expect_server(
      all({parse("", "SET search_path TO a"), bind("", ""), execute(""), flush()}));
  script.server_says("search_path", "a");
  script.server(all({parse_complete(), bind_complete(), complete("SET")}));
  script.expect_client(all({parse_complete(), bind_complete(), complete("SET")}));
  script.expect_planned_under("search_path", "a");
  script.expect_server(all({parse("", "SELECT 1"), bind("", ""), execute(""), sync()}));
  script.server(all({parse_complete(), bind_complete(), complete("SELECT 0"), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Settings, ARollbackUndoesThem) {
  Script script;
  script.plans().plans["SET search_path TO a"] = pass_plan(policy::SessionEffect::Settings);
  script.plans().plans["ROLLBACK"] = pass_plan(policy::SessionEffect::EndOfBlock);
  const auto round = [&](const char* sql, const char* tag, char state) {
    script.client(query(sql)).expect_server(query(sql));
    script.server(all({complete(tag), ready(state)}))
        .expect_client(all({complete(tag), ready(state)}));
  };
  round("BEGIN", "BEGIN", 'T');
  script.server_says("search_path", "a");
  round("SET search_path TO a", "SET", 'T');
  round("SELECT 1", "SELECT 0", 'T');
  script.expect_planned_under("search_path", "a");
  round("ROLLBACK", "ROLLBACK", 'I');
  script.server_says("search_path", "public");
  round("SELECT 2", "SELECT 0", 'I');
  script.expect_planned_under("search_path", "public");
  check(script);
}

TEST(Settings, ReportedOnesCountAtOnce) {
  Script script;
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  script.server(all({setting("TimeZone", "Asia/Tokyo"), complete("SELECT 0"), ready()}))
      .expect_client(all({setting("TimeZone", "Asia/Tokyo"), complete("SELECT 0"), ready()}));
  script.client(query("SELECT 2")).expect_planned_under("TimeZone", "Asia/Tokyo");
  script.expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Settings, AFailedBlockIsNotAsked) {
  Script script;
  script.manual_settings();
  script.client(query("SELECT 1")).expect_server(all({select_settings(), sync()}));
  script.server(all({answered(), ready('E')})).expect_server(query("SELECT 1"));
  script.server(all({error("25P02", "aborted"), ready('E')}))
      .expect_client(all({error("25P02", "aborted"), ready('E')}));
  script.client(query("ROLLBACK")).expect_server(query("ROLLBACK"));
  script.server(all({complete("ROLLBACK"), ready()}))
      .expect_client(all({complete("ROLLBACK"), ready()}));
  check(script);
}

TEST(Settings, SchemaChangesAreFollowedBeforeTheNextPlan) {
  Script script;
  PreparedPlan create = pass_plan(policy::SessionEffect::Schema);
  create.sql_name = proxy::SqlSchema{};
  script.plans().plans["CREATE TABLE a ()"] = create;
  script.client(query("CREATE TABLE a ()")).expect_server(query("CREATE TABLE a ()"));
  script.server(all({complete("CREATE TABLE"), ready()}))
      .expect_client(all({complete("CREATE TABLE"), ready()}));
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
