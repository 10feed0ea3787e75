#include "crypto/bytes.hpp"

#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::crypto {
namespace {

struct Base64Case {
  const char* text;
  const char* base64;
};

// RFC 4648, 10.
const Base64Case kBase64Cases[] = {{"", ""},
                                   {"f", "Zg=="},
                                   {"fo", "Zm8="},
                                   {"foo", "Zm9v"},
                                   {"foob", "Zm9vYg=="},
                                   {"fooba", "Zm9vYmE="},
                                   {"foobar", "Zm9vYmFy"}};

TEST(Base64, GoesBothWays) {
  for (const auto& c : kBase64Cases) {
    EXPECT_EQ(base64_encode(as_bytes(c.text)), c.base64);
    Bytes back;
    ASSERT_TRUE(base64_decode(c.base64, back)) << c.base64;
    EXPECT_EQ(as_text(back), c.text);
  }
}

TEST(Base64, RefusesOtherSpellings) {
  for (const char* text :
       {"Z", "Zg=", "Zg", "Z===", "====", "Zh==", "Zm9=", "Zm 9v", "Zg==Zg==", "Zm9v\n"}) {
    Bytes out;
    EXPECT_FALSE(base64_decode(text, out)) << text;
  }
}

TEST(Hex, GoesBothWays) {
  EXPECT_EQ(hex_encode(hex("00fF10")), "00ff10");
  Bytes out;
  EXPECT_FALSE(hex_decode("0", out));
  EXPECT_FALSE(hex_decode("0g", out));
}

TEST(CtEqual, ComparesContentAndLength) {
  EXPECT_TRUE(ct_equal({}, {}));
  EXPECT_TRUE(ct_equal(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(ct_equal(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(ct_equal(as_bytes("abc"), as_bytes("ab")));
}

TEST(Sha256, GivesTheKnownAnswer) {  // FIPS 180-4, "abc"
  EXPECT_EQ(hex_encode(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace pgveil::crypto
