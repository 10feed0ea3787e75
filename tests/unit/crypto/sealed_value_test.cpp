#include "crypto/sealed_value.hpp"

#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace pgveil::crypto {
namespace {

constexpr FieldId kField{0x01020304};

Bytes sealed(const ValueKey& key,
             ByteView plain,
             const CarriedTerms& terms = {},
             std::uint16_t pad = 0) {
  Bytes out;
  EXPECT_TRUE(seal(key, plain, terms, pad, out).has_value());
  return out;
}

CarriedTerms all_terms() {
  CarriedTerms terms;
  terms.generation = Generation{9};
  terms.equality = Term{std::byte{1}};
  terms.folded = Term{std::byte{2}};
  terms.text = "01234567 89abcdef";
  return terms;
}

TEST(Seal, TenBytesWithoutTermsMakeFortyFive) {
  const auto key = value_key(kField, 5);
  const Bytes cell = sealed(*key, as_bytes("0123456789"));
  EXPECT_EQ(cell.size(), 45U);
  EXPECT_EQ(hex_encode(ByteView(cell).first(7)), "f8010102030405");
}

TEST(Seal, PutsTermsWhereSqlFindsThem) {
  const auto key = value_key(kField, 5);
  const Bytes cell = sealed(*key, as_bytes("x"), all_terms());
  EXPECT_EQ(hex_encode(ByteView(cell).first(8 + 32 + 4)),
            "ff01010203040509"
            "01000000000000000000000000000000"
            "02000000000000000000000000000000"
            "01010011");
  EXPECT_EQ(as_text(ByteView(cell).subspan(44, 17)), "01234567 89abcdef");
}

TEST(Seal, NeverGivesTheSameBytesTwice) {
  const auto key = value_key(kField, 5);
  EXPECT_NE(sealed(*key, as_bytes("x")), sealed(*key, as_bytes("x")));
}

TEST(Seal, PadsToAMultiple) {
  const auto key = value_key(kField, 5);
  for (std::size_t size = 0; size < 70; ++size) {
    const Bytes plain(size, std::byte{0x80});
    const Bytes cell = sealed(*key, plain, {}, 16);
    EXPECT_EQ(cell.size(), kMinSealedSize + (size / 16 + 1) * 16);
    Bytes out;
    ASSERT_TRUE(open(*key, *read_sealed(cell), out).has_value());
    EXPECT_EQ(out, plain);
  }
}

TEST(Open, AppendsAndLeavesTheRestOnFailure) {
  const auto key = value_key(kField, 5);
  Bytes cell = sealed(*key, as_bytes("x"));
  Bytes out{std::byte{'a'}};
  ASSERT_TRUE(open(*key, *read_sealed(cell), out).has_value());
  EXPECT_EQ(as_text(out), "ax");
  cell.back() ^= std::byte{1};
  EXPECT_EQ(open(*key, *read_sealed(cell), out).error().code, Errc::BadTag);
  EXPECT_EQ(as_text(out), "ax");
  cell.back() ^= std::byte{1};
  EXPECT_TRUE(open(*key, *read_sealed(cell), out).has_value());  // the context recovers
}

TEST(Open, TakesTheRightKeyOnly) {
  const auto key = value_key(kField, 5);
  const Bytes cell = sealed(*key, as_bytes("x"));
  Bytes out;
  EXPECT_EQ(open(*value_key(FieldId{1}, 5), *read_sealed(cell), out).error().code,
            Errc::WrongField);
  EXPECT_EQ(open(*value_key(kField, 6), *read_sealed(cell), out).error().code,
            Errc::UnknownGeneration);
  EXPECT_EQ(open(*value_key(kField, 5, 1), *read_sealed(cell), out).error().code, Errc::BadTag);
}

TEST(ReadSealed, EveryCutIsMalformed) {
  const auto key = value_key(kField, 5);
  const Bytes cell = sealed(*key, {}, all_terms());
  for (std::size_t size = 0; size < cell.size(); ++size) {
    EXPECT_FALSE(read_sealed(ByteView(cell).first(size)).has_value()) << size;
  }
  EXPECT_TRUE(read_sealed(cell).has_value());
}

TEST(ReadSealed, RefusesOtherFormats) {
  Bytes cell = sealed(*value_key(kField, 5), as_bytes("x"));
  cell[0] = std::byte{0x78};
  EXPECT_EQ(read_sealed(cell).error().code, Errc::Malformed);
  cell[0] = std::byte{0xF8};
  cell[1] = std::byte{3};
  EXPECT_EQ(read_sealed(cell).error().code, Errc::UnknownSuite);
}

/// Lines of `name key-hex field generation sealed-hex plaintext-hex`; # begins a comment.
TEST(GoldenFormats, WhatWasSealedOnceOpensForEver) {
  std::ifstream in("tests/golden/formats/sealed_value_v1.txt");
  ASSERT_TRUE(in.is_open());
  int count = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    std::string key_hex;
    std::string cell;
    std::string plain;
    std::uint32_t field = 0;
    unsigned generation = 0;
    if (!(words >> name >> key_hex >> field >> generation >> cell) || name[0] == '#') {
      continue;
    }
    words >> plain;
    const ValueKey key(FieldId{field}, Generation(generation), SecretBytes::copy_of(hex(key_hex)));
    const Bytes bytes = hex(cell);
    const auto view = read_sealed(bytes);
    ASSERT_TRUE(view.has_value()) << name;
    Bytes out;
    ASSERT_TRUE(open(key, *view, out).has_value()) << name;
    EXPECT_EQ(hex_encode(out), plain) << name;
    ++count;
  }
  EXPECT_GE(count, 6);
}

/// Lines of `kind key-hex input-hex term`, the key of field 1, generation 1; text in partition 3.
TEST(GoldenFormats, TermsStayWhatTheyAre) {
  std::ifstream in("tests/golden/formats/terms_v1.txt");
  ASSERT_TRUE(in.is_open());
  int count = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string kind;
    std::string key_hex;
    std::string input;
    if (!(words >> kind >> key_hex >> input) || kind[0] == '#') {
      continue;
    }
    std::string expected;
    std::getline(words >> std::ws, expected);
    const TermKey key(FieldId{1}, Generation{1}, SecretBytes::copy_of(hex(key_hex)));
    const Bytes bytes = hex(input);
    if (kind == "equality") {
      EXPECT_EQ(hex_encode(*equality_term(key, bytes)), expected);
    } else if (kind == "folded") {
      EXPECT_EQ(hex_encode(*folded_term(key, as_text(bytes))), expected);
    } else {
      EXPECT_EQ(*text_terms_in(key, as_text(bytes), 3), expected);
    }
    ++count;
  }
  EXPECT_GE(count, 6);
}

}  // namespace
}  // namespace pgveil::crypto
