// What touches no tagged column goes through as it is, in either protocol.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(Pass, ASimpleQueryIsForwardedByteForByte) {
  Script script;
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  const Bytes answer = all({columns({{"?column?"}}), row({"1"}), complete("SELECT 1"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Pass, AnEmptyQueryIsForwarded) {
  Script script;
  script.client(query(" ; ")).expect_server(query(" ; "));
  script.server(all({empty_query(), ready()})).expect_client(all({empty_query(), ready()}));
  check(script);
}

TEST(Pass, SeveralStatementsOfOneTextStayOneQuery) {
  Script script;
  script.client(query("INSERT INTO a VALUES (1); SELECT 2"))
      .expect_server(query("INSERT INTO a VALUES (1); SELECT 2"));
  const Bytes answer =
      all({complete("INSERT 0 1"), columns({{"c"}}), row({"2"}), complete("SELECT 1"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Pass, AnErrorEndsTheQuery) {
  Script script;
  script.client(query("SELECT 1/0; SELECT 2")).expect_server(query("SELECT 1/0; SELECT 2"));
  const Bytes answer = all({error("22012", "division by zero"), ready()});
  script.server(answer).expect_client(answer);
  script.client(query("SELECT 3")).expect_server(query("SELECT 3"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Pass, TheExtendedProtocolIsForwarded) {
  Script script;
  const Bytes batch = all({parse("", "SELECT $1::int", {23}), bind("", "", {"7"}, {1}),
                           describe_portal(""), execute(""), sync()});
  script.client(batch).expect_server(batch);
  const Bytes answer = all({parse_complete(), bind_complete(), columns({{"int4", 23, 1}}),
                            row({"7"}), complete("SELECT 1"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Pass, APortalIsReadInParts) {
  Script script;
  const Bytes first =
      all({parse("s", "SELECT i FROM t"), bind("c", "s"), execute("c", 1), flush()});
  script.client(first).expect_server(first);
  const Bytes part = all({parse_complete(), bind_complete(), row({"1"}), suspended()});
  script.server(part).expect_client(part);
  const Bytes second = all({execute("c", 1), close_portal("c"), sync()});
  script.client(second).expect_server(second);
  const Bytes rest = all({row({"2"}), complete("SELECT 1"), close_complete(), ready()});
  script.server(rest).expect_client(rest);
  check(script);
}

TEST(Pass, AnErrorInAPipelineSkipsToSync) {
  Script script;
  const Bytes batch = all({parse("", "SELECT 1/0"), bind("", ""), execute(""),
                           parse("", "SELECT 2"), bind("", ""), execute(""), sync()});
  script.client(batch).expect_server(batch);
  const Bytes answer =
      all({parse_complete(), bind_complete(), error("22012", "division by zero"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Pass, WhatFollowsAnErrorIsDroppedUpToSync) {
  Script script;
  script.client(all({parse("", "SELECT x"), flush()}))
      .expect_server(all({parse("", "SELECT x"), flush()}));
  script.server(error("42703", "no column")).expect_client(error("42703", "no column"));
  // The server would skip them as well.
  script.client(all({bind("", ""), execute(""), query("SELECT 1")})).expect_nothing_upstream();
  script.client(sync()).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Pass, QueriesMayBeSentAhead) {
  Script script;
  const Bytes both = all({query("SELECT 1"), query("SELECT 2")});
  script.client(both).expect_server(both);
  const Bytes answers =
      all({row({"1"}), complete("SELECT 1"), ready(), row({"2"}), complete("SELECT 1"), ready()});
  script.server(answers).expect_client(answers);
  check(script);
}

TEST(Pass, DescribeAndCloseAreForwarded) {
  Script script;
  const Bytes batch = all({parse("s", "SELECT 1"), describe_statement("s"), close_statement("s"),
                           close_statement("unknown"), sync()});
  script.client(batch).expect_server(batch);
  const Bytes answer = all({parse_complete(), parameters({}), columns({{"c"}}), close_complete(),
                            close_complete(), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Pass, ALargeRowStreams) {
  Script script;
  script.client(query("SELECT big")).expect_server(query("SELECT big"));
  const Bytes big = row({std::string(300'000, 'x')});
  const Bytes half(big.begin(), big.begin() + 150'000);
  const Bytes rest(big.begin() + 150'000, big.end());
  script.server(half).expect_client(half);
  script.server(rest).expect_client(rest);
  script.server(all({complete("SELECT 1"), ready()}))
      .expect_client(all({complete("SELECT 1"), ready()}));
  script.run();
}

TEST(Pass, ALargeBindOfAPassStatementStreams) {
  Script script;
  script.client(all({parse("s", "INSERT INTO t VALUES ($1)"), sync()}))
      .expect_server(all({parse("s", "INSERT INTO t VALUES ($1)"), sync()}));
  script.server(all({parse_complete(), ready()})).expect_client(all({parse_complete(), ready()}));
  const Bytes big = bind("", "s", {std::string(300'000, 'x')});
  const Bytes half(big.begin(), big.begin() + 150'000);
  const Bytes rest(big.begin() + 150'000, big.end());
  script.client(half).expect_server(half);
  script.client(rest).expect_server(rest);
  script.client(all({execute(""), sync()})).expect_server(all({execute(""), sync()}));
  const Bytes answer = all({bind_complete(), complete("INSERT 0 1"), ready()});
  script.server(answer).expect_client(answer);
  script.run();
}

TEST(Pass, IdleMessagesAreForwarded) {
  Script script;
  script.server(notification("beds")).expect_client(notification("beds"));
  script.server(setting("TimeZone", "UTC")).expect_client(setting("TimeZone", "UTC"));
  script.server(notice("hello")).expect_client(notice("hello"));
  script.server(fatal("57P01", "terminating connection due to administrator command"))
      .expect_client(fatal("57P01", "terminating connection due to administrator command"));
  script.expect_finished().expect_server(terminate());
  script.run();
}

TEST(Pass, TerminateIsForwardedAndEndsTheSession) {
  Script script;
  script.client(terminate()).expect_server(terminate()).expect_finished();
  script.run();
  script.check_every_chunking();
}

TEST(Pass, EofAfterAQueryLetsItFinish) {
  Script script;
  script.client(query("INSERT INTO t VALUES (1)")).client_eof();
  script.expect_server(all({query("INSERT INTO t VALUES (1)"), terminate()}));
  script.server(all({complete("INSERT 0 1"), ready()}))
      .expect_client(all({complete("INSERT 0 1"), ready()}))
      .expect_finished();
  script.run();
}

TEST(Pass, AServerThatGoesAwayIsReported) {
  Script script;
  script.client(query("SELECT 1")).expect_server(query("SELECT 1"));
  script.server_eof().expect_finished();
  script.expect_client(fatal("08006", "the server closed the connection"));
  script.run();
}

TEST(Pass, UnknownMessagesEndTheSession) {
  Script script;
  Bytes unknown = sync();
  unknown[0] = std::byte{'p'};
  script.client(unknown).expect_finished();
  script.expect_client(fatal("08P01", "invalid frontend message type 112"));
  script.expect_server(terminate());
  script.run();
}

TEST(Pass, AnImpossibleLengthClosesWithoutAWord) {
  Script script;
  script.client({std::byte{'Q'}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{2}});
  script.expect_finished().expect_silence().expect_server(terminate());
  script.run();
}

TEST(Pass, RowsThatNobodyAskedForEndTheSession) {
  Script script;
  script.server(row({"sealed:x"})).expect_finished();
  script.expect_client(fatal("08P01", "the server sent a message that nothing asked for"));
  script.expect_server(terminate());
  script.run();
}

TEST(Pass, ADeadlineIsTold) {
  Script script;
  script.deadline("57P05").expect_client(fatal("57P05", "terminating connection"));
  script.expect_server(terminate()).expect_finished();
  script.run();
}

}  // namespace
}  // namespace pgveil::sim
