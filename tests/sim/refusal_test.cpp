// What is refused never reaches the server, and the server's transaction fails as the client's view does.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

constexpr const char* kSecret = "SELECT ssn FROM p";

Script refusing() {
  Script script;
  script.plans().plans[kSecret] = refused_plan("not for this role");
  script.plans().errors["SELECT nope"] = protocol::make_error("ERROR", "42703", "no nope");
  return script;
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(Refusal, AnIdleQueryIsAnsweredWithoutTheServer) {
  Script script = refusing();
  script.client(query(kSecret)).expect_client(all({error("42501", "not for this role"), ready()}));
  script.expect_nothing_upstream().expect_begins(1).expect_ends({"42501"});
  check(script);
}

TEST(Refusal, AnErrorOfTheTwinIsTheAnswer) {
  Script script = refusing();
  script.client(query("SELECT nope")).expect_client(all({error("42703", "no nope"), ready()}));
  check(script);
}

TEST(Refusal, InABlockTheServerFailsToo) {
  Script script = refusing();
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(query(kSecret)).expect_server(query("SELECT pg_catalog.pgveil_refused()"));
  script.server(all({provoked(), ready('E')}))
      .expect_client(all({error("42501", "not for this role"), ready('E')}));
  // In a failed block the server's own error is the right one.
  script.client(query(kSecret)).expect_server(query("SELECT pg_catalog.pgveil_refused()"));
  script.server(all({error("25P02", "current transaction is aborted"), ready('E')}))
      .expect_client(all({error("25P02", "current transaction is aborted"), ready('E')}));
  check(script);
}

TEST(Refusal, ASyntaxErrorIsOneInAFailedBlockToo) {
  Script script = refusing();
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(query("syntax error")).expect_server(query("pgveil_refused"));
  script.server(all({provoked_syntax(), ready('E')}))
      .expect_client(all({error("42601", "syntax error"), ready('E')}));
  check(script);
}

TEST(Refusal, BehindAnotherStatementOfTheTextItFailsThere) {
  Script script = refusing();
  const std::string sql = std::string("INSERT INTO log VALUES (1); ") + kSecret + "; SELECT 3";
  script.client(query(sql))
      .expect_server(query("INSERT INTO log VALUES (1); SELECT pg_catalog.pgveil_refused()"));
  script.server(all({complete("INSERT 0 1"), provoked(), ready()}));
  script.expect_client(all({complete("INSERT 0 1"), error("42501", "not for this role"), ready()}));
  check(script);
}

TEST(Refusal, ASyntaxErrorAnywhereRunsNothing) {
  Script script = refusing();
  script.client(query("INSERT INTO log VALUES (1); syntax error"))
      .expect_client(all({error("42601", "syntax error"), ready()}));
  script.expect_nothing_upstream();
  check(script);
}

TEST(Refusal, AParseFailsUpstreamAndSkipsToSync) {
  Script script = refusing();
  script.client(all({parse("", kSecret), bind("", ""), describe_portal(""), execute(""), sync()}));
  script.expect_server(
      all({failing_parse(""), bind("", ""), describe_portal(""), execute(""), sync()}));
  script.server(all({provoked(), ready()}))
      .expect_client(all({error("42501", "not for this role"), ready()}));
  check(script);
}

TEST(Refusal, EarlierWorkOfTheBatchFailsWithIt) {
  Script script = refusing();
  script.client(all({parse("", "INSERT INTO t VALUES (1)"), bind("", ""), execute(""),
                     parse("s", kSecret), sync()}));
  script.expect_server(all(
      {parse("", "INSERT INTO t VALUES (1)"), bind("", ""), execute(""), failing_parse(), sync()}));
  script.server(
      all({parse_complete(), bind_complete(), complete("INSERT 0 1"), provoked(), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), complete("INSERT 0 1"),
                            error("42501", "not for this role"), ready()}));
  check(script);
}

TEST(Refusal, AQueryBehindUnsyncedWorkFailsUpstream) {
  Script script = refusing();
  script.client(
      all({parse("", "INSERT INTO t VALUES (1)"), bind("", ""), execute(""), query(kSecret)}));
  script.expect_server(all({parse("", "INSERT INTO t VALUES (1)"), bind("", ""), execute(""),
                            query("SELECT pg_catalog.pgveil_refused()")}));
  script.server(
      all({parse_complete(), bind_complete(), complete("INSERT 0 1"), provoked(), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), complete("INSERT 0 1"),
                            error("42501", "not for this role"), ready()}));
  check(script);
}

TEST(Refusal, FunctionCallsAreRefused) {
  Script script;
  script.client(function_call());
  script.expect_client(all({error("0A000", "calls of functions by message are not supported", "",
                                  "Call the function in a SELECT statement."),
                            ready()}));
  script.expect_nothing_upstream();
  check(script);
}

TEST(Refusal, FunctionCallsOfLargeObjectsPass) {
  Script script;
  script.client(function_call(952)).expect_server(function_call(952));
  script.server(all({function_result(), ready('T')}))
      .expect_client(all({function_result(), ready('T')}));
  script.client(function_call(954)).expect_server(function_call(954));
  script.server(all({error("42704", "invalid large-object descriptor: 0"), ready('E')}));
  script.expect_client(all({error("42704", "invalid large-object descriptor: 0"), ready('E')}));
  check(script);
}

TEST(Refusal, SeveralCommandsInOneParse) {
  Script script;
  script.client(all({parse("", "SELECT 1; SELECT 2"), sync()}));
  script.expect_server(all({parse("", "pgveil_refused"), sync()}));
  script.server(all({provoked_syntax(), ready()}));
  script.expect_client(
      all({error("42601", "cannot insert multiple commands into a prepared statement"), ready()}));
  check(script);
}

TEST(Refusal, MessagesOverTheLimitAreRefusedAndTheSessionGoesOn) {
  proxy::SessionLimits limits;
  limits.max_message_bytes = 1'000;
  Script script(limits);
  const Bytes large = query("SELECT '" + std::string(5'000, 'x') + "'");
  script.client(large).expect_client(
      all({error("54000", "message is too large", "",
                 "max_message_bytes limits messages that pgveil must look into."),
           ready()}));
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  script.check_every_chunking();
}

TEST(Refusal, AMalformedMessageLeavesTheSessionUsable) {
  Script script;
  Bytes broken = query("SELECT 1");
  broken.back() = std::byte{'x'};  // no NUL at the end
  script.client(broken).expect_client(all({error("08P01", "invalid message format"), ready()}));
  script
      .client(all({Bytes{std::byte{'B'}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{5},
                         std::byte{'x'}},
                   sync()}))
      .expect_server(all({failing_parse(), sync()}));
  script.server(all({provoked(), ready()}))
      .expect_client(all({error("08P01", "invalid message format"), ready()}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
