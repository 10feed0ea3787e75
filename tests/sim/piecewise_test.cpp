// Texts whose statements must run one by one: each is known to have succeeded before the next is sent, and
// all of them are one implicit transaction.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

constexpr const char* kSplit = "SELECT upper(name) FROM p";

constexpr const char* kPiece = "pgveil_piece";

Bytes piece_of(std::string_view sql, std::vector<std::int16_t> formats) {
  return all({close_portal(kPiece), close_statement(kPiece), parse(kPiece, sql),
              bind(kPiece, kPiece, {}, std::move(formats)), describe_portal(kPiece),
              execute(kPiece), flush()});
}

Bytes started() {
  return all({close_complete(), close_complete(), parse_complete(), bind_complete()});
}

Bytes piece(std::string_view sql) { return piece_of(sql, {}); }

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
  script.server(all({started(), no_data(), complete("INSERT 0 1")}));
  script.expect_client(complete("INSERT 0 1"));
  script.expect_server(piece_of("SELECT 0, name FROM p", {1}));
  script.server(all({started(), columns({{"tag", 23}, {"name", 17}}), row({"0", "sealed:a"}),
                     complete("SELECT 1")}));
  script.expect_client(columns({{"upper"}}));
  script.twin_answers(twin_rows({"A"}, "SELECT 1"));
  script.expect_client(all({row({"A"}), complete("SELECT 1")}));
  script.expect_server(piece("SELECT 3"));
  script.server(all({started(), columns({{"c"}}), row({"3"}), complete("SELECT 1")}));
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
  script.server(all({started(), no_data(), complete("INSERT 0 1")}));
  script.expect_client(complete("INSERT 0 1"));
  script.expect_server(piece_of("SELECT 0, name FROM p", {1}));
  script.server(all({started(), columns({{"tag", 23}}), complete("SELECT 0")}));
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
  script.server(all({started(), columns({{"c"}}), error("22012", "division by zero")}));
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
  script.server(all({started(), no_data(), complete("SET")}));
  script.expect_client(complete("SET")).expect_planned_under("search_path", "archive");
  script.expect_server(piece("SELECT * FROM t"));
  script.server(all({started(), columns({{"c"}}), complete("SELECT 0")}));
  script.expect_client(all({columns({{"c"}}), complete("SELECT 0")})).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, ATableIsThereForTheStatementsBehindIt) {
  Script script;
  script.plans().plans["CREATE TABLE a (i int)"] = pass_plan(policy::SessionEffect::Schema);
  script.client(query("CREATE TABLE a (i int); INSERT INTO a VALUES (1)"))
      .expect_server(piece("CREATE TABLE a (i int)"));
  script.server(all({started(), no_data(), complete("CREATE TABLE")}));
  script.expect_client(complete("CREATE TABLE")).expect_server(piece("INSERT INTO a VALUES (1)"));
  script.server(all({started(), no_data(), complete("INSERT 0 1")}));
  script.expect_client(complete("INSERT 0 1")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

Bytes hidden(std::string_view sql) {
  constexpr const char* kHidden = "pgveil_companion";
  return all({close_statement(kHidden), parse(kHidden, sql), sim::bind(kHidden, kHidden),
              execute(kHidden), close_portal(kHidden)});
}

Bytes hidden_done(std::string_view tag) {
  return all(
      {close_complete(), parse_complete(), bind_complete(), complete(tag), close_complete()});
}

/// LOCK TABLE p; and the Split behind it, up to what the twin is asked.
Script locked_split(std::string_view text) {
  Script script;
  script.plans().plans[kSplit] = split_plan("SELECT 0, name FROM p", {"upper"});
  script.plans().plans["LOCK TABLE p"] = pass_plan();
  script.plans().plans["LOCK TABLE p"].wants_block = true;
  script.client(query(text)).expect_server(all({hidden("BEGIN"), piece("LOCK TABLE p")}));
  script.server(all({hidden_done("BEGIN"), started(), no_data(), complete("LOCK TABLE")}));
  script.expect_client(complete("LOCK TABLE"));
  script.expect_server(piece_of("SELECT 0, name FROM p", {1}));
  script.server(all({started(), columns({{"tag", 23}}), complete("SELECT 0")}));
  script.expect_client(columns({{"upper"}}));
  return script;
}

TEST(Piecewise, ALockHasABlockThatTheClientDoesNotSee) {
  Script script = locked_split("LOCK TABLE p; SELECT upper(name) FROM p");
  script.twin_answers(twin_rows({}, "SELECT 0"));
  script.expect_client(complete("SELECT 0"));
  script.expect_server(all({hidden("COMMIT"), flush()}));
  script.server(hidden_done("COMMIT")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, ABlockThatTheClientDoesNotSeeIsRolledBack) {
  Script script = locked_split("LOCK TABLE p; SELECT upper(name) FROM p");
  script.twin_answers(protocol::make_error("ERROR", "22012", "division by zero"));
  script.expect_client(error("22012", "division by zero"));
  script.expect_server(all({failing_parse(), flush()}));
  script.server(provoked()).expect_server(all({sync(), hidden("ROLLBACK"), sync()}));
  script.server(all({ready('E'), hidden_done("ROLLBACK"), ready()})).expect_client(ready());
  check(script);
}

TEST(Piecewise, ASavepointIsNotForABlockThatTheClientDoesNotSee) {
  Script script = locked_split("LOCK TABLE p; SELECT upper(name) FROM p; SAVEPOINT a");
  proxy::SqlTransaction savepoint;
  savepoint.kind = policy::sql::TransactionKind::Savepoint;
  script.plans().plans["SAVEPOINT a"] = pass_plan();
  script.plans().plans["SAVEPOINT a"].sql_name = savepoint;
  script.twin_answers(twin_rows({}, "SELECT 0"));
  script.expect_client(complete("SELECT 0"));
  script.expect_server(all({failing_parse(kPiece), flush()}));
  script.server(provoked());
  script.expect_client(error("25P01", "SAVEPOINT can only be used in transaction blocks"));
  script.expect_server(all({sync(), hidden("ROLLBACK"), sync()}));
  script.server(all({ready('E'), hidden_done("ROLLBACK"), ready()})).expect_client(ready());
  check(script);
}

TEST(Piecewise, ARefusalBehindASettingFailsAllOfIt) {
  Script script;
  script.plans().plans["SET x = 1"] = pass_plan(policy::SessionEffect::Settings);
  script.plans().plans["SELECT ssn FROM p"] = refused_plan("not for this role");
  script.client(query("SET x = 1; SELECT ssn FROM p; SELECT 3")).expect_server(piece("SET x = 1"));
  script.server(all({started(), no_data(), complete("SET")}));
  script.expect_client(complete("SET")).expect_server(all({failing_parse(kPiece), flush()}));
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
  script.server(all({started(), no_data(), complete("SET")}));
  script.expect_client(complete("SET")).expect_server(all({failing_parse(kPiece), flush()}));
  fields.set('P', "19");
  Bytes shown;
  protocol::encode_error_response(shown, fields);
  script.server(provoked()).expect_client(shown).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, ACopyAmongThePiecesGetsItsData) {
  Script script;
  script.plans().plans["SET x = 1"] = pass_plan(policy::SessionEffect::Settings);
  script.client(query("SET x = 1; COPY t FROM STDIN")).expect_server(piece("SET x = 1"));
  script.server(all({started(), no_data(), complete("SET")})).expect_client(complete("SET"));
  script.expect_server(piece("COPY t FROM STDIN"));
  script.server(all({started(), no_data(), copy_in()})).expect_client(copy_in());
  script.client(all({copy_data("1\n"), copy_done()}));
  script.expect_server(all({copy_data("1\n"), copy_done(), flush()}));
  script.server(complete("COPY 1")).expect_client(complete("COPY 1")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Piecewise, TheUnnamedStatementIsGoneAfterwards) {
  Script script;
  script.plans().plans["SET x = 1"] = pass_plan(policy::SessionEffect::Settings);
  script.client(all({parse("", "SELECT 1"), sync()}))
      .expect_server(all({parse("", "SELECT 1"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  script.client(query("SET x = 1; SELECT 2")).expect_server(piece("SET x = 1"));
  script.server(all({started(), no_data(), complete("SET")})).expect_client(complete("SET"));
  script.expect_server(piece("SELECT 2"));
  script.server(all({started(), columns({{"c"}}), complete("SELECT 0")}));
  script.expect_client(all({columns({{"c"}}), complete("SELECT 0")})).expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.client(all({bind("", ""), sync()}))
      .expect_server(all({bind("", "pgveil_refused"), sync()}));
  script.server(
      all({error("26000", "prepared statement \"pgveil_refused\" does not exist"), ready()}));
  script.expect_client(all({error("26000", "unnamed prepared statement does not exist"), ready()}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
