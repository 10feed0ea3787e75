#include "crypto/scram.hpp"

#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pgveil::crypto {
namespace {

// RFC 7677, 3.
const char kAuthMessage[] =
    "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const char kProof[] = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const char kServerSignature[] = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

Bytes base64(std::string_view text) {
  Bytes out;
  EXPECT_TRUE(base64_decode(text, out));
  return out;
}

ScramVerifier pencil() {
  return std::move(*make_scram_verifier("pencil", base64("W22ZaJ0SNY7soEsUEjb6gQ==")));
}

TEST(Scram, GivesRfc7677) {
  const auto salted = scram_salted_password("pencil", base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
  ASSERT_TRUE(salted.has_value());
  EXPECT_EQ(base64_encode(scram_client_proof(scram_client_key(*salted), kAuthMessage)), kProof);
  EXPECT_EQ(base64_encode(scram_server_signature(scram_server_key(*salted), kAuthMessage)),
            kServerSignature);
}

TEST(Scram, RecoversTheClientKeyFromARightProof) {
  const ScramVerifier verifier = pencil();
  const auto key = scram_recover_client_key(verifier.stored_key, base64(kProof), kAuthMessage);
  ASSERT_TRUE(key.has_value());
  // With it pgveil makes a proof of its own, for the server's exchange.
  EXPECT_EQ(base64_encode(scram_client_proof(*key, kAuthMessage)), kProof);
}

TEST(Scram, EveryFlippedBitOfAProofIsRefused) {
  const ScramVerifier verifier = pencil();
  const Bytes right = base64(kProof);
  for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
    Bytes wrong = right;
    wrong[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(scram_recover_client_key(verifier.stored_key, wrong, kAuthMessage).has_value());
  }
  EXPECT_FALSE(scram_recover_client_key(verifier.stored_key, {}, kAuthMessage).has_value());
}

TEST(ScramVerifier, ReadsWhatPostgresqlStores) {
  // CREATE ROLE … PASSWORD 'pencil' with the salt of RFC 7677.
  const std::string text = print_scram_verifier(pencil());
  EXPECT_EQ(
      text,
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  const auto back = parse_scram_verifier(text);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(print_scram_verifier(*back), text);
  EXPECT_EQ(print_scram_verifier((*back).duplicate()), text);
}

TEST(ScramVerifier, RefusesWhatIsNone) {
  const char* cases[] = {
      "",
      "md5a3556571e93b0d20722ba62be61e8c2d",
      "secret",
      "SCRAM-SHA-256$",
      "SCRAM-SHA-256$4096:AA==",
      "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
      "SCRAM-SHA-256$4096x:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3A==:"
      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="};
  for (const char* text : cases) {
    EXPECT_FALSE(parse_scram_verifier(text).has_value()) << text;
  }
}

TEST(ScramVerifier, OfNobodyIsStableAndDiffersByName) {
  const SecretBytes seed = counting_secret(3);
  EXPECT_EQ(mock_scram_verifier(seed, "ann").salt, mock_scram_verifier(seed, "ann").salt);
  EXPECT_NE(mock_scram_verifier(seed, "ann").salt, mock_scram_verifier(seed, "bob").salt);
  EXPECT_EQ(mock_scram_verifier(seed, "ann").salt.size(), 16U);
}

TEST(ScramNonce, IsPrintableAndNew) {
  const auto a = scram_nonce();
  const auto b = scram_nonce();
  EXPECT_EQ((*a).size(), 24U);
  EXPECT_NE(*a, *b);
  EXPECT_TRUE(std::ranges::all_of(*a, [](char c) { return c > ' ' && c <= '~' && c != ','; }));
}

}  // namespace
}  // namespace pgveil::crypto
