// Split and Local: the server gives the slice and keeps the transaction, the twin gives the answer.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

constexpr const char* kSplit = "SELECT upper(name) FROM p";
constexpr const char* kLocal = "SELECT relname FROM pg_class";
constexpr const char* kNoRows = "SELECT WHERE false";

Script evaluating() {
  Script script;
  script.plans().plans[kSplit] = split_plan("SELECT 0, name FROM p", {"upper"});
  script.plans().plans[kLocal] = local_plan({"relname"});
  return script;
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(Split, TheTwinAnswersOverTheSlice) {
  Script script = evaluating();
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.server(all({columns({{"tag", 23}, {"name", 17}}), row({"0", "sealed:a"}),
                     row({"0", "sealed:b"}), complete("SELECT 2"), ready()}));
  script.expect_silence().expect_twin_sql("over the slice");
  script.twin_answers(twin_rows({"A", "B"}, "SELECT 2"));
  script.expect_client(
      all({columns({{"upper"}}), row({"A"}), row({"B"}), complete("SELECT 2"), ready()}));
  script.expect_begins(1).expect_ends({"00000"});
  check(script);
}

TEST(Split, AnErrorOfTheTwinIsTheAnswer) {
  Script script = evaluating();
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.server(all({complete("SELECT 0"), ready()}));
  script.twin_answers(protocol::make_error("ERROR", "22012", "division by zero"));
  script.expect_client(all({error("22012", "division by zero"), ready()}));
  script.expect_ends({"22012"});
  check(script);
}

TEST(Split, ItsErrorInABlockFailsTheBlock) {
  Script script = evaluating();
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.server(all({complete("SELECT 0"), ready('T')}));
  script.twin_answers(protocol::make_error("ERROR", "22012", "division by zero"));
  script.expect_client(error("22012", "division by zero"));
  script.expect_server(query("SELECT pg_catalog.pgveil_refused()"));
  script.server(all({provoked(), ready('E')})).expect_client(ready('E'));
  check(script);
}

TEST(Split, ASliceThatIsTooLargeIsRefused) {
  Script script = evaluating();
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.server(
      all({row({"0", "too many"}), row({"0", "sealed:b"}), complete("SELECT 2"), ready()}));
  script.expect_client(all({error("54000", "the slice is too large"), ready()}));
  check(script);
}

TEST(Split, AnErrorOfTheServerIsTheAnswer) {
  Script script = evaluating();
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.server(all({error("40001", "could not serialize access"), ready()}));
  script.expect_client(all({error("40001", "could not serialize access"), ready()}));
  script.expect_ends({"40001"});
  check(script);
}

TEST(Split, TheExtendedProtocolFetchesTheSliceWholeAndInBinary) {
  Script script = evaluating();
  script.client(
      all({parse("", kSplit), bind("", ""), describe_portal(""), execute("", 1), sync()}));
  script.expect_server(all({parse("", "SELECT 0, name FROM p"), bind("", "", {}, {1}),
                            describe_portal(""), execute("", 0), sync()}));
  script.server(all({parse_complete(), bind_complete(), columns({{"tag", 23}, {"name", 17}}),
                     row({"0", "sealed:a"}), complete("SELECT 1"), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), columns({{"upper"}})}));
  script.twin_answers(twin_rows({"A", "B"}, "SELECT 2"));
  script.expect_client(all({row({"A"}), suspended(), ready()}));
  check(script);
}

TEST(Split, LaterExecutesAreServedFromTheAnswer) {
  Script script = evaluating();
  script.client(all({parse("", kSplit), bind("c", ""), execute("c", 2), flush()}));
  script.expect_server(all({parse("", "SELECT 0, name FROM p"), bind("pgveil_p1", "", {}, {1}),
                            execute("pgveil_p1", 0), flush()}));
  script.server(
      all({parse_complete(), bind_complete(), row({"0", "sealed:a"}), complete("SELECT 1")}));
  script.expect_client(all({parse_complete(), bind_complete()}));
  script.twin_answers(twin_rows({"A", "B", "C"}, "SELECT 3"));
  script.expect_client(all({row({"A"}), row({"B"}), suspended()}));
  script.client(all({execute("c", 2), execute("c", 2), sync()}));
  script.expect_server(all({execute("pgveil_p1", 0), execute("pgveil_p1", 0), sync()}));
  script.server(all({complete("SELECT 0"), complete("SELECT 0"), ready()}));
  script.expect_client(all({row({"C"}), complete("SELECT 1"), complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Split, ExactlyTheLimitIsSuspendedThenEmpty) {
  Script script = evaluating();
  script.client(all({parse("", kSplit), bind("", ""), execute("", 2), flush()}));
  script.expect_server(
      all({parse("", "SELECT 0, name FROM p"), bind("", "", {}, {1}), execute("", 0), flush()}));
  script.server(all({parse_complete(), bind_complete(), complete("SELECT 0")}));
  script.twin_answers(twin_rows({"A", "B"}, "SELECT 2"));
  script.expect_client(
      all({parse_complete(), bind_complete(), row({"A"}), row({"B"}), suspended()}));
  script.client(all({execute("", 2), sync()})).expect_server(all({execute("", 0), sync()}));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Split, WorkBehindItWaitsAndIsSkippedWhenTheTwinFails) {
  Script script = evaluating();
  script.client(all({parse("", kSplit), bind("", ""), execute(""), parse("", "DELETE FROM t"),
                     bind("", ""), execute(""), sync()}));
  script.expect_server(
      all({parse("", "SELECT 0, name FROM p"), bind("", "", {}, {1}), execute("", 0), flush()}));
  script.server(all({parse_complete(), bind_complete(), complete("SELECT 0")}));
  script.twin_answers(protocol::make_error("ERROR", "22012", "division by zero"));
  script.expect_client(
      all({parse_complete(), bind_complete(), error("22012", "division by zero")}));
  script.expect_server(all({failing_parse(), flush()}));
  script.server(provoked()).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Split, ALaterBatchWaitsForTheAnswer) {
  Script script = evaluating();
  script.client(
      all({parse("", kSplit), bind("", ""), execute(""), sync(), query("DELETE FROM t")}));
  script.expect_server(
      all({parse("", "SELECT 0, name FROM p"), bind("", "", {}, {1}), execute("", 0), sync()}));
  script.server(all({parse_complete(), bind_complete(), complete("SELECT 0"), ready()}));
  script.twin_answers(twin_rows({}, "SELECT 0"));
  script.expect_client(all({parse_complete(), bind_complete(), complete("SELECT 0"), ready()}));
  script.expect_server(query("DELETE FROM t"));
  script.server(all({complete("DELETE 1"), ready()}))
      .expect_client(all({complete("DELETE 1"), ready()}));
  check(script);
}

TEST(Split, TheAnswerWaitsForTheBeginRecord) {
  Script script = evaluating();
  script.manual_audit();
  script.client(query(kSplit)).expect_server(query("SELECT 0, name FROM p"));
  script.server(all({complete("SELECT 0"), ready()})).expect_silence();
  script.twin_answers(twin_rows({"A"}, "SELECT 1")).expect_silence();
  script.audit_fails();
  script.expect_client(all({error("58030", "the audit log cannot be written", "",
                                  "Statements that touch no protected column still work."),
                            ready()}));
  check(script);
}

TEST(Local, TheTwinAnswersAndTheServerKeepsTheTransaction) {
  Script script = evaluating();
  script.client(query(kLocal)).expect_server(query(kNoRows));
  script.server(all({columns({}), complete("SELECT 0"), ready()})).expect_twin_sql(kLocal);
  script.twin_answers(twin_rows({"patients"}, "SELECT 1"));
  script.expect_client(
      all({columns({{"relname"}}), row({"patients"}), complete("SELECT 1"), ready()}));
  check(script);
}

TEST(Local, InAFailedBlockItFailsAsAnyStatement) {
  Script script = evaluating();
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(query("SELECT 1/0")).expect_server(query("SELECT 1/0"));
  script.server(all({error("22012", "division by zero"), ready('E')}))
      .expect_client(all({error("22012", "division by zero"), ready('E')}));
  script.client(query(kLocal)).expect_server(query(kNoRows));
  script.server(all({error("25P02", "current transaction is aborted"), ready('E')}))
      .expect_client(all({error("25P02", "current transaction is aborted"), ready('E')}));
  check(script);
}

TEST(Local, TheExtendedProtocolKeepsNamesAndFormats) {
  Script script = evaluating();
  script.client(all({parse("s", kLocal), describe_statement("s"), sync()}));
  script.expect_server(all({parse("pgveil_s1", kNoRows), describe_statement("pgveil_s1"), sync()}));
  script.server(all({parse_complete(), parameters({}), columns({}), ready()}));
  script.expect_client(all({parse_complete(), parameters({}), columns({{"relname"}}), ready()}));
  script.client(all({bind("", "s", {}, {1}), describe_portal(""), execute(""), sync()}));
  script.expect_server(all({bind("", "pgveil_s1"), describe_portal(""), execute(""), sync()}));
  script.server(all({bind_complete(), columns({}), complete("SELECT 0"), ready()}));
  script.expect_client(all({bind_complete(), columns({{"relname", 25, 1}})}));
  script.twin_answers(twin_rows({"patients"}, "SELECT 1"));
  script.expect_client(all({row({"patients"}), complete("SELECT 1"), ready()}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
