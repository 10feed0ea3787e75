// Texts whose statements must run one by one: each is known to have succeeded before the next is sent, and
// all of them are one implicit transaction.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

constexpr const char* kSplit = "SELECT upper(name) FROM p";

Bytes piece(std::string_view sql) {
  return all({parse("", sql), bind("", ""), describe_portal(""), execute(""), flush()});
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(Piecewise, ASplitBetweenOthers) {
  Script script;
  script.plans().plans[kSplit] = split_plan("SELECT 0, name FROM p", {"upper"});
  script.client(query("INSERT INTO t VALUES (1); SELECT upper(name) FROM p; SELECT 3"));
  script.expect_server(piece("INSERT INTO t VALUES (1)"));
  script.server(all({parse_complete(), bind_complete(), no_data(), complete("INSERT 0 1")}));
  script.expect_client(complete("INSERT 0 1"));
  script.expect_server(all({parse("", "SELECT 0, name FROM p"), bind("", "", {}, {1}),
                            describe_portal(""), execute(""), flush()}));
  script.server(all({parse_complete(), bind_complete(), columns({{"tag", 23}, {"name", 17}}),
                     row({"0", "sealed:a"}), complete("SELECT 1")}));
  script.expect_client(columns({{"upper"}}));
  script.twin_answers(twin_rows({"A"}, "SELECT 1"));
  script.expect_client(all({row({"A"}), complete("SELECT 1")}));
  script.expect_server(piece("SELECT 3"));
  script.server(
      all({parse_complete(), bind_complete(), columns({{"c"}}), row({"3"}), complete("SELECT 1")}));
  script.expect_client(all({columns({{"c"}}), row({"3"}), complete("SELECT 1")}));
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, AnErrorOfTheTwinUndoesWhatCameBefore) {
  Script script;
  script.plans().plans[kSplit] = split_plan("SELECT 0, name FROM p", {"upper"});
  script.client(query("INSERT INTO t VALUES (1); SELECT upper(name) FROM p; SELECT 3"));
  script.expect_server(piece("INSERT INTO t VALUES (1)"));
  script.server(all({parse_complete(), bind_complete(), no_data(), complete("INSERT 0 1")}));
  script.expect_client(complete("INSERT 0 1"));
  script.expect_server(all({parse("", "SELECT 0, name FROM p"), bind("", "", {}, {1}),
                            describe_portal(""), execute(""), flush()}));
  script.server(
      all({parse_complete(), bind_complete(), columns({{"tag", 23}}), complete("SELECT 0")}));
  script.expect_client(columns({{"upper"}}));
  script.twin_answers(protocol::make_error("ERROR", "22012", "division by zero"));
  script.expect_client(error("22012", "division by zero"));
  script.expect_server(all({failing_parse(), flush()}));
  script.server(provoked()).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, AnErrorSkipsTheRest) {
  Script script;
  script.plans().plans[kSplit] = split_plan("SELECT 0, name FROM p", {"upper"});
  script.client(query("SELECT 1/0; SELECT upper(name) FROM p")).expect_server(piece("SELECT 1/0"));
  script.server(all(
      {parse_complete(), bind_complete(), columns({{"c"}}), error("22012", "division by zero")}));
  script.expect_client(all({columns({{"c"}}), error("22012", "division by zero")}));
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, ASettingHoldsForTheStatementsBehindIt) {
  Script script;
  script.plans().plans["SET search_path TO archive"] = pass_plan(policy::SessionEffect::Settings);
  script.client(query("SET search_path TO archive; SELECT * FROM t"))
      .expect_server(piece("SET search_path TO archive"));
  script.server_says("search_path", "archive");
  script.server(all({parse_complete(), bind_complete(), no_data(), complete("SET")}));
  script.expect_client(complete("SET")).expect_planned_under("search_path", "archive");
  script.expect_server(piece("SELECT * FROM t"));
  script.server(all({parse_complete(), bind_complete(), columns({{"c"}}), complete("SELECT 0")}));
  script.expect_client(all({columns({{"c"}}), complete("SELECT 0")})).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, ATableIsThereForTheStatementsBehindIt) {
  Script script;
  script.plans().plans["CREATE TABLE a (i int)"] = pass_plan(policy::SessionEffect::Schema);
  script.client(query("CREATE TABLE a (i int); INSERT INTO a VALUES (1)"))
      .expect_server(piece("CREATE TABLE a (i int)"));
  script.server(all({parse_complete(), bind_complete(), no_data(), complete("CREATE TABLE")}));
  script.expect_client(complete("CREATE TABLE")).expect_server(piece("INSERT INTO a VALUES (1)"));
  script.server(all({parse_complete(), bind_complete(), no_data(), complete("INSERT 0 1")}));
  script.expect_client(complete("INSERT 0 1")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, ARefusalBehindASettingFailsAllOfIt) {
  Script script;
  script.plans().plans["SET x = 1"] = pass_plan(policy::SessionEffect::Settings);
  script.plans().plans["SELECT ssn FROM p"] = refused_plan("not for this role");
  script.client(query("SET x = 1; SELECT ssn FROM p; SELECT 3")).expect_server(piece("SET x = 1"));
  script.server(all({parse_complete(), bind_complete(), no_data(), complete("SET")}));
  script.expect_client(complete("SET")).expect_server(all({failing_parse(""), flush()}));
  script.server(provoked()).expect_client(error("42501", "not for this role"));
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, PositionsCountFromTheStartOfTheText) {
  Script script;
  script.plans().plans["SET x = 1"] = pass_plan(policy::SessionEffect::Settings);
  auto fields = protocol::make_error("ERROR", "42703", "no such column");
  fields.set('P', "8");
  script.plans().errors["SELECT nope"] = fields;
  script.client(query("SET x = 1; SELECT nope")).expect_server(piece("SET x = 1"));
  script.server(all({parse_complete(), bind_complete(), no_data(), complete("SET")}));
  script.expect_client(complete("SET")).expect_server(all({failing_parse(""), flush()}));
  fields.set('P', "19");
  Bytes shown;
  protocol::encode_error_response(shown, fields);
  script.server(provoked()).expect_client(shown).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
