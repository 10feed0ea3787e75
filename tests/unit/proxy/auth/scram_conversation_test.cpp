// Whole SCRAM exchanges: RFC 7677's own, and pgveil as server for a client and as client of a server,
// each broken at every step.
#include "proxy/auth/scram_client.hpp"
#include "proxy/auth/scram_message.hpp"
#include "proxy/auth/scram_server.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {

namespace {

crypto::Bytes salt() {
  crypto::Bytes bytes;
  EXPECT_TRUE(crypto::base64_decode("W22ZaJ0SNY7soEsUEjb6gQ==", bytes));
  return bytes;
}

crypto::ScramVerifier verifier(std::string_view password = "pencil") {
  auto made = crypto::make_scram_verifier(password, salt());
  EXPECT_TRUE(made);
  return std::move(*made);
}

ScramServer server(std::optional<crypto::Bytes> end_point = std::nullopt, bool known = true) {
  return ScramServer("user", verifier(), known, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                     std::move(end_point));
}

/// What a client with the password knows.
ScramKeys keys_of(std::string_view password) {
  auto salted = crypto::scram_salted_password(password, salt(), 4096);
  EXPECT_TRUE(salted);
  ScramKeys keys;
  keys.client_key = crypto::scram_client_key(*salted);
  keys.server_key = crypto::scram_server_key(*salted);
  keys.salt = salt();
  keys.iterations = 4096;
  return keys;
}

constexpr std::string_view kNonce = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

TEST(ScramServer, SpeaksTheExchangeOfRfc7677) {
  ScramServer scram = server();
  ASSERT_TRUE(scram.select("SCRAM-SHA-256"));
  const auto first = scram.on_first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(first.reply, std::string(kNonce) + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
  const auto final = scram.on_final("c=biws," + std::string(kNonce) +
                                    ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  ASSERT_TRUE(final.keys);
  EXPECT_EQ(final.reply, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  const ScramKeys expected = keys_of("pencil");
  EXPECT_TRUE(crypto::ct_equal(final.keys->client_key.expose(), expected.client_key.expose()));
}

struct Exchange {
  std::optional<std::string> sqlstate;  // of the failure, if any
  bool proved = false;                  // the server to the client
  std::optional<ScramKeys> keys;
};

Exchange run(ScramServer& scram, ScramClient& client) {
  Exchange outcome;
  if (!scram.select(client.mechanism())) {
    outcome.sqlstate = "mechanism";
    return outcome;
  }
  auto step = scram.on_first(client.first());
  if (!step.error) {
    const auto final = client.on_server_first(step.reply);
    if (!final) {
      outcome.sqlstate = "client";
      return outcome;
    }
    step = scram.on_final(*final);
  }
  if (step.error) {
    outcome.sqlstate = std::string(step.error->sqlstate());
    return outcome;
  }
  outcome.proved = client.on_server_final(step.reply);
  outcome.keys = std::move(step.keys);
  return outcome;
}

TEST(Scram, KeysRecoveredFromAProofLogInFurtherUp) {
  const ScramKeys password = keys_of("pencil");
  ScramServer pgveil = server();
  ScramClient program(password, "abc", std::nullopt, false);
  const Exchange down = run(pgveil, program);
  ASSERT_TRUE(down.keys);
  EXPECT_TRUE(down.proved);

  ScramServer upstream = server();
  ScramClient proxy(*down.keys, "def", std::nullopt, false);
  const Exchange up = run(upstream, proxy);
  EXPECT_TRUE(up.keys);
  EXPECT_TRUE(up.proved);
}

TEST(Scram, WrongPasswordAndUnknownUserLookTheSame) {
  const ScramKeys wrong = keys_of("pen");
  ScramServer known = server();
  ScramClient client_1(wrong, "abc", std::nullopt, false);
  EXPECT_EQ(run(known, client_1).sqlstate, "28P01");

  ScramServer unknown = server(std::nullopt, false);  // even a right proof does not help
  const ScramKeys right = keys_of("pencil");
  ScramClient client_2(right, "abc", std::nullopt, false);
  EXPECT_EQ(run(unknown, client_2).sqlstate, "28P01");
}

TEST(Scram, PlusBindsToTheChannel) {
  const crypto::Bytes ours(32, std::byte{1});
  const crypto::Bytes other(32, std::byte{2});
  const ScramKeys keys = keys_of("pencil");
  ScramServer same = server(ours);
  ScramClient client_1(keys, "abc", ours, true);
  EXPECT_TRUE(run(same, client_1).keys);

  ScramServer moved = server(ours);
  ScramClient client_2(keys, "abc", other, true);
  EXPECT_EQ(run(moved, client_2).sqlstate, "28000");
}

TEST(Scram, ADowngradeIsNoticed) {
  const ScramKeys keys = keys_of("pencil");
  ScramServer offers = server(crypto::Bytes(32));
  ScramClient client(keys, "abc", std::nullopt, true);  // y: thinks that we cannot
  EXPECT_EQ(run(offers, client).sqlstate, "28000");

  ScramServer cannot = server();
  ScramClient honest(keys, "abc", std::nullopt, true);
  EXPECT_TRUE(run(cannot, honest).keys);
}

TEST(Scram, FlagAndMechanismMustAgree) {
  ScramServer plus = server(crypto::Bytes(32));
  ASSERT_TRUE(plus.select("SCRAM-SHA-256-PLUS"));
  EXPECT_EQ(plus.on_first("n,,n=,r=abc").error->sqlstate(), "08P01");

  ScramServer plain = server(crypto::Bytes(32));
  ASSERT_TRUE(plain.select("SCRAM-SHA-256"));
  EXPECT_EQ(plain.on_first("p=tls-server-end-point,,n=,r=abc").error->sqlstate(), "08P01");
}

TEST(Scram, OnlyWhatIsOfferedCanBeSelected) {
  ScramServer plain = server();
  EXPECT_FALSE(plain.select("SCRAM-SHA-256-PLUS"));
  EXPECT_FALSE(plain.select("SCRAM-SHA-1"));
  EXPECT_EQ(plain.mechanisms().size(), 1U);
  EXPECT_EQ(server(crypto::Bytes(32)).mechanisms().front(), "SCRAM-SHA-256-PLUS");
}

TEST(Scram, ANonceThatIsNotOursIsRefused) {
  ScramServer scram = server();
  ASSERT_TRUE(scram.select(kScram));
  ASSERT_FALSE(scram.on_first("n,,n=,r=abc").error);
  const auto final =
      scram.on_final("c=biws,r=abcxyz,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  ASSERT_TRUE(final.error);
  EXPECT_EQ(final.error->sqlstate(), "08P01");
}

TEST(Scram, TheHeaderOfTheFirstMessageIsBound) {
  ScramServer scram = server();
  ASSERT_TRUE(scram.select(kScram));
  ASSERT_FALSE(scram.on_first("y,,n=user,r=rOprNGfwEbeRWgbNEkqO").error);
  const auto final = scram.on_final("c=biws," + std::string(kNonce) +
                                    ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  ASSERT_TRUE(final.error);
  EXPECT_EQ(final.error->sqlstate(), "28000");
}

TEST(ScramClient, NoticesAVerifierThatDiffers) {
  ScramKeys keys = keys_of("pencil");
  keys.iterations = 8192;
  ScramServer upstream = server();
  ScramClient client(keys, "abc", std::nullopt, false);
  EXPECT_EQ(run(upstream, client).sqlstate, "client");
  EXPECT_EQ(client.failure(), ScramClient::Failure::VerifierDiffers);
}

TEST(ScramClient, NoticesAnImpostor) {
  const ScramKeys keys = keys_of("pencil");
  ScramClient client(keys, "abc", std::nullopt, false);
  (void)client.first();
  ASSERT_TRUE(client.on_server_first("r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
  EXPECT_FALSE(client.on_server_final("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  EXPECT_EQ(client.failure(), ScramClient::Failure::Impostor);
}

TEST(ScramClient, RefusesAReflectedNonce) {
  const ScramKeys keys = keys_of("pencil");
  for (const char* nonce : {"abc", "ab", "xabc"}) {
    ScramClient client(keys, "abc", std::nullopt, false);
    (void)client.first();
    EXPECT_FALSE(
        client.on_server_first("r=" + std::string(nonce) + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
  }
}

}  // namespace

}  // namespace pgveil::proxy
