// What the server reads in another encoding is planned only where both read the same.

#include "proxy/session/foreign_text.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

struct Row {
  const char* name;
  const char* encoding;
  std::string sql;
  const char* planned;  // "=": as it is; null: refused
};

const Row kRows[] = {
    {"utf8", "UTF8", "SELECT '\xc3\xa9', \xc3\xa9", "="},
    {"nobody_converts", "SQL_ASCII", "SELECT \xc3\xa9", "="},
    {"ascii_only", "SJIS", "SELECT E'\\'' FROM t", "="},
    {"string", "LATIN1", "SELECT 'caf\xe9' FROM t", "SELECT 'cafx' FROM t"},
    {"escape_string", "WIN1252", "SELECT E'\\'\xe9' FROM t", "SELECT E'\\'x' FROM t"},
    {"comment", "LATIN1", "SELECT 1 -- \xe9t\xe9", "SELECT 1 -- xtx"},
    {"several_bytes", "EUC_JP", "SELECT '\xa4\xa2'", "SELECT 'xx'"},
    {"name", "LATIN1", "SELECT * FROM patienten\xe9", nullptr},
    {"name_that_utf8_could_read", "LATIN1", "SELECT * FROM \"\xc3\xa9\"", nullptr},
    // UTF-8 reads one letter and an escaped quote; SJIS two letters, and the string is over.
    {"a_quote_behind_half_a_letter", "SJIS", "SELECT E'\xe3\x81\x82\\' FROM t --'", nullptr},
    {"gb18030", "GB18030", "SELECT '\x81\x30\x81\x30'", nullptr},
    {"big5", "BIG5", "SELECT '\xa4\xa4'", nullptr},
    {"unterminated", "LATIN1", "SELECT '\xe9", nullptr},
};

TEST(ForeignText, IsPlannedOnlyWhereAllReadItAlike) {
  for (const Row& row : kRows) {
    const auto text = foreign_text(row.sql, row.encoding);
    if (row.planned == nullptr) {
      ASSERT_TRUE(text && std::holds_alternative<protocol::ErrorFields>(*text)) << row.name;
      EXPECT_EQ(std::get<protocol::ErrorFields>(*text).sqlstate(), "0A000") << row.name;
    } else if (std::string_view(row.planned) == "=") {
      EXPECT_FALSE(text) << row.name;
    } else {
      ASSERT_TRUE(text && std::holds_alternative<std::string>(*text)) << row.name;
      EXPECT_EQ(std::get<std::string>(*text), row.planned) << row.name;
    }
  }
}

}  // namespace
}  // namespace pgveil::proxy
