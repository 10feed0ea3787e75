// COPY of what is not tagged passes; ReadyForQuery is counted by the server's state.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

constexpr const char* kIn = "COPY t FROM STDIN";

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(Copy, InBySimpleQuery) {
  Script script;
  script.client(query(kIn)).expect_server(query(kIn));
  script.server(copy_in()).expect_client(copy_in());
  const Bytes data = all({copy_data("1\n"), copy_data("2\n"), copy_done()});
  script.client(data).expect_server(data);
  script.server(all({complete("COPY 2"), ready()}))
      .expect_client(all({complete("COPY 2"), ready()}));
  check(script);
}

TEST(Copy, EverythingMayBeSentAhead) {
  Script script;
  const Bytes sent = all({query(kIn), copy_data("1\n"), copy_done(), query("SELECT 2")});
  script.client(sent).expect_server(sent);
  const Bytes answer = all({copy_in(), complete("COPY 1"), ready(), complete("SELECT 0"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Copy, TwoSyncsAroundItGiveOneReady) {
  Script script;
  const Bytes sent = all(
      {parse("", kIn), bind("", ""), execute(""), sync(), copy_data("1\n"), copy_done(), sync()});
  script.client(sent).expect_server(sent);
  const Bytes answer =
      all({parse_complete(), bind_complete(), copy_in(), complete("COPY 1"), ready()});
  script.server(answer).expect_client(answer);
  script.client(query("SELECT 2")).expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Copy, TwoSyncsAroundOneThatFailsEarlyGiveTwo) {
  Script script;
  const Bytes sent = all(
      {parse("", kIn), bind("", ""), execute(""), sync(), copy_data("1\n"), copy_done(), sync()});
  script.client(sent).expect_server(sent);
  const Bytes answer = all({error("42P01", "no t"), ready(), ready()});
  script.server(answer).expect_client(answer);
  script.client(query("SELECT 2")).expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Copy, ASyncDuringItIsIgnored) {
  Script script;
  const Bytes start = all({parse("", kIn), bind("", ""), execute(""), flush()});
  script.client(start).expect_server(start);
  script.server(all({parse_complete(), bind_complete(), copy_in()}))
      .expect_client(all({parse_complete(), bind_complete(), copy_in()}));
  script.client(all({sync(), copy_data("1\n"), copy_done(), sync()}))
      .expect_server(all({copy_data("1\n"), copy_done(), sync()}));
  script.server(all({complete("COPY 1"), ready()}))
      .expect_client(all({complete("COPY 1"), ready()}));
  check(script);
}

TEST(Copy, AFailureMidwayDropsTheRestOfTheData) {
  Script script;
  script.client(query(kIn)).expect_server(query(kIn));
  script.server(copy_in()).expect_client(copy_in());
  script.client(copy_data("x\n")).expect_server(copy_data("x\n"));
  script.server(all({error("22P02", "invalid input"), ready()}))
      .expect_client(all({error("22P02", "invalid input"), ready()}));
  const Bytes late = all({copy_data("y\n"), copy_done(), query("SELECT 2")});
  script.client(late).expect_server(late);
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(Copy, AFailureMidwayInABatchWaitsForSync) {
  Script script;
  const Bytes start = all({parse("", kIn), bind("", ""), execute(""), flush()});
  script.client(start).expect_server(start);
  script.server(all({parse_complete(), bind_complete(), copy_in(), error("22P02", "invalid")}))
      .expect_client(
          all({parse_complete(), bind_complete(), copy_in(), error("22P02", "invalid")}));
  script.client(all({copy_data("y\n"), copy_done(), sync()})).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(Copy, TheClientMayGiveUp) {
  Script script;
  script.client(query(kIn)).expect_server(query(kIn));
  script.server(copy_in()).expect_client(copy_in());
  script.client(copy_fail("no more")).expect_server(copy_fail("no more"));
  script.server(all({error("57014", "COPY from stdin failed: no more"), ready()}))
      .expect_client(all({error("57014", "COPY from stdin failed: no more"), ready()}));
  check(script);
}

TEST(Copy, Out) {
  Script script;
  script.client(query("COPY t TO STDOUT")).expect_server(query("COPY t TO STDOUT"));
  const Bytes answer = all(
      {copy_out(), copy_data("1\n"), copy_data("2\n"), copy_done(), complete("COPY 2"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Copy, TwoInOneQuery) {
  Script script;
  const std::string both = std::string(kIn) + "; " + kIn;
  script.client(query(both)).expect_server(query(both));
  const Bytes data = all({copy_data("1\n"), copy_done(), copy_data("2\n"), copy_done()});
  script.server(copy_in()).expect_client(copy_in());
  script.client(data).expect_server(data);
  const Bytes answer = all({complete("COPY 1"), copy_in(), complete("COPY 1"), ready()});
  script.server(answer).expect_client(answer);
  check(script);
}

TEST(Copy, StrayDataIsLeftToTheServer) {
  Script script;
  const Bytes stray = all({copy_done(), copy_data("x"), query("SELECT 1")});
  script.client(stray).expect_server(stray);
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

}  // namespace
}  // namespace pgveil::sim
