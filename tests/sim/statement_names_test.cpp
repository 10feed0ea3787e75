// Prepared statements and portals move as the server's do, and plans are made again when they went stale.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

using Kind = policy::ServerOutput::Kind;

constexpr const char* kRead = "SELECT name FROM p";

PreparedPlan read_plan(std::string sql) {
  return in_place_plan(
      {.sql = std::move(sql), .outputs = {Kind::Open}, .columns = {"name"}, .literals = {}});
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(Names, StatementsThatDoNotPassAreOutOfTheReachOfSql) {
  Script script;
  script.plans().plans[kRead] = read_plan("SELECT name FROM p /*1*/");
  script.client(all({parse("s", kRead), bind("c", "s"), execute("c"), close_portal("c"),
                     close_statement("s"), sync()}));
  script.expect_server(
      all({parse("pgveil_s1", "SELECT name FROM p /*1*/"), bind("pgveil_p2", "pgveil_s1", {}, {1}),
           execute("pgveil_p2"), close_portal("pgveil_p2"), close_statement("pgveil_s1"), sync()}));
  script.server(all({parse_complete(), bind_complete(), row({"sealed:a"}), complete("SELECT 1"),
                     close_complete(), close_complete(), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), row({"a"}), complete("SELECT 1"),
                            close_complete(), close_complete(), ready()}));
  check(script);
}

TEST(Names, ANameThatIsTakenIsTheServersError) {
  Script script;
  script.client(all({parse("s", "SELECT 1"), sync()}))
      .expect_server(all({parse("s", "SELECT 1"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  script.client(all({parse("s", "SELECT 2"), sync()}))
      .expect_server(all({failing_parse(), sync()}));
  script.server(all({provoked(), ready()}));
  script.expect_client(all({error("42P05", "prepared statement \"s\" already exists"), ready()}));
  check(script);
}

TEST(Names, ANameWhoseParseFailedIsFree) {
  Script script;
  script.client(all({parse("s", "SELECT x"), sync(), parse("s", "SELECT 1"), sync()}));
  script.expect_server(all({parse("s", "SELECT x"), sync()}));
  script.server(all({error("42703", "no x"), ready()}))
      .expect_client(all({error("42703", "no x"), ready()}));
  script.expect_server(all({parse("s", "SELECT 1"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  check(script);
}

TEST(Names, ACloseThatIsSkippedLeavesTheNameTaken) {
  Script script;
  script.client(all({parse("s", "SELECT 1"), sync()}))
      .expect_server(all({parse("s", "SELECT 1"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  script.client(
      all({describe_portal("nope"), close_statement("s"), sync(), parse("s", "SELECT 2"), sync()}));
  script.expect_server(all({describe_portal("nope"), close_statement("s"), sync()}));
  script.server(all({error("34000", "portal \"nope\" does not exist"), ready()}));
  script.expect_client(all({error("34000", "portal \"nope\" does not exist"), ready()}));
  script.expect_server(all({failing_parse(), sync()}));
  script.server(all({provoked(), ready()}));
  script.expect_client(all({error("42P05", "prepared statement \"s\" already exists"), ready()}));
  check(script);
}

TEST(Names, APortalOfOursIsNamedAsTheClientDoes) {
  Script script;
  script.plans().plans[kRead] = read_plan("SELECT name FROM p");
  script.client(all({parse("", kRead), bind("c", ""), sync()}));
  script.expect_server(
      all({parse("", "SELECT name FROM p"), bind("pgveil_p1", "", {}, {1}), sync()}));
  script.client(all({execute("c"), sync()})).expect_server(all({execute("pgveil_p1"), sync()}));
  script.server(all({parse_complete(), bind_complete(), ready(),
                     error("34000", "portal \"pgveil_p1\" does not exist"), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), ready(),
                            error("34000", "portal \"c\" does not exist"), ready()}));
  check(script);
}

TEST(Names, NamesCountTo63Bytes) {
  const std::string first = std::string(63, 'n') + "1";
  const std::string second = std::string(63, 'n') + "2";
  Script script;
  script.plans().plans[kRead] = read_plan("SELECT name FROM p");
  script.client(all({parse(first, kRead), sim::bind("", second), sync()}));
  script.expect_server(
      all({parse("pgveil_s1", "SELECT name FROM p"), bind("", "pgveil_s1", {}, {1}), sync()}));
  script.server(all({parse_complete(), bind_complete(), ready()}))
      .expect_client(all({parse_complete(), bind_complete(), ready()}));
  check(script);
}

TEST(Names, DeallocateFindsTheServersName) {
  Script script;
  script.plans().plans[kRead] = read_plan("SELECT name FROM p");
  script.plans().plans["DEALLOCATE \"S_1\""] = pass_plan(policy::SessionEffect::Deallocate);
  script.client(all({parse("S_1", kRead), sync()}))
      .expect_server(all({parse("pgveil_s1", "SELECT name FROM p"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  script.client(query("DEALLOCATE \"S_1\"")).expect_server(query("DEALLOCATE \"pgveil_s1\""));
  script.server(all({complete("DEALLOCATE"), ready()}))
      .expect_client(all({complete("DEALLOCATE"), ready()}));
  script.client(all({parse("S_1", kRead), sync()}))
      .expect_server(all({parse("pgveil_s2", "SELECT name FROM p"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  check(script);
}

TEST(Names, DiscardAllForgetsThem) {
  Script script;
  script.plans().plans["DISCARD ALL"] = pass_plan(policy::SessionEffect::DiscardAll);
  script.client(all({parse("s", "SELECT 1"), sync()}))
      .expect_server(all({parse("s", "SELECT 1"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  script.client(query("DISCARD ALL")).expect_server(query("DISCARD ALL"));
  script.server(all({complete("DISCARD ALL"), ready()}))
      .expect_client(all({complete("DISCARD ALL"), ready()}));
  script.client(all({parse("s", "SELECT 1"), sync()}))
      .expect_server(all({parse("s", "SELECT 1"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  check(script);
}

TEST(Names, UnknownOnesAreLeftToTheServer) {
  Script script;
  const Bytes sent = all({bind("", "nope"), execute(""), sync()});
  script.client(sent).expect_server(sent);
  script.server(all({error("26000", "no such statement"), ready()}))
      .expect_client(all({error("26000", "no such statement"), ready()}));
  check(script);
}

Script prepared() {
  Script script;
  script.plans().plans[kRead] = read_plan("SELECT name FROM p /*1*/");
  script.client(all({parse("s", kRead), sync()}))
      .expect_server(all({parse("pgveil_s1", "SELECT name FROM p /*1*/"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  return script;
}

TEST(StalePlan, IsMadeAgainBeforeItIsUsed) {
  Script script = prepared();
  script.epoch(2).then_plan(kRead, read_plan("SELECT name FROM p /*2*/"));
  script.client(all({bind("", "s"), execute(""), sync()}));
  script.expect_server(
      all({close_statement("pgveil_s1"), parse("pgveil_s2", "SELECT name FROM p /*2*/"),
           bind("", "pgveil_s2", {}, {1}), execute(""), sync()}));
  script.server(all({close_complete(), parse_complete(), bind_complete(), row({"sealed:a"}),
                     complete("SELECT 1"), ready()}));
  script.expect_client(all({bind_complete(), row({"a"}), complete("SELECT 1"), ready()}));
  check(script);
}

TEST(StalePlan, AnotherDescriptionIsAnErrorThatDriversKnow) {
  Script script = prepared();
  PreparedPlan other = read_plan("SELECT name FROM p");
  other.columns->at(0).type_oid = 1043;
  script.epoch(2).then_plan(kRead, other);
  script.client(all({bind("", "s"), execute(""), sync()}));
  script.expect_server(all({failing_parse(), execute(""), sync()}));
  script.server(all({provoked(), ready()}));
  script.expect_client(all({sim::result_type_changed(), ready()}));
  check(script);
}

TEST(StalePlan, AStatementThatPassedMayBeRefusedLater) {
  Script script;
  script.client(all({parse("s", "SELECT * FROM t"), sync()}))
      .expect_server(all({parse("s", "SELECT * FROM t"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  script.epoch(2).then_plan("SELECT * FROM t", refused_plan("not any more"));
  script.client(all({bind("", "s"), sync()})).expect_server(all({failing_parse(), sync()}));
  script.server(all({provoked(), ready()}))
      .expect_client(all({error("42501", "not any more"), ready()}));
  check(script);
}

TEST(StalePlan, AChangedSearchPathMakesItAgain) {
  Script script;
  script.plans().plans["SET search_path TO a"] = pass_plan(policy::SessionEffect::Settings);
  script.client(all({parse("s", "SELECT * FROM t"), sync()}))
      .expect_server(all({parse("s", "SELECT * FROM t"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  script.client(query("SET search_path TO a")).expect_server(query("SET search_path TO a"));
  script.server_says("search_path", "a").then_plan("SELECT * FROM t", refused_plan("tagged there"));
  script.server(all({complete("SET"), ready()})).expect_client(all({complete("SET"), ready()}));
  script.client(all({bind("", "s"), sync()})).expect_server(all({failing_parse(), sync()}));
  script.server(all({provoked(), ready()}))
      .expect_client(all({error("42501", "tagged there"), ready()}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
