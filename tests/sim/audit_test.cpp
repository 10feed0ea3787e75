// Nothing of a tagged column leaves before its begin record is durable, nothing is written before, and
// ReadyForQuery waits for the end record.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

using Kind = policy::ServerOutput::Kind;

constexpr const char* kRead = "SELECT name FROM p";
constexpr const char* kWrite = "UPDATE p SET name = 'x'";
const Bytes kAuditError = error("58030",
                                "the audit log cannot be written",
                                "",
                                "Statements that touch no protected column still work.");

Script audited() {
  Script script;
  script.plans().plans[kRead] = in_place_plan({.sql = "SELECT name, id FROM p",
                                               .outputs = {Kind::Open, Kind::Subject},
                                               .columns = {"name"},
                                               .literals = {}});
  script.plans().plans[kWrite] = in_place_plan({.sql = "UPDATE p SET name = {0}",
                                                .outputs = {},
                                                .columns = {},
                                                .literals = {"'x'"},
                                                .verb = policy::Verb::Change});
  script.manual_audit();
  return script;
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(Audit, RowsWaitForTheBeginRecord) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p")).expect_begins(1);
  script.server(columns({{"name", 17}, {"id"}})).expect_client(columns({{"name"}}));
  script.server(row({"sealed:a", "7"})).expect_silence();
  script.audit_is_durable().expect_client(row({"a"}));
  script.server(all({complete("SELECT 1"), ready()})).expect_client(complete("SELECT 1"));
  // The end record is asked for; ReadyForQuery waits for it.
  script.expect_ends({"00000"});
  script.audit_is_durable().expect_client(ready());
  check(script);
}

TEST(Audit, AShortAnswerHasBothRecordsWrittenTogether) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p")).expect_begins(1);
  script.server(all({row({"sealed:a", "7"}), complete("SELECT 1"), ready()})).expect_silence();
  script.expect_ends({"00000"}).expect_subjects({"7"});
  script.audit_is_durable().expect_client(all({row({"a"}), complete("SELECT 1"), ready()}));
  check(script);
}

TEST(Audit, NothingOvertakesRowsThatWait) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p"));
  script.server(all({row({"sealed:a", "7"}), notice("look"), row({"sealed:b", "8"}),
                     error("22012", "division by zero"), ready()}));
  script.expect_silence();
  script.audit_is_durable().expect_client(
      all({row({"a"}), notice("look"), row({"b"}), error("22012", "division by zero")}));
  script.expect_ends({"22012"}).audit_is_durable().expect_client(ready());
  check(script);
}

TEST(Audit, RowsPassWhenTheRecordWasFirst) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p"));
  script.audit_is_durable();
  script.server(row({"sealed:a", "7"})).expect_client(row({"a"}));
  script.server(all({complete("SELECT 1"), ready()})).expect_client(complete("SELECT 1"));
  script.audit_is_durable().expect_client(ready());
  check(script);
}

TEST(Audit, AnEmptyAnswerWaitsToo) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p"));
  script.server(all({complete("SELECT 0"), ready()})).expect_silence();
  script.audit_is_durable().expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Audit, AWriteIsSentWhenItIsRecorded) {
  Script script = audited();
  script.client(query(kWrite)).expect_nothing_upstream().expect_begins(1);
  script.audit_is_durable().expect_server(query("UPDATE p SET name = sealed:'x'"));
  script.server(all({complete("UPDATE 1"), ready()})).expect_client(complete("UPDATE 1"));
  script.audit_is_durable().expect_client(ready());
  check(script);
}

TEST(Audit, AWriteThatCannotBeRecordedIsNotSent) {
  Script script = audited();
  script.client(query(kWrite)).audit_fails();
  script.expect_client(all({kAuditError, ready()})).expect_nothing_upstream();
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Audit, AReadThatCannotBeRecordedShowsNothing) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p"));
  script.server(all(
      {columns({{"name", 17}, {"id"}}), row({"sealed:a", "7"}), complete("SELECT 1"), ready()}));
  script.expect_client(columns({{"name"}}));
  script.audit_fails().expect_client(all({kAuditError, ready()}));
  check(script);
}

TEST(Audit, InABlockTheBlockFails) {
  Script script = audited();
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(all({query(kRead), query("COMMIT")}))
      .expect_server(query("SELECT name, id FROM p"));
  script.server(all({row({"sealed:a", "7"}), complete("SELECT 1"), ready('T')}));
  script.audit_fails().expect_client(kAuditError);
  // The client's COMMIT waits until the server's block has failed too.
  script.expect_server(query("SELECT pg_catalog.pgveil_refused()"));
  script.server(all({provoked(), ready('E')})).expect_client(ready('E'));
  script.expect_server(query("COMMIT"));
  script.server(all({complete("ROLLBACK"), ready()}))
      .expect_client(all({complete("ROLLBACK"), ready()}));
  check(script);
}

TEST(Audit, TheSyncBehindAReadDoesNotWait) {
  Script script = audited();
  script.client(all({parse("", kRead), bind("", ""), execute(""), sync()}));
  script.expect_server(
      all({parse("", "SELECT name, id FROM p"), bind("", "", {}, {1, 0}), execute(""), sync()}));
  script.server(all(
      {parse_complete(), bind_complete(), row({"sealed:a", "7"}), complete("SELECT 1"), ready()}));
  script.expect_client(all({parse_complete(), bind_complete()}));
  script.audit_is_durable().expect_client(all({row({"a"}), complete("SELECT 1"), ready()}));
  check(script);
}

TEST(Audit, OtherWorkBehindAReadWaits) {
  Script script = audited();
  script.client(all({parse("", kRead), bind("", ""), execute(""), parse("", "DELETE FROM t"),
                     bind("", ""), execute(""), sync()}));
  script.expect_server(
      all({parse("", "SELECT name, id FROM p"), bind("", "", {}, {1, 0}), execute("")}));
  script.audit_is_durable();
  script.expect_server(all({parse("", "DELETE FROM t"), bind("", ""), execute(""), sync()}));
  script.server(
      all({parse_complete(), bind_complete(), row({"sealed:a", "7"}), complete("SELECT 1"),
           parse_complete(), bind_complete(), complete("DELETE 3"), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), row({"a"}), complete("SELECT 1"),
                            parse_complete(), bind_complete(), complete("DELETE 3")}));
  script.audit_is_durable().expect_client(ready());
  check(script);
}

TEST(Audit, AReadInABatchThatCannotBeRecordedFailsTheBatch) {
  Script script = audited();
  script.client(all({parse("", kRead), bind("", ""), execute(""), parse("", "DELETE FROM t"),
                     bind("", ""), execute(""), sync()}));
  script.expect_server(
      all({parse("", "SELECT name, id FROM p"), bind("", "", {}, {1, 0}), execute("")}));
  script.audit_fails();
  script.server(
      all({parse_complete(), bind_complete(), row({"sealed:a", "7"}), complete("SELECT 1")}));
  script.expect_client(all({parse_complete(), bind_complete(), kAuditError}));
  script.expect_server(all({failing_parse(), flush()}));
  script.server(provoked()).expect_silence();
  // DELETE is skipped, as after any error.
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Audit, AnExtendedWriteWaitsForItsRecord) {
  Script script = audited();
  script.client(all({parse("", kWrite), bind("", ""), execute(""), sync()}));
  script.expect_server(all({parse("", "UPDATE p SET name = sealed:'x'"), bind("", "")}));
  script.audit_fails().expect_server(all({failing_parse(), sync()}));
  script.server(all({parse_complete(), bind_complete(), provoked(), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), kAuditError, ready()}));
  check(script);
}

TEST(Audit, AnEndRecordThatCannotBeWrittenEndsTheSession) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p"));
  script.audit_is_durable();
  script.server(all({row({"sealed:a", "7"}), complete("SELECT 1"), ready()}));
  script.expect_client(all({row({"a"}), complete("SELECT 1")}));
  script.audit_fails().expect_finished();
  script.expect_client(fatal("58030", "the audit log cannot be written",
                             "Statements that touch no protected column still work."));
  script.expect_server(terminate());
  check(script);
}

TEST(Audit, OutcomesOfErrorsAreRecorded) {
  Script script = audited();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p"));
  script.server(all({error("57014", "cancelled"), ready()}));
  script.expect_client(error("57014", "cancelled")).expect_ends({"57014"});
  script.audit_is_durable().expect_client(ready());
  check(script);
}

TEST(Audit, AWriteThatWaitedWhileItsBatchFailedIsEndedInTheLog) {
  Script script = audited();
  script.client(all({parse("", "SELECT 1/0"), bind("", ""), execute(""), parse("w", kWrite),
                     bind("", "w"), execute(""), sync()}));
  script.expect_server(
      all({parse("", "SELECT 1/0"), bind("", ""), execute(""),
           parse("pgveil_s1", "UPDATE p SET name = sealed:'x'"), bind("", "pgveil_s1")}));
  script.server(all({parse_complete(), bind_complete(), error("22012", "division by zero")}));
  script.expect_client(
      all({parse_complete(), bind_complete(), error("22012", "division by zero")}));
  script.expect_ends({"25P02"}).expect_server(sync());
  script.audit_is_durable();
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Audit, WaitingRowsAreBounded) {
  proxy::SessionLimits limits;
  limits.max_held_bytes = 1'000;
  Script script(limits);
  script.plans().plans[kRead] = in_place_plan({.sql = "SELECT name, id FROM p",
                                               .outputs = {Kind::Open, Kind::Subject},
                                               .columns = {"name"},
                                               .literals = {}});
  script.manual_audit();
  script.client(query(kRead)).expect_server(query("SELECT name, id FROM p"));
  script.server(row({"sealed:a", "7"})).expect_wants_server(true);
  script.server(row({"sealed:" + std::string(2'000, 'b'), "8"})).expect_wants_server(true);
  script.server(row({"sealed:" + std::string(2'000, 'c'), "9"})).expect_wants_server(false);
  script.audit_is_durable().expect_wants_server(true);
  script.expect_client(
      all({row({"a"}), row({std::string(2'000, 'b')}), row({std::string(2'000, 'c')})}));
  script.server(all({complete("SELECT 3"), ready()})).expect_client(complete("SELECT 3"));
  script.audit_is_durable().expect_client(ready());
  script.run();
}

}  // namespace
}  // namespace pgveil::sim
