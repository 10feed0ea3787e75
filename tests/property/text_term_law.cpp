// Laws of folded text: fold(a + b) = fold(a) + fold(b); fold is the same for what differs in case only;
// and whenever a text matches a pattern, its terms satisfy the pattern's query, over all of Unicode.
#include "crypto/fold.hpp"
#include "crypto/like_pattern.hpp"
#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>
#include <cwctype>
#include <random>
#include <set>
#include <sstream>

namespace pgveil::crypto {
namespace {

using Rng = std::mt19937_64;

std::uint64_t first_seed() {
  const char* given = std::getenv("PGVEIL_SEED");
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

std::size_t below(Rng& rng, std::size_t limit) { return rng() % limit; }

std::string utf8(char32_t code) {
  std::string out;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

char32_t any_code(Rng& rng) {
  constexpr char32_t kEdges[] = {'%',   '_',   '\\',   ' ',    'I',     'i',    0x130,
                                 0x131, 0xDF,  0x1E9E, 0x3C2,  0x3A3,   0xFB01, 0x301,
                                 0x345, 0x17F, 0x212A, 0xAC01, 0x10FFFF};
  for (;;) {
    const std::size_t kind = below(rng, 10);
    const auto code = kind < 4   ? static_cast<char32_t>('a' + below(rng, 26))
                      : kind < 6 ? kEdges[below(rng, std::size(kEdges))]
                      : kind < 8 ? static_cast<char32_t>(0x80 + below(rng, 0x580))
                                 : static_cast<char32_t>(1 + below(rng, 0x10FFFF));
    if (code < 0xD800 || code >= 0xE000) {
      return code;
    }
  }
}

std::vector<char32_t> any_text(Rng& rng) {
  std::vector<char32_t> text(below(rng, 14));
  for (char32_t& code : text) {
    code = any_code(rng);
  }
  return text;
}

char32_t other_case(char32_t code) {
  const auto wide = static_cast<std::wint_t>(code);
  return static_cast<char32_t>(std::iswupper(wide) != 0 ? std::towlower(wide)
                                                        : std::towupper(wide));
}

/// A pattern that the text matches (ILIKE): pieces become wildcards, the rest may change its case.
std::string any_pattern_matching(Rng& rng, const std::vector<char32_t>& text) {
  std::string pattern;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t kind = below(rng, 8);
    if (kind == 0) {
      pattern += '%';
      i += below(rng, text.size() - i + 1);
    } else if (kind == 1) {
      pattern += '_';
      ++i;
    } else {
      const char32_t code = below(rng, 4) == 0 ? other_case(text[i]) : text[i];
      const bool special = code == '%' || code == '_' || code == '\\';
      pattern += (special || below(rng, 9) == 0 ? "\\" : "") + utf8(code);
      ++i;
    }
  }
  return below(rng, 3) == 0 ? pattern + '%' : pattern;
}

std::string joined(const std::vector<char32_t>& text) {
  std::string out;
  for (const char32_t code : text) {
    out += utf8(code);
  }
  return out;
}

std::set<std::string> lexemes(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> out;
  for (std::string lexeme; in >> lexeme;) {
    out.insert(lexeme);
  }
  return out;
}

/// `a@@b` for a query in disjunctive form.
bool satisfies(const std::set<std::string>& terms, const std::string& query) {
  std::istringstream arms(query);
  for (std::string arm; std::getline(arms, arm, '|');) {
    std::erase_if(arm, [](char c) { return c == '(' || c == ')'; });
    std::istringstream words(arm);
    bool all = true;
    for (std::string word; std::getline(words, word, '&');) {
      all = all && terms.contains(word);
    }
    if (all) {
      return true;
    }
  }
  return false;
}

TEST(TextTermLaw, NoMatchingRowIsMissed) {
  ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
  const auto key = term_key(FieldId{1}, 1);
  std::size_t asked = 0;
  for (std::uint64_t seed = first_seed(), end = seed + 20'000; seed < end; ++seed) {
    SCOPED_TRACE("PGVEIL_SEED=" + std::to_string(seed));
    Rng rng(seed);
    const auto text = any_text(rng);
    const std::string pattern = any_pattern_matching(rng, text);
    const auto query = text_query(*key, like_runs(pattern));
    ASSERT_TRUE(query.has_value());
    if ((*query).has_value()) {
      ++asked;
      const auto terms = text_terms(*key, joined(text));
      ASSERT_TRUE(terms.has_value());
      ASSERT_TRUE(satisfies(lexemes(*terms), **query)) << joined(text) << " LIKE " << pattern;
    }
  }
  EXPECT_GT(asked, 10'000U);
}

TEST(TextTermLaw, OtherTextIsMostlyNotFound) {
  const auto key = term_key(FieldId{1}, 1);
  const auto query = text_query(*key, like_runs("%smith%"));
  for (const char* text : {"", "smit", "jones", "mith", "s-m-i-t-h"}) {
    EXPECT_FALSE(satisfies(lexemes(*text_terms(*key, text)), **query)) << text;
  }
}

TEST(FoldLaw, IsTheSameForBothCasesOfAllOfUnicode) {
  ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
  for (char32_t code = 1; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) {
      continue;
    }
    const auto wide = static_cast<std::wint_t>(code);
    const std::string folded = fold(utf8(code));
    ASSERT_EQ(fold(utf8(static_cast<char32_t>(std::towlower(wide)))), folded)
        << std::hex << static_cast<std::uint32_t>(code);
    ASSERT_EQ(fold(utf8(static_cast<char32_t>(std::towupper(wide)))), folded)
        << std::hex << static_cast<std::uint32_t>(code);
    ASSERT_EQ(fold(folded), folded) << std::hex << static_cast<std::uint32_t>(code);
  }
}

TEST(FoldLaw, TakesTextsPieceByPiece) {
  for (std::uint64_t seed = first_seed(), end = seed + 20'000; seed < end; ++seed) {
    SCOPED_TRACE("PGVEIL_SEED=" + std::to_string(seed));
    Rng rng(seed);
    const std::string a = joined(any_text(rng));
    const std::string b = joined(any_text(rng));
    ASSERT_EQ(fold(a + b), fold(a) + fold(b));
  }
}

}  // namespace
}  // namespace pgveil::crypto
