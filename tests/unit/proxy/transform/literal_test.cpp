#include "proxy/transform/literal.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::transform {
namespace {

struct LiteralCase {
  std::string_view token;
  const char* text;  // nullptr: not readable
};

constexpr LiteralCase kCases[] = {
    {"'O''Brien'", "O'Brien"},
    {"''", ""},
    {R"('a\b')", R"(a\b)"},
    {R"(E'a\nb\t\\\'\101\x41\u00e4\U0001F600\q')", "a\nb\t\\'AA\xc3\xa4\xf0\x9f\x98\x80q"},
    {R"(e'\ud83d\ude00')", "\xf0\x9f\x98\x80"},
    {R"(E'\ud83d')", nullptr},
    {R"(E'\ud83dx')", nullptr},
    {R"(E'\0')", nullptr},
    {R"(U&'d\0061t\+000061')", "data"},
    {R"(u&'\\')", "\\"},
    {R"(U&'\00')", nullptr},
    {R"(U&'d!0061t' UESCAPE '!')", nullptr},
    {"N'x'", "x"},
    {"$$it's$$", "it's"},
    {"$tag$a $$ b$tag$", "a $$ b"},
    {"$tag$a", nullptr},
    {"'a'\n  'b'", "ab"},
    {"'a' 'b'", nullptr},
    {"'a", nullptr},
    {"12", "12"},
    {"-12.5e-3", "-12.5e-3"},
    {"- 7", "-7"},
    {".5", ".5"},
    {"TRUE", "t"},
    {"false", "f"},
    {"B'101'", nullptr},
    {"now", nullptr},
    {"", nullptr}};

TEST(Literal, ReadsWhatTheScannerReads) {
  for (const LiteralCase& row : kCases) {
    const auto literal = read_literal(row.token, false);
    ASSERT_EQ(literal.has_value(), row.text != nullptr) << row.token;
    if (literal) {
      EXPECT_EQ(literal->text, row.text) << row.token;
    }
  }
  EXPECT_EQ(read_literal("nuLL", false)->kind, Literal::Kind::Null);
}

TEST(Literal, PlainQuotesMayTakeBackslashes) {
  EXPECT_EQ(read_literal(R"('a\'b')", true)->text, "a'b");
  EXPECT_FALSE(read_literal(R"('a\'b')", false));
}

}  // namespace
}  // namespace pgveil::proxy::transform
