#include "protocol/copy/options.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol::copy {
namespace {

OptionText option(std::string name, std::string value) {
  return {std::move(name), std::move(value), {}, false};
}

OptionText names(std::string name, std::vector<std::string> columns) {
  return {std::move(name), {}, std::move(columns), false};
}

TEST(CopyOptions, DefaultsFollowTheFormat) {
  const auto text = std::get<Options>(read_options({}, Direction::From));
  EXPECT_EQ(text.delimiter, '\t');
  EXPECT_EQ(text.null_text, "\\N");
  const std::vector<OptionText> given{
      option("format", "csv"), option("quote", "'"), {"header", {}, {}, false}};
  const auto csv = std::get<Options>(read_options(given, Direction::From));
  EXPECT_EQ(csv.delimiter, ',');
  EXPECT_EQ(csv.null_text, "");
  EXPECT_EQ(csv.quote, '\'');
  EXPECT_EQ(csv.escape, '\'');
  EXPECT_EQ(csv.header, Header::Line);
}

struct Wrong {
  const char* name;
  std::vector<OptionText> options;
  Direction direction;
  const char* sqlstate;
  const char* message;
};

TEST(CopyOptions, WhatCannotBeIsSaidAsPostgresSaysIt) {
  const Wrong cases[] = {{"format",
                          {option("format", "xml")},
                          Direction::To,
                          "22023",
                          "COPY format \"xml\" not recognized"},
                         {"twice",
                          {option("null", "a"), option("null", "b")},
                          Direction::To,
                          "42601",
                          "conflicting or redundant options"},
                         {"unknown",
                          {option("colour", "red")},
                          Direction::To,
                          "42601",
                          "option \"colour\" not recognized"},
                         {"binary_delimiter",
                          {option("format", "binary"), option("delimiter", ",")},
                          Direction::To,
                          "42601",
                          "cannot specify DELIMITER in BINARY mode"},
                         {"binary_null",
                          {option("format", "binary"), option("null", "x")},
                          Direction::To,
                          "42601",
                          "cannot specify NULL in BINARY mode"},
                         {"binary_header",
                          {option("format", "binary"), option("header", "on")},
                          Direction::To,
                          "0A000",
                          "cannot specify HEADER in BINARY mode"},
                         {"long_delimiter",
                          {option("delimiter", "ab")},
                          Direction::To,
                          "0A000",
                          "COPY delimiter must be a single one-byte character"},
                         {"delimiter_newline",
                          {option("delimiter", "\n")},
                          Direction::To,
                          "22023",
                          "COPY delimiter cannot be newline or carriage return"},
                         {"delimiter_letter",
                          {option("delimiter", "a")},
                          Direction::To,
                          "22023",
                          "COPY delimiter cannot be \"a\""},
                         {"null_newline",
                          {option("null", "a\nb")},
                          Direction::To,
                          "22023",
                          "COPY null representation cannot use newline or carriage return"},
                         {"null_has_delimiter",
                          {option("null", "a\tb")},
                          Direction::To,
                          "0A000",
                          "COPY delimiter must not appear in the NULL specification"},
                         {"null_has_quote",
                          {option("format", "csv"), option("null", "\"")},
                          Direction::To,
                          "0A000",
                          "CSV quote character must not appear in the NULL specification"},
                         {"quote_in_text",
                          {option("quote", "'")},
                          Direction::To,
                          "0A000",
                          "COPY quote available only in CSV mode"},
                         {"escape_in_text",
                          {option("escape", "'")},
                          Direction::To,
                          "0A000",
                          "COPY escape available only in CSV mode"},
                         {"long_quote",
                          {option("format", "csv"), option("quote", "''")},
                          Direction::To,
                          "0A000",
                          "COPY quote must be a single one-byte character"},
                         {"long_escape",
                          {option("format", "csv"), option("escape", "")},
                          Direction::To,
                          "0A000",
                          "COPY escape must be a single one-byte character"},
                         {"quote_is_delimiter",
                          {option("format", "csv"), option("quote", ",")},
                          Direction::To,
                          "22023",
                          "COPY delimiter and quote must be different"},
                         {"force_quote_from",
                          {option("format", "csv"), names("force_quote", {"a"})},
                          Direction::From,
                          "0A000",
                          "COPY force quote only available using COPY TO"},
                         {"force_null_to",
                          {option("format", "csv"), names("force_null", {"a"})},
                          Direction::To,
                          "0A000",
                          "COPY force null only available using COPY FROM"},
                         {"force_not_null_text",
                          {names("force_not_null", {"a"})},
                          Direction::From,
                          "0A000",
                          "COPY force not null available only in CSV mode"},
                         {"match_to",
                          {option("header", "match")},
                          Direction::To,
                          "0A000",
                          "cannot use \"match\" with HEADER in COPY TO"},
                         {"header",
                          {option("header", "maybe")},
                          Direction::From,
                          "42601",
                          "header requires a Boolean value or \"match\""}};
  for (const Wrong& one : cases) {
    const auto read = read_options(one.options, one.direction);
    const auto* error = std::get_if<ErrorFields>(&read);
    ASSERT_NE(error, nullptr) << one.name;
    EXPECT_EQ(error->sqlstate(), one.sqlstate) << one.name;
    EXPECT_EQ(error->get('M'), one.message) << one.name;
  }
}

TEST(CopyOptions, ForcedColumnsAreAmongThoseThatAreCopied) {
  Options options;
  options.force_quote = {"b"};
  const std::vector<std::string> all{"a", "b"};
  EXPECT_FALSE(check_columns(options, all, all, "t"));
  const std::vector<std::string> some{"a"};
  EXPECT_EQ(check_columns(options, some, all, "t")->get('M'),
            "FORCE_QUOTE column \"b\" not referenced by COPY");
  options.force_quote = {"c"};
  EXPECT_EQ(check_columns(options, all, all, "t")->get('M'),
            "column \"c\" of relation \"t\" does not exist");
}

TEST(CopyOptions, Utf8HasManyNames) {
  EXPECT_TRUE(is_utf8("UTF-8"));
  EXPECT_TRUE(is_utf8("utf8"));
  EXPECT_FALSE(is_utf8("LATIN1"));
}

}  // namespace
}  // namespace pgveil::protocol::copy
