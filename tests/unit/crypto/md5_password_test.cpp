#include "crypto/md5_password.hpp"

#include <gtest/gtest.h>

namespace pgveil::crypto {
namespace {

TEST(Md5Password, TheStoredFormIsThatOfPostgres) {
  const auto made = make_md5_verifier(SecretBytes::copy_of(as_bytes("amy-secret")), "amy");
  ASSERT_TRUE(made);
  EXPECT_EQ(as_text(made->expose()), "283686b4293c7ba80211b6f2df644369");
}

TEST(Md5Password, TheAnswerIsThatOfPostgres) {
  const auto verifier = parse_md5_verifier("md5283686b4293c7ba80211b6f2df644369");
  ASSERT_TRUE(verifier);
  EXPECT_EQ(md5_response(*verifier, as_bytes("abcd")), "md51751bd0648ef6f4107227ea70a5b4990");
}

TEST(Md5Password, OtherFormsAreNone) {
  EXPECT_FALSE(parse_md5_verifier(""));
  EXPECT_FALSE(parse_md5_verifier("md5"));
  EXPECT_FALSE(parse_md5_verifier("md5283686b4293c7ba80211b6f2df6443690"));
  EXPECT_FALSE(parse_md5_verifier("MD5283686b4293c7ba80211b6f2df644369"));
  EXPECT_FALSE(parse_md5_verifier("md5zz0000000000000000000000000000zz"));
  EXPECT_FALSE(parse_md5_verifier("SCRAM-SHA-256$4096:c2FsdA==$x:y"));
}

}  // namespace
}  // namespace pgveil::crypto
