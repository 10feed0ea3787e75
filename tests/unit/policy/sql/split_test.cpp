#include "policy/sql/split.hpp"

#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

struct SplitCase {
  const char* name;
  const char* sql;
  std::vector<std::string> statements;
};

std::ostream& operator<<(std::ostream& out, const SplitCase& row) { return out << row.name; }

const SplitCase kSplitCases[] = {
    {"empty", "", {}},
    {"only_semicolons", " ; ;; -- x\n /* ; */ ", {}},
    {"one", "SELECT 1", {"SELECT 1"}},
    {"one_with_semicolon", " SELECT 1 ; ", {"SELECT 1"}},
    {"two", "SELECT 1;SELECT 2", {"SELECT 1", "SELECT 2"}},
    {"in_strings",
     "SELECT ';', E'\\';', $$;$$, \";\" ; SELECT 2",
     {"SELECT ';', E'\\';', $$;$$, \";\"", "SELECT 2"}},
    {"in_comments", "SELECT 1 /* ; /* ; */ */ -- ;\n; SELECT 2", {"SELECT 1", "SELECT 2"}},
    {"rule",
     "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
     {"CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"}},
    {"atomic_body",
     "SELECT 0; CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN "
     "2 "
     "END; END; SELECT 3",
     {"SELECT 0",
      "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; "
      "END",
      "SELECT 3"}},
    {"a_column_named_atomic",
     "SELECT atomic FROM t; SELECT 2",
     {"SELECT atomic FROM t", "SELECT 2"}},
    {"transaction", "BEGIN; UPDATE t SET a = 1; COMMIT", {"BEGIN", "UPDATE t SET a = 1", "COMMIT"}},
    {"unbalanced", "SELECT (1; DROP TABLE t", {"SELECT (1; DROP TABLE t"}}};

class Split : public testing::TestWithParam<SplitCase> {};

TEST_P(Split, GivesTheStatements) {
  const std::string sql = GetParam().sql;
  const auto ranges = split(sql);
  ASSERT_TRUE(ranges);
  std::vector<std::string> got;
  for (const StatementRange& range : *ranges)
    got.push_back(sql.substr(range.location, range.length));
  EXPECT_EQ(got, GetParam().statements);
}

INSTANTIATE_TEST_SUITE_P(All, Split, testing::ValuesIn(kSplitCases), [](const auto& row) {
  return std::string(row.param.name);
});

TEST(SplitErrors, SayWhy) {
  EXPECT_EQ(split("SELECT 'x").error().code, Errc::Syntax);
  EXPECT_EQ(split("SELECT ATOMIC ATOMIC FROM").error().code, Errc::Syntax);
  SqlLimits limits;
  limits.max_bytes = 5;
  EXPECT_EQ(split("SELECT 1", limits).error().code, Errc::TooLarge);
}

}  // namespace
}  // namespace pgveil::policy::sql
