#include "crypto/keyring.hpp"
#include "crypto/sealed_value.hpp"
#include "crypto/term.hpp"
#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace pgveil::crypto {
namespace {

std::vector<std::vector<std::string>> lines_of(const std::string& file) {
  std::ifstream in("tests/golden/formats/" + file);
  EXPECT_TRUE(in.is_open()) << file;
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) {
      std::istringstream words(line);
      lines.emplace_back();
      for (std::string word; words >> word;) {
        lines.back().push_back(word);
      }
    }
  }
  return lines;
}

TEST(GoldenFormats, BucketTermsStayWhatTheyAre) {
  int count = 0;
  for (const auto& line : lines_of("bucket_terms_v1.txt")) {
    const TermKey key(FieldId{1}, Generation{1}, SecretBytes::copy_of(hex(line[1])));
    if (line[0] == "range") {
      const auto term = range_term(key, line[2], std::stoll(line[3]));
      EXPECT_EQ(hex_encode(*term), line[4]) << line[2] << ' ' << line[3];
    } else {
      const auto term = order_term(key, line[2], hex(line[3]));
      EXPECT_EQ(hex_encode(*term), line[4]) << line[2] << ' ' << line[3];
    }
    ++count;
  }
  EXPECT_GE(count, 11);
}

TEST(GoldenFormats, ValuesWithBucketsOpenForEver) {
  int count = 0;
  for (const auto& line : lines_of("sealed_buckets_v1.txt")) {
    const ValueKey key(FieldId{1}, Generation{1}, SecretBytes::copy_of(hex(line[1])));
    const Bytes cell = hex(line[4]);
    const auto view = read_sealed(cell);
    ASSERT_TRUE(view.has_value()) << line[0];
    EXPECT_EQ(!(*view).range.empty(), line[0].find("range") != std::string::npos);
    EXPECT_EQ(!(*view).order.empty(), line[0].find("order") != std::string::npos);
    EXPECT_EQ(!(*view).text.empty(), line[0].find("text") != std::string::npos);
    Bytes out;
    ASSERT_TRUE(open(key, *view, out).has_value()) << line[0];
    EXPECT_EQ(hex_encode(out), line[5]);
    Bytes again;
    write_sealed(*view, again);
    EXPECT_EQ(again, cell);
    ++count;
  }
  EXPECT_GE(count, 4);
}

TEST(RangeTerm, DiffersByBucketUnitAndKey) {
  const auto key = term_key(FieldId{7}, 1);
  EXPECT_EQ(*range_term(*key, "year", 3), *range_term(*key, "year", 3));
  EXPECT_NE(*range_term(*key, "year", 3), *range_term(*key, "year", 4));
  EXPECT_NE(*range_term(*key, "year", 3), *range_term(*key, "month", 3));
  EXPECT_NE(*range_term(*key, "year", 3), *range_term(*term_key(FieldId{7}, 2, 65), "year", 3));
}

TEST(OrderTerm, KeepsTheOrderAndHidesThePrefix) {
  const auto key = term_key(FieldId{7}, 1);
  const auto other = term_key(FieldId{7}, 2, 65);
  Bytes before;
  for (int c = 0; c < 256; ++c) {
    const Bytes prefix{std::byte{'S'}, static_cast<std::byte>(c)};
    const auto term = order_term(*key, "2", prefix);
    ASSERT_EQ((*term).size(), 8U);
    EXPECT_LT(before, *term);
    EXPECT_NE(*term, *order_term(*other, "2", prefix));
    before = *term;
  }
}

TEST(ReadSealed, EntriesDescendAndHaveTheirSizes) {
  const auto key = value_key(FieldId{7}, 5);
  CarriedTerms terms;
  terms.generation = Generation{1};
  const Bytes order(4, std::byte{9});
  terms.order = order;
  terms.range = RangeTerm{};
  Bytes cell;
  ASSERT_TRUE(seal(*key, as_bytes("x"), terms, 0, cell).has_value());
  ASSERT_TRUE(read_sealed(cell).has_value());
  // 8: count; 9: kind, 10 and 11: length of the order entry; 16: kind, 17 and 18: length of the range entry.
  for (const auto& [at, wrong] : {std::pair<std::size_t, int>{8, 0},
                                  {8, 1},
                                  {8, 3},
                                  {9, 2},
                                  {9, 4},
                                  {11, 3},
                                  {16, 3},
                                  {16, 1},
                                  {18, 7}}) {
    Bytes other = cell;
    other[at] = static_cast<std::byte>(wrong);
    const auto view = read_sealed(other);
    // One entry less leaves the rest to the ciphertext: then the tag is wrong.
    Bytes out;
    EXPECT_TRUE(!view.has_value() || !open(*key, *view, out).has_value()) << at << ' ' << wrong;
  }
}

TEST(SealCell, CarriesTheTermsOfItsForm) {
  KeyringBuilder builder;
  builder.add(value_key(FieldId{7}, 1), true);
  builder.add(term_key(FieldId{7}, 1), true);
  const auto keys = std::move(builder).build();
  CellForm form;
  form.range = "year";
  form.order = "2";
  CellContent content;
  content.canonical = as_bytes("x");
  content.bucket = 20;
  content.order_prefix = as_bytes("Sm");
  Bytes cell;
  ASSERT_TRUE(seal_cell(*keys, FieldId{7}, form, content, cell).has_value());
  const auto view = read_sealed(cell);
  ASSERT_TRUE(view.has_value());
  const auto* key = keys->current_term_key(FieldId{7});
  EXPECT_EQ(hex_encode((*view).range), hex_encode(*range_term(*key, "year", 20)));
  EXPECT_EQ(hex_encode((*view).order), hex_encode(*order_term(*key, "2", as_bytes("Sm"))));
}

}  // namespace
}  // namespace pgveil::crypto
