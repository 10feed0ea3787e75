#include "crypto/key_wrap.hpp"

#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::crypto {
namespace {

struct WrapCase {
  const char* name;
  const char* kek;
  const char* key;
  const char* wrapped;
};

// RFC 3394, 4.3, 4.5 and 4.6 (256-bit key-encryption key).
const char kKek[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const WrapCase kWrapCases[] = {
    {"128_bits", kKek, "00112233445566778899aabbccddeeff",
     "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
    {"192_bits", kKek, "00112233445566778899aabbccddeeff0001020304050607",
     "a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1"},
    {"256_bits", kKek, "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
     "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"}};

TEST(AesWrap, GivesRfc3394) {
  for (const auto& c : kWrapCases) {
    const SecretBytes kek = SecretBytes::copy_of(hex(c.kek));
    const auto wrapped = aes_wrap(kek, SecretBytes::copy_of(hex(c.key)));
    ASSERT_TRUE(wrapped.has_value()) << c.name;
    EXPECT_EQ(hex_encode(*wrapped), c.wrapped) << c.name;
    const auto back = aes_unwrap(kek, *wrapped);
    ASSERT_TRUE(back.has_value()) << c.name;
    EXPECT_EQ(hex_encode((*back).expose()), c.key) << c.name;
  }
}

TEST(WrapKey, ReturnsWhatWasWrapped) {
  const SecretBytes kek = counting_secret(0);
  const auto row = wrap_key(kek, counting_secret(9), "value:1:1");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ((*row).wrapped.size(), 40U);
  EXPECT_EQ((*row).commitment.size(), 32U);
  const auto key = unwrap_key(kek, *row, "value:1:1");
  ASSERT_TRUE(key.has_value());
  EXPECT_TRUE(ct_equal((*key).expose(), counting_secret(9).expose()));
}

TEST(WrapKey, AnotherKekIsAnError) {
  const auto row = wrap_key(counting_secret(0), counting_secret(9), "value:1:1");
  const auto key = unwrap_key(counting_secret(1), *row, "value:1:1");
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().code, Errc::WrongKey);
}

TEST(WrapKey, AMovedRowIsAnError) {
  const auto row = wrap_key(counting_secret(0), counting_secret(9), "value:1:1");
  EXPECT_EQ(unwrap_key(counting_secret(0), *row, "term:1:1").error().code, Errc::WrongKey);
}

TEST(WrapKey, EveryFlippedBitIsAnError) {
  const SecretBytes kek = counting_secret(0);
  const auto row = wrap_key(kek, counting_secret(9), "value:1:1");
  for (std::size_t bit = 0; bit < (40 + 32) * 8; ++bit) {
    WrappedKey bad = *row;
    Bytes& bytes = bit < 320 ? bad.wrapped : bad.commitment;
    bytes[bit % 320 / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(unwrap_key(kek, bad, "value:1:1").has_value()) << bit;
  }
}

TEST(WrapKey, OddSizesAreErrors) {
  for (const std::size_t size : {0U, 8U, 16U, 23U, 41U, 100'000U}) {
    EXPECT_EQ(aes_unwrap(counting_secret(0), Bytes(size)).error().code, Errc::Malformed) << size;
  }
}

struct HmacCase {
  const char* key;
  const char* data;
  const char* hash;
};

TEST(Hmac, GivesRfc4231) {  // test cases 1 to 3 and 6
  const std::string long_key(262, 'a');
  const HmacCase cases[] = {{"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
                             "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
                            {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
                             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
                            {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                             "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                             "dddddddddddddddddddddddddddddddd",
                             "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
                            {long_key.c_str(),
                             "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204"
                             "b6579202d2048617368204b"
                             "6579204669727374",
                             "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"}};
  for (const auto& c : cases) {
    EXPECT_EQ(hex_encode(hmac_sha256(SecretBytes::copy_of(hex(c.key)), hex(c.data))), c.hash);
  }
}

}  // namespace
}  // namespace pgveil::crypto
