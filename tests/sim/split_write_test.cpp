// A Split that writes: the slice, the twin, then a statement of our own in the same transaction.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

using Kind = policy::ServerOutput::Kind;

constexpr const char* kUpdate = "UPDATE p SET name = upper(name)";
constexpr const char* kReturning = "UPDATE p SET name = upper(name) RETURNING name";
constexpr const char* kSlice = "SELECT 0, name FROM p FOR UPDATE";
constexpr const char* kStore = "UPDATE p SET name = $1";

Script writing() {
  Script script;
  script.plans().plans[kUpdate] = split_write_plan(kSlice, kStore, {Kind::Subject}, {});
  script.plans().plans[kReturning] =
      split_write_plan(kSlice, kStore, {Kind::Open, Kind::Subject}, {"name"});
  return script;
}

proxy::EvaluatedRows made(const std::string& value) {
  proxy::EvaluatedRows rows = twin_rows({}, "UPDATE 1");
  const auto bytes = protocol::as_bytes(value);
  rows.written.push_back({Bytes(bytes.begin(), bytes.end())});
  return rows;
}

/// What stores the twin's rows; `formats` of its answer.
Bytes store(const std::string& value, std::vector<std::int16_t> formats) {
  return all({close_portal("pgveil_write"), close_statement("pgveil_write"),
              parse("pgveil_write", kStore, {0}),
              bind("pgveil_write", "pgveil_write", {"sealed:" + value}, std::move(formats), {1}),
              execute("pgveil_write"), flush()});
}

Bytes stored() {
  return all({close_complete(), close_complete(), parse_complete(), bind_complete()});
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

Script& slice(Script& script, const char* sql, std::int32_t limit = 0) {
  script.client(all({parse("", sql), bind("", ""), execute("", limit), sync()}));
  script.expect_server(all({parse("", kSlice), bind("", "", {}, {1}), execute("", 0), flush()}));
  script.server(
      all({parse_complete(), bind_complete(), row({"0", "sealed:a"}), complete("SELECT 1")}));
  script.expect_client(all({parse_complete(), bind_complete()}));
  return script;
}

TEST(SplitWrite, WhatTheTwinMadeIsStoredBeforeTheSync) {
  Script script = writing();
  slice(script, kUpdate).twin_answers(made("A"));
  script.expect_server(store("A", {0}));
  script.server(all({stored(), row({"7"}), complete("UPDATE 1")}));
  script.expect_client(complete("UPDATE 1")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.expect_begins(1).expect_ends({"00000"}).expect_subjects({"7"});
  check(script);
}

TEST(SplitWrite, RowsOfReturningAreOpened) {
  Script script = writing();
  slice(script, kReturning).twin_answers(made("A"));
  script.expect_server(store("A", {1, 0}));
  script.server(all({stored(), row({"sealed:A", "7"}), complete("UPDATE 1")}));
  script.expect_client(all({row({"A"}), complete("UPDATE 1")})).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(SplitWrite, ARowLimitIsServedFromTheAnswer) {
  Script script = writing();
  slice(script, kReturning, 1).twin_answers(made("A"));
  script.expect_server(store("A", {1, 0}));
  script.server(
      all({stored(), row({"sealed:A", "7"}), row({"sealed:B", "8"}), complete("UPDATE 2")}));
  script.expect_client(all({row({"A"}), suspended()})).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(SplitWrite, AQueryIsSentAsMessages) {
  Script script = writing();
  script.client(query(kUpdate));
  script.expect_server(
      all({close_portal("pgveil_piece"), close_statement("pgveil_piece"),
           parse("pgveil_piece", kSlice), bind("pgveil_piece", "pgveil_piece", {}, {1}),
           describe_portal("pgveil_piece"), execute("pgveil_piece"), flush()}));
  script.server(all({close_complete(), close_complete(), parse_complete(), bind_complete(),
                     columns({{"tag", 23}}), complete("SELECT 0")}));
  script.twin_answers(made("A")).expect_server(store("A", {0}));
  script.server(all({stored(), row({"7"}), complete("UPDATE 1")}));
  script.expect_client(complete("UPDATE 1")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(SplitWrite, ThePipelineBehindItWaits) {
  Script script = writing();
  script.client(all({parse("", kUpdate), bind("", ""), execute(""), parse("", "SELECT 1"),
                     bind("", ""), execute(""), sync()}));
  script.expect_server(all({parse("", kSlice), bind("", "", {}, {1}), execute("", 0), flush()}));
  script.server(all({parse_complete(), bind_complete(), complete("SELECT 0")}));
  script.expect_client(all({parse_complete(), bind_complete()}));
  script.twin_answers(made("A")).expect_server(store("A", {0}));
  script.server(all({stored(), complete("UPDATE 0")})).expect_client(complete("UPDATE 0"));
  script.expect_server(all({parse("", "SELECT 1"), bind("", ""), execute(""), sync()}));
  script.server(all({parse_complete(), bind_complete(), complete("SELECT 1"), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), complete("SELECT 1"), ready()}));
  check(script);
}

TEST(SplitWrite, AnErrorOfTheSliceIsTheAnswer) {
  Script script = writing();
  script.client(all({parse("", kUpdate), bind("", ""), execute(""), sync()}));
  script.expect_server(all({parse("", kSlice), bind("", "", {}, {1}), execute("", 0), flush()}));
  script.server(all({parse_complete(), bind_complete(), error("40001", "could not serialize")}));
  script.expect_client(
      all({parse_complete(), bind_complete(), error("40001", "could not serialize")}));
  script.expect_server(sync()).server(ready()).expect_client(ready()).expect_ends({"40001"});
  check(script);
}

TEST(SplitWrite, AnErrorOfTheTwinFailsTheServerToo) {
  Script script = writing();
  slice(script, kUpdate).twin_answers(protocol::make_error("ERROR", "22012", "division by zero"));
  script.expect_client(error("22012", "division by zero"));
  script.expect_server(all({failing_parse(), flush()})).server(provoked());
  script.expect_server(sync()).server(ready()).expect_client(ready()).expect_ends({"22012"});
  check(script);
}

TEST(SplitWrite, AValueThatCannotBeSealedFailsTheServerToo) {
  Script script = writing();
  slice(script, kUpdate).twin_answers(made("unsealable"));
  script.expect_client(error("22001", "value too long"));
  script.expect_server(all({failing_parse(), flush()})).server(provoked());
  script.expect_server(sync()).server(ready()).expect_client(ready()).expect_ends({"22001"});
  check(script);
}

TEST(SplitWrite, AnErrorOfTheWriteIsTheAnswer) {
  Script script = writing();
  slice(script, kUpdate).twin_answers(made("A"));
  script.expect_server(store("A", {0}));
  script.server(all({stored(), error("23505", "duplicate key", "Key (name)=(x) exists.")}));
  script.expect_client(error("23505", "duplicate key")).expect_server(sync());
  script.server(ready()).expect_client(ready()).expect_ends({"23505"});
  check(script);
}

TEST(SplitWrite, AnErrorBeforeTheWriteRunsIsTheAnswer) {
  Script script = writing();
  slice(script, kUpdate).twin_answers(made("A"));
  script.expect_server(store("A", {0}));
  script.server(all({close_complete(), close_complete(), error("42501", "permission denied")}));
  script.expect_client(error("42501", "permission denied")).expect_server(sync());
  script.server(ready()).expect_client(ready()).expect_ends({"42501"});
  check(script);
}

TEST(SplitWrite, ItCanBeCancelledWhileTheTwinComputes) {
  Script script = writing();
  script.manual_evaluation();
  slice(script, kUpdate).cancel().expect_asked(Ask::CancelTwin);
  script.twin_answers(protocol::make_error("ERROR", "57014", "canceling"));
  script.expect_client(error("57014", "canceling statement due to user request"));
  script.expect_server(all({failing_parse(), flush()})).server(provoked());
  script.expect_server(sync()).server(ready()).expect_client(ready());
  check(script);
}

TEST(SplitWrite, ItCanBeCancelledWhileTheServerStores) {
  Script script = writing();
  slice(script, kUpdate).twin_answers(made("A"));
  script.expect_server(store("A", {0})).cancel().expect_asked(Ask::CancelUpstream).cancel_sent();
  script.server(all({stored(), error("57014", "canceling statement due to user request")}));
  script.expect_client(error("57014", "canceling statement due to user request"));
  script.expect_server(sync()).server(ready()).expect_client(ready());
  check(script);
}

TEST(SplitWrite, NothingIsSentBeforeTheBeginRecord) {
  Script script = writing();
  script.manual_audit();
  script.client(all({parse("", kUpdate), bind("", ""), execute(""), sync()}));
  script.expect_server(all({parse("", kSlice), bind("", "", {}, {1})}));
  script.expect_nothing_upstream().audit_is_durable();
  script.expect_server(all({execute("", 0), flush()}));
  check(script);
}

constexpr const char* kInsert = "INSERT INTO p VALUES (1) RETURNING upper(name)";
constexpr const char* kInserted = "INSERT INTO p VALUES (1) RETURNING 0, name";

/// A write in place whose RETURNING the twin computes over what it returns.
Script returning() {
  Script script;
  proxy::PreparedPlan plan = split_plan(kInserted, {"upper"});
  std::get<policy::Split>(plan.plan.decision).returned = true;
  plan.plan.evidence.verb = policy::Verb::Create;
  script.plans().plans[kInsert] = std::move(plan);
  return script;
}

Script& inserted(Script& script) {
  script.client(all({parse("", kInsert), bind("", ""), execute(""), sync()}));
  script.expect_server(all({parse("", kInserted), bind("", "", {}, {1}), execute("", 0), flush()}));
  script.server(
      all({parse_complete(), bind_complete(), row({"0", "sealed:a"}), complete("INSERT 0 1")}));
  script.expect_client(all({parse_complete(), bind_complete()}));
  return script;
}

TEST(Returned, TheTagIsTheServersAndTheRowsAreTheTwins) {
  Script script = returning();
  inserted(script).twin_answers(twin_rows({{"A"}}, "SELECT 1"));
  script.expect_client(all({row({"A"}), complete("INSERT 0 1")})).expect_server(sync());
  script.server(ready()).expect_client(ready()).expect_begins(1).expect_ends({"00000"});
  check(script);
}

TEST(Returned, AnErrorOfTheTwinUndoesTheWrite) {
  Script script = returning();
  inserted(script).twin_answers(protocol::make_error("ERROR", "22012", "division by zero"));
  script.expect_client(error("22012", "division by zero"));
  script.expect_server(all({failing_parse(), flush()})).server(provoked());
  script.expect_server(sync()).server(ready()).expect_client(ready()).expect_ends({"22012"});
  check(script);
}

TEST(Returned, AQueryIsNotCommittedBeforeTheTwinHasAnswered) {
  Script script = returning();
  script.client(query(kInsert));
  script.expect_server(
      all({close_portal("pgveil_piece"), close_statement("pgveil_piece"),
           parse("pgveil_piece", kInserted), bind("pgveil_piece", "pgveil_piece", {}, {1}),
           describe_portal("pgveil_piece"), execute("pgveil_piece"), flush()}));
  script.server(all({close_complete(), close_complete(), parse_complete(), bind_complete(),
                     columns({{"tag", 23}}), row({"0", "sealed:a"}), complete("INSERT 0 1")}));
  script.twin_answers(twin_rows({{"A"}}, "SELECT 1"));
  script.expect_client(all({columns({{"upper", 25}}), row({"A"}), complete("INSERT 0 1")}));
  script.expect_server(sync()).server(ready()).expect_client(ready());
  check(script);
}

constexpr const char* kFill = "CREATE TEMP TABLE t AS SELECT upper(name) FROM p";
constexpr const char* kFilled = "CREATE TEMP TABLE t AS SELECT $1";

TEST(SplitWrite, WhatComesAfterATableThatItMadeIsPlanned) {
  Script script;
  proxy::PreparedPlan plan = split_write_plan(kSlice, kFilled, {}, {});
  plan.plan.evidence.verb = policy::Verb::Read;
  plan.plan.effect = policy::SessionEffect::OwnSchema;
  proxy::SqlSchema made_table;
  made_table.temporary = true;
  made_table.creates = "t";
  plan.sql_name = made_table;
  script.plans().plans[kFill] = std::move(plan);
  script.client(all({parse("", kFill), bind("", ""), execute(""), sync()}));
  script.expect_server(all({parse("", kSlice), bind("", "", {}, {1}), execute("", 0), flush()}));
  script.server(
      all({parse_complete(), bind_complete(), row({"0", "sealed:a"}), complete("SELECT 1")}));
  script.expect_client(all({parse_complete(), bind_complete()})).twin_answers(made("A"));
  script.expect_server(all({close_portal("pgveil_write"), close_statement("pgveil_write"),
                            parse("pgveil_write", kFilled, {0}),
                            bind("pgveil_write", "pgveil_write", {"sealed:A"}, {}, {1}),
                            execute("pgveil_write"), flush()}));
  script.server(all({stored(), complete("SELECT 1")})).expect_client(complete("SELECT 1"));
  script.expect_server(sync()).server(ready()).expect_client(ready());
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 1"), ready()}));
  script.expect_client(all({complete("SELECT 1"), ready()}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
