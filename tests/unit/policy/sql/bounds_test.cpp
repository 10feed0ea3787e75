#include "policy/sql/bounds.hpp"

#include "policy/sql/syntax_tree.hpp"
#include "tests/unit/policy/sql/big_stack.hpp"
#include "tests/unit/policy/sql/corpus.hpp"

#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

std::string repeat(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

std::uint32_t depth(const std::string& sql) {
  const auto tokens = scan(sql);
  EXPECT_TRUE(tokens);
  return depth_bound(sql, *tokens);
}

TEST(Bounds, FlatListsAreNotDeep) {
  EXPECT_LT(depth("SELECT 1 IN (" + repeat("1 + 1, ", 5'000) + "1)"), 20U);
  EXPECT_LT(depth("SELECT 1 WHERE a = 1" + repeat(" OR a = 1 AND b = 2", 5'000)), 20U);
  EXPECT_LT(depth("INSERT INTO t VALUES (1)" + repeat(", (1, -2, 'x' || 'y')", 2'000)), 20U);
  EXPECT_LT(depth("SELECT CASE" + repeat(" WHEN a = 1 THEN -1", 2'000) + " END"), 20U);
}

TEST(Bounds, ChainsAndNestingAreDeep) {
  const std::string n = "1000 levels";
  for (const std::string& sql :
       {"SELECT 1" + repeat("+1", 1'000), "SELECT 1" + repeat(" UNION SELECT 1", 1'000),
        "SELECT " + repeat("NOT ", 1'000) + "a",
        "SELECT " + repeat("(", 1'000) + "1" + repeat(")", 1'000),
        "SELECT " + repeat("f(", 1'000) + repeat(")", 1'000), "SELECT a" + repeat("::int", 1'000),
        "SELECT " + repeat("- ", 1'000) + "a", "SELECT * FROM a" + repeat(" JOIN a ON true", 1'000),
        "SELECT " + repeat("CASE WHEN ", 1'000) + "a" + repeat(" THEN 1 END", 1'000),
        "SELECT " + repeat("(SELECT ", 1'000) + "1" + repeat(")", 1'000),
        // Both at once: each bracket is closed into a chain.
        "SELECT " + repeat("(", 100) + "1" + repeat("+1+1+1+1+1+1+1+1+1+1)", 100),
        "SELECT a" + repeat(" COLLATE \"C\"", 1'000),
        "SELECT a" + repeat(" AT TIME ZONE 'x'", 1'000)}) {
    EXPECT_GE(depth(sql), 1'000U) << sql.substr(0, 40);
    SqlLimits limits;
    limits.max_depth = 999;
    ASSERT_FALSE(check_bounds(sql, limits)) << sql.substr(0, 40);
    EXPECT_EQ(check_bounds(sql, limits).error().code, Errc::TooDeep);
    EXPECT_EQ(SyntaxTree::parse(sql, limits).error().code, Errc::TooDeep);
  }
}

TEST(Bounds, CountBytesAndTokens) {
  SqlLimits limits;
  limits.max_bytes = 10;
  EXPECT_EQ(check_bounds("SELECT 1234", limits).error().code, Errc::TooLarge);
  limits.max_bytes = 100;
  limits.max_tokens = 2;
  EXPECT_EQ(check_bounds("SELECT 1, 2", limits).error().code, Errc::TooLarge);
  EXPECT_TRUE(check_bounds("SELECT 1", limits));
}

TEST(Bounds, LetTheCorpusPassWithSmallStacks) {
  SqlLimits limits;
  limits.max_depth = 100;
  for (const std::string& sql : corpus()) EXPECT_TRUE(check_bounds(sql, limits)) << sql;
}

// What the bounds let through must not kill the process: parse, walk, deparse, parse again.
TEST(Bounds, WhatPassesIsSurvivedOnAWorkerStack) {
  on_big_stack([] {
    for (const std::size_t levels : {1'000U, 3'300U}) {
      for (const std::string& sql :
           {"SELECT 1" + repeat("+1", levels), "SELECT 1" + repeat(" UNION SELECT 1", levels),
            "SELECT " + repeat("NOT ", levels) + "a",
            "SELECT " + repeat("f(", levels) + repeat(")", levels),
            "SELECT a" + repeat("::int", levels),
            "SELECT " + repeat("(SELECT ", levels / 4) + "1" + repeat(")", levels / 4),
            "SELECT " + repeat("CASE WHEN ", levels / 2) + "a" +
                repeat(" THEN 1 END", levels / 2)}) {
        const auto tree = SyntaxTree::parse(sql);
        if (!tree) continue;  // the grammar may say no: that is clean
        (void)tree->deparse();
        (void)tree->clone();
        EXPECT_TRUE(tree->kind() == StatementKind::Select);
      }
    }
  });
}

}  // namespace
}  // namespace pgveil::policy::sql
