#include "crypto/like_pattern.hpp"

#include <gtest/gtest.h>

namespace pgveil::crypto {
namespace {

/// ^ and $ where a run touches an end, blanks between runs.
std::string show(std::string_view pattern, std::string_view escape = "\\") {
  std::string out;
  for (const TextRun& run : like_runs(pattern, escape)) {
    out += (out.empty() ? "" : " ") + std::string(run.at_begin ? "^" : "") + run.literal +
           (run.at_end ? "$" : "");
  }
  return out;
}

struct PatternCase {
  const char* name;
  const char* pattern;
  const char* runs;
};

const PatternCase kPatternCases[] = {
    {"literal", "smith", "^smith$"},   {"empty", "", "^$"},
    {"prefix", "smi%", "^smi"},        {"suffix", "%ith", "ith$"},
    {"contains", "%mit%", "mit"},      {"several", "a%b_c", "^a b c$"},
    {"wildcards_only", "%_%", ""},     {"escaped_percent", "100\\%%", "^100%"},
    {"escaped_letter", "\\a%", "^a"},  {"escaped_escape", "a\\\\%", "^a\\"},
    {"ends_with_escape", "abc\\", ""}, {"utf8", "Mü%ß", "^Mü ß$"},
    {"escaped_utf8", "\\ü%", "^ü"}};

TEST(LikeRuns, CutsAtWildcards) {
  for (const auto& c : kPatternCases) {
    EXPECT_EQ(show(c.pattern), c.runs) << c.name;
  }
}

TEST(LikeRuns, ObeysTheEscapeCharacter) {
  EXPECT_EQ(show("a!%b%", "!"), "^a%b");
  EXPECT_EQ(show("a\\%", ""), "^a\\");
  EXPECT_EQ(show("aü%b%", "ü"), "^a%b");
  EXPECT_EQ(show("50%%", "%"), "^50%$");
}

}  // namespace
}  // namespace pgveil::crypto
