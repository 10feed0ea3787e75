#include "crypto/term.hpp"

#include "crypto/like_pattern.hpp"
#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace pgveil::crypto {
namespace {

constexpr FieldId kField{7};

std::set<std::string> lexemes(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> out;
  for (std::string lexeme; in >> lexeme;) {
    out.insert(lexeme);
  }
  return out;
}

TEST(EqualityTerm, EqualBytesHaveEqualTermsOfOneKeyOnly) {
  const auto key = term_key(kField, 1);
  const auto other = term_key(kField, 2, 65);
  const auto a = equality_term(*key, as_bytes("123-45-6789"));
  EXPECT_EQ(*a, *equality_term(*key, as_bytes("123-45-6789")));
  EXPECT_NE(*a, *equality_term(*key, as_bytes("123-45-6780")));
  EXPECT_NE(*a, *equality_term(*other, as_bytes("123-45-6789")));
  EXPECT_NE(*a, *folded_term(*key, "123-45-6789"));
}

TEST(FoldedTerm, IsTheSameForWhatFoldsTheSame) {
  const auto key = term_key(kField, 1);
  EXPECT_EQ(*folded_term(*key, "Müller"), *folded_term(*key, "MULLER"));
  EXPECT_NE(*folded_term(*key, "Müller"), *folded_term(*key, "Mueller"));
}

TEST(TextTerms, AreSortedUniqueLexemesOfEightDigits) {
  const auto key = term_key(kField, 1);
  const auto text = text_terms_in(*key, "banana", 3);
  ASSERT_TRUE(text.has_value());
  // ^b, ^ba, ban, ana, nan, na$: ana comes once.
  EXPECT_EQ((*text).size(), 6U * 9 - 1);
  const auto set = lexemes(*text);
  EXPECT_EQ(set.size(), 6U);
  std::string sorted;
  for (const auto& lexeme : set) {
    EXPECT_EQ(lexeme.find_first_not_of("0123456789abcdef"), std::string::npos);
    sorted += (sorted.empty() ? "" : " ") + lexeme;
  }
  EXPECT_EQ(*text, sorted);
}

TEST(TextTerms, DifferByPartition) {
  const auto key = term_key(kField, 1);
  std::set<std::string> seen;
  for (std::uint8_t partition = 0; partition < kTextPartitions; ++partition) {
    seen.insert(*text_terms_in(*key, "smith", partition));
  }
  EXPECT_EQ(seen.size(), kTextPartitions);
}

TEST(TextTerms, DrawEveryPartitionAndHideTheCount) {
  const auto key = term_key(kField, 1);
  std::set<std::string> seen;
  for (int i = 0; i < 400; ++i) {
    const auto terms = text_terms(*key, "ab");  // ^a, ^ab, ab$ and one decoy
    ASSERT_TRUE(terms.has_value());
    const auto set = lexemes(*terms);
    EXPECT_EQ(set.size(), 4U);
    for (std::uint8_t partition = 0; partition < kTextPartitions; ++partition) {
      const auto exact = lexemes(*text_terms_in(*key, "ab", partition));
      if (std::includes(set.begin(), set.end(), exact.begin(), exact.end())) {
        seen.insert(std::to_string(partition));
      }
    }
  }
  EXPECT_EQ(seen.size(), kTextPartitions);
}

TEST(TextQuery, AsksForAllPartitions) {
  const auto key = term_key(kField, 1);
  const auto runs = like_runs("sm%th");  // ^s, ^sm, th$
  const auto query = text_query(*key, runs);
  ASSERT_TRUE(query.has_value() && (*query).has_value());
  EXPECT_EQ(std::count((**query).begin(), (**query).end(), '|'), 8);
  EXPECT_EQ((**query).size(), 8U * (3 * 8 + 2 + 3) + 8);
  for (std::uint8_t partition = 0; partition < kTextPartitions; ++partition) {
    // Of ^s and ^s$ the query has the first.
    int found = 0;
    for (const std::string& lexeme : lexemes(*text_terms_in(*key, "s", partition))) {
      found += (**query).find(lexeme) != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(found, 1);
  }
}

TEST(TextQuery, SaysNothingForShortRuns) {
  const auto key = term_key(kField, 1);
  for (const char* pattern : {"%", "%a%", "%ab%", "_b_", "%a"}) {
    const auto query = text_query(*key, like_runs(pattern));
    ASSERT_TRUE(query.has_value());
    EXPECT_FALSE((*query).has_value()) << pattern;
  }
  for (const char* pattern : {"", "a%", "%ab", "%abc%"}) {
    EXPECT_TRUE((*text_query(*key, like_runs(pattern))).has_value()) << pattern;
  }
}

TEST(TextQuery, FindsTextThatIsTooLongForItsTerms) {
  const auto key = term_key(kField, 1);
  std::string text;
  for (int i = 0; i < 8'000; ++i) {  // U+4E00 …, as UTF-8
    const int code = 0x4E00 + i;
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
  const auto terms = text_terms_in(*key, text, 0);
  ASSERT_EQ((*terms).size(), 8U);
  EXPECT_NE((**text_query(*key, like_runs("%abc%"))).find(*terms), std::string::npos);
}

}  // namespace
}  // namespace pgveil::crypto
