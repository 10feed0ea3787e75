#include "crypto/audit_chain.hpp"

#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pgveil::crypto {
namespace {

TEST(AuditChain, DependsOnEveryRecordAndItsOrder) {
  const Hash start = audit_chain_start();
  const Hash ab = audit_chain_next(audit_chain_next(start, as_bytes("a")), as_bytes("b"));
  const Hash ba = audit_chain_next(audit_chain_next(start, as_bytes("b")), as_bytes("a"));
  EXPECT_NE(ab, ba);
  EXPECT_NE(audit_chain_next(start, {}), start);
  EXPECT_NE(audit_record_hash(as_bytes("a")), audit_chain_next(Hash(), as_bytes("a")));
}

TEST(AuditChain, IsSha256WithAPrefix) {
  Bytes input{std::byte{2}};
  const Hash start = audit_chain_start();
  input.insert(input.end(), start.begin(), start.end());
  input.push_back(std::byte{'a'});
  EXPECT_EQ(audit_chain_next(start, as_bytes("a")), sha256(input));
}

TEST(Checkpoint, VerifiesUnderItsKeyOnly) {
  const auto signer = CheckpointSigner::generate();
  const auto other = CheckpointSigner::from_seed(counting_secret(0));
  ASSERT_TRUE(signer.has_value() && other.has_value());
  const auto signature = (*signer).sign("count 3");
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(verify_checkpoint((*signer).verify_key(), "count 3", *signature));
  EXPECT_FALSE(verify_checkpoint((*signer).verify_key(), "count 4", *signature));
  EXPECT_FALSE(verify_checkpoint((*other).verify_key(), "count 3", *signature));
  Signature bent = *signature;
  bent[5] ^= std::byte{1};
  EXPECT_FALSE(verify_checkpoint((*signer).verify_key(), "count 3", bent));
  // Signed with a prefix: a signature of the bare text is none.
  EXPECT_FALSE(ed25519_verify((*signer).verify_key(), as_bytes("count 3"), *signature));
}

TEST(Checkpoint, ASeedGivesTheSameKeyAgain) {
  const auto signer = CheckpointSigner::generate();
  const auto again = CheckpointSigner::from_seed((*signer).seed().duplicate());
  EXPECT_EQ((*signer).verify_key(), (*again).verify_key());
  EXPECT_FALSE(CheckpointSigner::from_seed(SecretBytes(31)).has_value());
}

struct Ed25519Case {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};

TEST(Ed25519, GivesRfc8032) {  // 7.1, tests 1 and 3
  const Ed25519Case cases[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
       "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
       "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}};
  for (const auto& c : cases) {
    const auto signature = ed25519_sign(SecretBytes::copy_of(hex(c.seed)), hex(c.message));
    ASSERT_TRUE(signature.has_value());
    EXPECT_EQ(hex_encode(*signature), c.signature);
    VerifyKey key{};
    std::ranges::copy(hex(c.key), key.begin());
    EXPECT_TRUE(ed25519_verify(key, hex(c.message), *signature));
  }
}

}  // namespace
}  // namespace pgveil::crypto
