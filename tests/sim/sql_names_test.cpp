// PREPARE, EXECUTE, DECLARE and FETCH: names that stand for what the session was told before.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

using Kind = policy::ServerOutput::Kind;

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

PreparedPlan read_plan(std::string sql) {
  return in_place_plan(
      {.sql = std::move(sql), .outputs = {Kind::Open}, .columns = {"name"}, .literals = {}});
}

PreparedPlan prepare_plan(std::string name, std::string sql, std::string placeholder) {
  PreparedPlan plan = pass_plan(policy::SessionEffect::Prepare);
  if (!placeholder.empty()) {
    policy::InPlace in_place;
    in_place.server_sql.text = {std::move(placeholder)};
    plan.plan.decision = std::move(in_place);
  }
  plan.sql_name = proxy::SqlPrepare{std::move(name), std::move(sql), {"int4"}};
  return plan;
}

PreparedPlan execute_plan(std::string name, std::string argument) {
  PreparedPlan plan = pass_plan(policy::SessionEffect::Execute);
  plan.sql_name = proxy::SqlExecute{std::move(name), {{std::move(argument), true}}};
  return plan;
}

Script prepared() {
  Script script;
  script.plans().plans["PREPARE q AS x"] =
      prepare_plan("q", "SELECT name FROM p WHERE id = $1", "PREPARE q AS fails");
  script.plans().plans["EXECUTE q(7)"] = execute_plan("q", "7");
  script.plans().plans["SELECT name FROM p WHERE id =  CAST(7 AS int4)"] =
      read_plan("SELECT name, 7");
  script.client(query("PREPARE q AS x")).expect_server(query("PREPARE q AS fails"));
  script.server(all({complete("PREPARE"), ready()}))
      .expect_client(all({complete("PREPARE"), ready()}));
  return script;
}

TEST(SqlNames, ExecuteIsPlannedAsWhatItStandsFor) {
  Script script = prepared();
  script.client(query("EXECUTE q(7)")).expect_server(query("SELECT name, 7"));
  script.server(all({columns({{"name", 17}}), row({"sealed:a"}), complete("SELECT 1"), ready()}));
  script.expect_client(all({columns({{"name"}}), row({"a"}), complete("SELECT 1"), ready()}));
  script.expect_begins(1);
  check(script);
}

TEST(SqlNames, ExecuteByMessage) {
  Script script = prepared();
  script.client(all({parse("", "EXECUTE q(7)"), sim::bind("", ""), execute(""), sync()}));
  script.expect_server(
      all({parse("", "SELECT name, 7"), sim::bind("", "", {}, {1}), execute(""), sync()}));
  script.server(
      all({parse_complete(), bind_complete(), row({"sealed:a"}), complete("SELECT 1"), ready()}));
  script.expect_client(
      all({parse_complete(), bind_complete(), row({"a"}), complete("SELECT 1"), ready()}));
  check(script);
}

TEST(SqlNames, TheWrongNumberOfArgumentsIsPostgresError) {
  Script script = prepared();
  PreparedPlan none = pass_plan(policy::SessionEffect::Execute);
  none.sql_name = proxy::SqlExecute{"q", {}};
  script.plans().plans["EXECUTE q"] = none;
  script.client(query("EXECUTE q"));
  script.expect_client(
      all({error("42601", "wrong number of parameters for prepared statement \"q\"",
                 "Expected 1 parameters but got 0."),
           ready()}));
  script.expect_nothing_upstream();
  check(script);
}

TEST(SqlNames, ExecuteOfWhatPassesGoesAsItIs) {
  Script script;
  script.plans().plans["PREPARE q AS x"] = prepare_plan("q", "SELECT $1", "");
  script.plans().plans["EXECUTE q(7)"] = execute_plan("q", "7");
  script.client(query("PREPARE q AS x")).expect_server(query("PREPARE q AS x"));
  script.server(all({complete("PREPARE"), ready()}))
      .expect_client(all({complete("PREPARE"), ready()}));
  script.client(query("EXECUTE q(7)")).expect_server(query("EXECUTE q(7)"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(SqlNames, AnUnknownNameIsTheServersError) {
  Script script;
  script.plans().plans["EXECUTE q(7)"] = execute_plan("q", "7");
  script.client(query("EXECUTE q(7)")).expect_server(query("EXECUTE q(7)"));
  const Bytes answer = all({error("26000", "prepared statement \"q\" does not exist"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

PreparedPlan fetch_plan(std::string sql, std::int64_t count) {
  PreparedPlan plan = pass_plan();
  proxy::SqlFetch fetch;
  fetch.name = "c";
  fetch.sql = std::move(sql);
  fetch.count = count;
  plan.sql_name = std::move(fetch);
  return plan;
}

PreparedPlan declare_plan(PreparedPlan rows, std::string sent) {
  PreparedPlan plan = pass_plan(policy::SessionEffect::Declare);
  proxy::SqlDeclare declare;
  declare.name = "c";
  declare.prefix = "DECLARE c CURSOR FOR ";
  declare.sql = "the query";
  if (std::holds_alternative<policy::Split>(rows.plan.decision)) {
    plan.plan = rows.plan;
    plan.plan.effect = policy::SessionEffect::Declare;
  } else {
    policy::InPlace in_place;
    in_place.server_sql.text = {std::move(sent)};
    plan.plan.decision = std::move(in_place);
  }
  declare.rows = std::make_shared<const PreparedPlan>(std::move(rows));
  plan.sql_name = std::move(declare);
  return plan;
}

TEST(SqlNames, RowsOfACursorAreOpenedWhenTheyAreFetched) {
  Script script;
  script.plans().plans["DECLARE c"] = declare_plan(read_plan("q"), "DECLARE c CURSOR FOR q");
  script.plans().plans["FETCH c"] = fetch_plan("FETCH c", 1);
  script.client(query("DECLARE c")).expect_server(query("DECLARE c CURSOR FOR q"));
  script.server(all({complete("DECLARE CURSOR"), ready('T')}))
      .expect_client(all({complete("DECLARE CURSOR"), ready('T')}));
  script.expect_begins(0);
  script.client(query("FETCH c")).expect_server(query("FETCH c"));
  script.server(all({columns({{"name", 17}}), row({"sealed:a"}), complete("FETCH 1"), ready('T')}));
  script.expect_client(all({columns({{"name"}}), row({"a"}), complete("FETCH 1"), ready('T')}));
  script.expect_begins(1);
  script.client(all({parse("", "FETCH c"), describe_statement(""), sim::bind("", "", {}, {1}),
                     execute(""), sync()}));
  script.expect_server(all({parse("", "FETCH c"), describe_statement(""),
                            sim::bind("", "", {}, {1}), execute(""), sync()}));
  script.server(all({parse_complete(), parameters({}), columns({{"name", 17}}), bind_complete(),
                     row({"sealed:b"}), complete("FETCH 1"), ready('T')}));
  script.expect_client(all({parse_complete(), parameters({}), columns({{"name"}}), bind_complete(),
                            row({"b"}), complete("FETCH 1"), ready('T')}));
  check(script);
}

/// BEGIN, and a DECLARE whose rows the twin makes: a, b, c.
void declare_computed(Script& script) {
  script.manual_evaluation();
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(query("DECLARE c"));
  script.expect_server(
      all({close_statement("pgveil_companion"),
           parse("pgveil_companion", "DECLARE c CURSOR FOR SELECT WHERE false"),
           sim::bind("pgveil_companion", "pgveil_companion"), execute("pgveil_companion"),
           close_portal("pgveil_companion"), close_portal("pgveil_piece"),
           close_statement("pgveil_piece"), parse("pgveil_piece", "SELECT slice"),
           sim::bind("pgveil_piece", "pgveil_piece", {}, {1}), describe_portal("pgveil_piece"),
           execute("pgveil_piece"), flush()}));
  script.server(
      all({close_complete(), parse_complete(), bind_complete(), complete("DECLARE CURSOR"),
           close_complete(), close_complete(), close_complete(), parse_complete(), bind_complete(),
           columns({{"slice", 17}}), complete("SELECT 0")}));
  script.expect_silence();
  script.twin_answers(twin_rows({"a", "b", "c"}, "SELECT 3"));
  script.expect_server(sync());
  script.server(ready('T')).expect_client(all({complete("DECLARE CURSOR"), ready('T')}));
}

TEST(SqlNames, RowsThatTheTwinComputedAreHandedOut) {
  Script script;
  script.plans().plans["DECLARE c"] = declare_plan(split_plan("SELECT slice", {"name"}), "");
  script.plans().plans["FETCH 2 FROM c"] = fetch_plan("FETCH 2 FROM c", 2);
  declare_computed(script);
  script.client(query("FETCH 2 FROM c")).expect_server(query("FETCH 2 FROM c"));
  script.server(all({columns({}), complete("FETCH 0"), ready('T')}));
  script.expect_client(
      all({columns({{"name"}}), row({"a"}), row({"b"}), complete("FETCH 2"), ready('T')}));
  script.client(query("FETCH 2 FROM c")).expect_server(query("FETCH 2 FROM c"));
  script.server(all({columns({}), complete("FETCH 0"), ready('T')}));
  script.expect_client(all({columns({{"name"}}), row({"c"}), complete("FETCH 1"), ready('T')}));
  script.client(query("FETCH 2 FROM c")).expect_server(query("FETCH 2 FROM c"));
  script.server(all({error("34000", "cursor \"c\" does not exist"), ready('E')}));
  script.expect_client(all({error("34000", "cursor \"c\" does not exist"), ready('E')}));
  check(script);
}

TEST(SqlNames, RowsThatTheTwinComputedAreFetchedInBinaryToo) {
  Script script;
  PreparedPlan rows = split_plan("SELECT slice", {"name"});
  rows.columns->front().type_oid = 23;
  script.plans().plans["DECLARE c"] = declare_plan(rows, "");
  script.plans().plans["FETCH 2 FROM c"] = fetch_plan("FETCH 2 FROM c", 2);
  declare_computed(script);
  script.client(
      all({parse("", "FETCH 2 FROM c"), sim::bind("", "", {}, {1}), execute(""), sync()}));
  script.expect_server(all({parse("", "FETCH 2 FROM c"), sim::bind("", ""), execute(""), sync()}));
  script.server(all({parse_complete(), bind_complete(), complete("FETCH 0"), ready('T')}));
  script.expect_client(all({parse_complete(), bind_complete()}));
  script.converts_to("\x01\x02");
  script.expect_client(
      all({row({"\x01\x02"}), row({"\x01\x02"}), complete("FETCH 2"), ready('T')}));
  check(script);
}

TEST(SqlNames, ABinaryCursorGivesBinaryRowsToAQuery) {
  Script script;
  PreparedPlan rows = split_plan("SELECT slice", {"name"});
  rows.columns->front().type_oid = 23;
  PreparedPlan declare = declare_plan(rows, "");
  std::get<proxy::SqlDeclare>(declare.sql_name).binary = true;
  script.plans().plans["DECLARE c"] = declare;
  script.plans().plans["FETCH 2 FROM c"] = fetch_plan("FETCH 2 FROM c", 2);
  declare_computed(script);
  script.client(query("FETCH 2 FROM c")).expect_server(query("FETCH 2 FROM c"));
  script.server(all({columns({}), complete("FETCH 0"), ready('T')}));
  script.converts_to("\x07");
  script.expect_client(all(
      {columns({{"name", 23, 1}}), row({"\x07"}), row({"\x07"}), complete("FETCH 2"), ready('T')}));
  check(script);
}

TEST(SqlNames, ABinaryCursorOfTheServerIsOpenedFromBinary) {
  Script script;
  PreparedPlan declare = declare_plan(read_plan("q"), "DECLARE c BINARY CURSOR FOR q");
  std::get<proxy::SqlDeclare>(declare.sql_name).binary = true;
  script.plans().plans["DECLARE c"] = declare;
  script.plans().plans["FETCH c"] = fetch_plan("FETCH c", 1);
  script.client(query("DECLARE c")).expect_server(query("DECLARE c BINARY CURSOR FOR q"));
  script.server(all({complete("DECLARE CURSOR"), ready('T')}))
      .expect_client(all({complete("DECLARE CURSOR"), ready('T')}));
  script.client(query("FETCH c")).expect_server(query("FETCH c"));
  script.server(
      all({columns({{"name", 17, 1}}), row({"sealed:a"}), complete("FETCH 1"), ready('T')}));
  script.expect_client(
      all({columns({{"name", 25, 1}}), row({"a"}), complete("FETCH 1"), ready('T')}));
  check(script);
}

TEST(SqlNames, NothingReadsACursorThatIsStillBeingDeclared) {
  for (const bool fetch : {true, false}) {
    Script script;
    script.plans().plans["DECLARE c"] = declare_plan(read_plan("q"), "DECLARE c CURSOR FOR q");
    script.plans().plans["FETCH c"] = fetch_plan("FETCH c", 1);
    script.client(all({parse("f", "FETCH c"), sim::bind("p", "f"), sync()}));
    script.expect_server(all({parse("f", "FETCH c"), sim::bind("p", "f"), sync()}));
    script.server(all({parse_complete(), bind_complete(), ready('T')}))
        .expect_client(all({parse_complete(), bind_complete(), ready('T')}));
    script.client(all({parse("", "DECLARE c"), sim::bind("", ""), execute(""),
                       execute(fetch ? "p" : "c"), sync()}));
    script.expect_server(
        all({parse("", "DECLARE c CURSOR FOR q"), sim::bind("", ""), execute(""), flush()}));
    script.server(all({parse_complete(), bind_complete(), complete("DECLARE CURSOR")}))
        .expect_client(all({parse_complete(), bind_complete(), complete("DECLARE CURSOR")}));
    script.expect_server(all({failing_parse(), sync()}));
    script.server(all({provoked(), ready('E')}));
    script.expect_client(
        all({fetch ? sim::result_type_changed()
                   : error("0A000",
                           "a cursor of DECLARE over tagged columns is not executed by message", "",
                           "Use FETCH."),
             ready('E')}));
    check(script);
  }
}

TEST(SqlNames, APortalOfTheDriverIsFetchedMovedAndClosedByName) {
  Script script;
  script.plans().plans["SELECT name FROM p"] = read_plan("SELECT name FROM p");
  script.plans().plans["FETCH c"] = fetch_plan("FETCH c", 1);
  PreparedPlan move = fetch_plan("MOVE c", 1);
  std::get<proxy::SqlFetch>(move.sql_name).move = true;
  script.plans().plans["MOVE c"] = move;
  PreparedPlan close = pass_plan(policy::SessionEffect::CloseCursor);
  close.sql_name = proxy::SqlClose{"c"};
  script.plans().plans["CLOSE c"] = close;
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(all({parse("", "SELECT name FROM p"), sim::bind("c", ""), sync()}));
  script.expect_server(
      all({parse("", "SELECT name FROM p"), sim::bind("pgveil_p1", "", {}, {1}), sync()}));
  script.server(all({parse_complete(), bind_complete(), ready('T')}))
      .expect_client(all({parse_complete(), bind_complete(), ready('T')}));
  script.client(query("MOVE c")).expect_server(query("MOVE \"pgveil_p1\""));
  script.server(all({complete("MOVE 1"), ready('T')}))
      .expect_client(all({complete("MOVE 1"), ready('T')}));
  script.client(query("FETCH c")).expect_server(query("FETCH \"pgveil_p1\""));
  script.server(all({columns({{"name", 17}}), row({"sealed:a"}), complete("FETCH 1"), ready('T')}));
  script.expect_client(all({columns({{"name"}}), row({"a"}), complete("FETCH 1"), ready('T')}));
  script.client(query("CLOSE c")).expect_server(query("CLOSE \"pgveil_p1\""));
  script.server(all({complete("CLOSE CURSOR"), ready('T')}))
      .expect_client(all({complete("CLOSE CURSOR"), ready('T')}));
  check(script);
}

TEST(SqlNames, AFetchThatWasBoundForAnotherCursorIsNotRun) {
  Script script;
  script.plans().plans["DECLARE c"] = declare_plan(read_plan("q"), "DECLARE c CURSOR FOR q");
  script.plans().plans["FETCH c"] = fetch_plan("FETCH c", 1);
  script.client(all({parse("f", "FETCH c"), sim::bind("p", "f"), sync()}));
  script.expect_server(all({parse("f", "FETCH c"), sim::bind("p", "f"), sync()}));
  script.server(all({parse_complete(), bind_complete(), ready('T')}))
      .expect_client(all({parse_complete(), bind_complete(), ready('T')}));
  script.client(query("DECLARE c")).expect_server(query("DECLARE c CURSOR FOR q"));
  script.server(all({complete("DECLARE CURSOR"), ready('T')}))
      .expect_client(all({complete("DECLARE CURSOR"), ready('T')}));
  script.client(all({execute("p"), sync()})).expect_server(all({failing_parse(), sync()}));
  script.server(all({provoked(), ready('E')}));
  script.expect_client(all({sim::result_type_changed(), ready('E')}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
