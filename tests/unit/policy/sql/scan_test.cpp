#include "policy/sql/scan.hpp"

#include "tests/unit/policy/sql/corpus.hpp"
#include "tests/unit/policy/sql/reference_scan.hpp"

#include <gtest/gtest.h>
#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

namespace pgveil::policy::sql {
namespace {

using Kind = Token::Kind;

TEST(Scan, HasTheBoundariesOfPgQueryScan) {
  std::size_t tokens = 0;
  for (const std::string& sql : corpus()) {
    const auto ours = scan(sql);
    const auto theirs = reference_scan(sql);
    ASSERT_TRUE(ours) << sql;
    ASSERT_TRUE(theirs) << sql;
    EXPECT_EQ(boundaries(*ours), boundaries(*theirs)) << sql;
    tokens += ours->size();
  }
  EXPECT_GT(tokens, 3'000U);
}

struct ScanCase {
  const char* name;
  const char* sql;
  std::vector<std::pair<Kind, std::string>> tokens;
};

std::ostream& operator<<(std::ostream& out, const ScanCase& row) { return out << row.name; }

const ScanCase kScanCases[] = {
    {"empty", " \t\n\r\f", {}},
    {"nested_comment",
     "a/* x /* y */ z */b--c\nd",
     {{Kind::Word, "a"}, {Kind::Word, "b"}, {Kind::Word, "d"}}},
    {"comment_ends_operator",
     "1+--x\n2",
     {{Kind::Integer4, "1"}, {Kind::Operator, "+"}, {Kind::Integer4, "2"}}},
    {"comment_inside_operator",
     "1*/**/2",
     {{Kind::Integer4, "1"}, {Kind::Operator, "*"}, {Kind::Integer4, "2"}}},
    {"doubled_quote", "'a''b'", {{Kind::String, "'a''b'"}}},
    {"backslash_is_plain", "'a\\'", {{Kind::String, "'a\\'"}}},
    {"backslash_escapes", "E'a\\'b'", {{Kind::EscapeString, "E'a\\'b'"}}},
    {"strings_on_two_lines", "'a'\n 'b' 'c'", {{Kind::String, "'a'\n 'b'"}, {Kind::String, "'c'"}}},
    {"bit_strings_do_not_double", "b'1''0'", {{Kind::BitString, "b'1'"}, {Kind::String, "'0'"}}},
    {"national", "N'x' n", {{Kind::NationalPrefix, "N"}, {Kind::String, "'x'"}, {Kind::Word, "n"}}},
    {"unicode",
     "U&'x' u&\"y\" u & 'z'",
     {{Kind::UnicodeString, "U&'x'"},
      {Kind::UnicodeIdentifier, "u&\"y\""},
      {Kind::Word, "u"},
      {Kind::Operator, "&"},
      {Kind::String, "'z'"}}},
    {"dollar",
     "$$a;b$$ $x$ $$ $x$ $1 a$1 $é$x$é$",
     {{Kind::DollarString, "$$a;b$$"},
      {Kind::DollarString, "$x$ $$ $x$"},
      {Kind::Parameter, "$1"},
      {Kind::Word, "a$1"},
      {Kind::DollarString, "$é$x$é$"}}},
    {"numbers",
     "1 2147483647 2147483648 9223372036854775807 9223372036854775808 1.5 .5 1. 1e5 1.e-5",
     {{Kind::Integer4, "1"},
      {Kind::Integer4, "2147483647"},
      {Kind::Integer8, "2147483648"},
      {Kind::Integer8, "9223372036854775807"},
      {Kind::IntegerBig, "9223372036854775808"},
      {Kind::Float, "1.5"},
      {Kind::Float, ".5"},
      {Kind::Float, "1."},
      {Kind::Float, "1e5"},
      {Kind::Float, "1.e-5"}}},
    {"range_of_numbers",
     "1..10",
     {{Kind::Integer4, "1"}, {Kind::Operator, ".."}, {Kind::Integer4, "10"}}},
    {"operators_lose_their_sign",
     "a=-1*-@-1",
     {{Kind::Word, "a"},
      {Kind::Operator, "="},
      {Kind::Operator, "-"},
      {Kind::Integer4, "1"},
      {Kind::Operator, "*-@-"},
      {Kind::Integer4, "1"}}},
    {"casts",
     "a::b:=c",
     {{Kind::Word, "a"},
      {Kind::Operator, "::"},
      {Kind::Word, "b"},
      {Kind::Operator, ":="},
      {Kind::Word, "c"}}},
    {"arrow",
     "a=>b->>c",
     {{Kind::Word, "a"},
      {Kind::Operator, "=>"},
      {Kind::Word, "b"},
      {Kind::Operator, "->>"},
      {Kind::Word, "c"}}},
    {"non_ascii_word", "é_1 \"ü\"", {{Kind::Word, "é_1"}, {Kind::QuotedIdentifier, "\"ü\""}}}};

class ScanTable : public testing::TestWithParam<ScanCase> {};

TEST_P(ScanTable, GivesTheTokens) {
  const std::string sql = GetParam().sql;
  const auto tokens = scan(sql);
  ASSERT_TRUE(tokens);
  std::vector<std::pair<Kind, std::string>> got;
  for (const Token& token : *tokens) got.emplace_back(token.kind, std::string(text_of(token, sql)));
  EXPECT_EQ(got, GetParam().tokens);
  const auto theirs = reference_scan(sql);
  ASSERT_TRUE(theirs);
  EXPECT_EQ(boundaries(*tokens), boundaries(*theirs));
}

INSTANTIATE_TEST_SUITE_P(All, ScanTable, testing::ValuesIn(kScanCases), [](const auto& row) {
  return std::string(row.param.name);
});

TEST(Scan, RefusesWhatDoesNotEnd) {
  for (const std::string sql :
       {"'a", "E'a\\", "\"a", "\"\"", "/* /* */", "$$a", "U&'x", "1a", "1.5e", "$1a"}) {
    const auto tokens = scan(sql);
    ASSERT_FALSE(tokens) << sql;
    EXPECT_EQ(tokens.error().code, Errc::Syntax) << sql;
    EXPECT_FALSE(reference_scan(sql)) << sql;
  }
  EXPECT_FALSE(scan(std::string_view("a\0b", 3)));
}

TEST(Scan, StopsAtItsLimit) {
  EXPECT_TRUE(scan("a b c", 3));
  ASSERT_FALSE(scan("a b c d", 3));
  EXPECT_EQ(scan("a b c d", 3).error().code, Errc::TooLarge);
}

struct LiteralCase {
  const char* sql;
  std::vector<std::string> literals;
};

TEST(Literals, KnowTheirSign) {
  const LiteralCase rows[] = {
      {"SELECT -5, 3-5, a - 5, (a) - 5, - - 5, 3 - -5",
       {"-5", "3", "5", "5", "5", "- - 5", "3", "-5"}},
      {"SELECT -5::int, -5.5", {"5", "-5.5"}},
      {"SELECT a[1] - 1, f(x) -1, $1 -1, 'x' -1", {"1", "1", "1", "1", "'x'", "1"}},
      {"SELECT NULL, a IS NULL, a IS NOT NULL, NOT NULL, true AS null, t.false",
       {"NULL", "NULL", "true"}},
      {"SELECT U&'a!' UESCAPE '!', U&\"b\" UESCAPE '!'", {"U&'a!' UESCAPE '!'"}},
      {"LIMIT -1 OFFSET - 2", {"-1", "- 2"}}};
  for (const LiteralCase& row : rows) {
    const std::string_view sql = row.sql;
    const auto tokens = scan(sql);
    ASSERT_TRUE(tokens) << sql;
    std::vector<std::string> got;
    for (const Literal& literal : literals_of(*tokens, sql)) {
      got.emplace_back(sql.substr(literal.location, literal.length));
    }
    EXPECT_EQ(got, row.literals) << sql;
  }
}

}  // namespace
}  // namespace pgveil::policy::sql
