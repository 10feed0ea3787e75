#include "policy/sql/ddl_values.hpp"

#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

struct Case {
  const char* name;
  const char* statement;
  const char* expected;  // null: refused
};

const Case kCases[] = {
    {"default", "CREATE TABLE t (id int DEFAULT 7, ssn text DEFAULT '000')",
     "CREATE TABLE t (id int DEFAULT 7, ssn text DEFAULT NULL)"},
    {"check_of_the_column", "CREATE TABLE t (ssn text CHECK (ssn <> '666' AND length(ssn) > 3))",
     "CREATE TABLE t (ssn text CHECK (ssn <> NULL AND length(ssn) > 1))"},
    {"check_of_the_table",
     "CREATE TABLE t (n int, ssn varchar(11), CHECK (n > 5), CONSTRAINT c CHECK (ssn LIKE 'x' OR n "
     "= -5))",
     "CREATE TABLE t (n int, ssn varchar(11), CHECK (n > 5), CONSTRAINT c CHECK (ssn LIKE NULL OR "
     "n = 1))"},
    {"check_of_another_column", "CREATE TABLE t (ssn text, n int CHECK (n > 5 AND ssn = E'a\\'b'))",
     "CREATE TABLE t (ssn text, n int CHECK (n > 1 AND ssn = NULL))"},
    {"types_stay", "CREATE TABLE t (ssn varchar(11) DEFAULT 'x'::varchar(5))",
     "CREATE TABLE t (ssn varchar(11) DEFAULT NULL::varchar(5))"},
    {"added_column", "ALTER TABLE t ADD COLUMN ssn text DEFAULT $$x$$ CHECK (ssn > 1.5)",
     "ALTER TABLE t ADD COLUMN ssn text DEFAULT NULL CHECK (ssn > 1.0)"},
    {"truth_is_no_value", "CREATE TABLE t (ssn text CHECK (ssn IS NULL OR true))",
     "CREATE TABLE t (ssn text CHECK (ssn IS NULL OR true))"},
    {"type_before_the_value", "CREATE TABLE t (ssn date DEFAULT date '2000-01-01')", nullptr},
};

TEST(WithoutValues, OnlyThoseOfTheColumnsGo) {
  for (const Case& one : kCases) {
    const auto made = without_values_of(one.statement, {"ssn"});
    ASSERT_EQ(made.has_value(), one.expected != nullptr) << one.name;
    if (made) {
      EXPECT_EQ(*made, one.expected) << one.name;
    }
  }
}

TEST(WithoutValues, NothingOfOthersIsTouched) {
  const char* statement = "CREATE TABLE t (ssn text DEFAULT 'x' CHECK (ssn <> 'y'))";
  EXPECT_EQ(without_values_of(statement, {"name"}), statement);
}

TEST(AlterActions, AreNamed) {
  const auto actions = alter_actions(
      "ALTER TABLE t ALTER a SET DEFAULT 'x', ALTER COLUMN b TYPE text, ADD COLUMN c int");
  ASSERT_EQ(actions.size(), 3U);
  EXPECT_EQ(actions[0].kind, AlterAction::Kind::Default);
  EXPECT_EQ(actions[0].column, "a");
  EXPECT_EQ(actions[1].kind, AlterAction::Kind::Type);
  EXPECT_EQ(actions[1].column, "b");
  EXPECT_EQ(actions[2].kind, AlterAction::Kind::Other);
  EXPECT_TRUE(alter_actions("ALTER TABLE t RENAME TO u").empty());
}

TEST(NotConcurrently, OnlyTheWordGoes) {
  EXPECT_EQ(not_concurrently("CREATE INDEX concurrently i ON t (\"concurrently\")"),
            "CREATE INDEX              i ON t (\"concurrently\")");
}

TEST(HasValue, NumbersAndStrings) {
  EXPECT_TRUE(has_value("length(a) > 5"));
  EXPECT_TRUE(has_value("'x'::text"));
  EXPECT_FALSE(has_value("now()"));
  EXPECT_FALSE(has_value("NULL::text"));
}

}  // namespace
}  // namespace pgveil::policy::sql
