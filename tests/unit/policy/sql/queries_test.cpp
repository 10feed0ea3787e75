#include "policy/sql/syntax_tree.hpp"

#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

using Clause = ClauseRef::Clause;
using Place = QueryRef::Place;

SyntaxTree parse(std::string_view sql) {
  auto tree = SyntaxTree::parse(sql);
  EXPECT_TRUE(tree) << sql;
  return std::move(*tree);
}

std::string printed(const SyntaxTree& tree) {
  auto sql = tree.deparse();
  return sql ? *sql : std::string("error: ") + sql.error().step;
}

TEST(Queries, AreFoundWithTheirPlaces) {
  const std::string sql =
      "WITH c AS (SELECT 1) SELECT (SELECT 2) FROM (SELECT 3) a JOIN (SELECT 4 UNION (SELECT 5 "
      "LIMIT "
      "1)) b ON true WHERE x IN (SELECT 6)";
  const auto queries = parse(sql).queries();
  ASSERT_EQ(queries.size(), 8U);
  EXPECT_EQ(queries[0].place, Place::Top);
  const auto count = [&](Place place) {
    return std::count_if(queries.begin(), queries.end(),
                         [place](const QueryRef& query) { return query.place == place; });
  };
  EXPECT_EQ(count(Place::SubLink), 2);
  EXPECT_EQ(count(Place::From), 2);
  EXPECT_EQ(count(Place::Arm), 2);
  for (const QueryRef& query : queries) {
    if (query.place == Place::CommonTable) {
      EXPECT_EQ(query.common_table, "c");
    } else if (query.place == Place::Arm) {
      EXPECT_EQ(queries[query.parent].number, 1U);
    } else {
      EXPECT_EQ(query.parent, 0U);
    }
  }
}

TEST(Queries, ValuesOfAnInsertAreNoneOfTheirOwn) {
  EXPECT_EQ(parse("INSERT INTO t VALUES (1)").queries().size(), 1U);
  EXPECT_EQ(parse("INSERT INTO t SELECT 1").queries().size(), 2U);
}

TEST(Queries, ItemsOfClausesAreReplaced) {
  const std::string sql =
      "SELECT a, row_number() OVER (PARTITION BY a), sum(b) OVER w FROM t GROUP BY 1, b WINDOW w "
      "AS "
      "(PARTITION BY b)";
  SyntaxTree tree = parse(sql);
  const ClauseRef groups{Clause::GroupBy, 0, -1, {}};
  const ClauseRef call{Clause::Partition, 0, static_cast<std::int32_t>(sql.find("row_number")), {}};
  const ClauseRef named{Clause::NamedPartition, 0, -1, "w"};
  EXPECT_EQ(tree.clause_size(groups), 2U);
  EXPECT_TRUE(tree.replace_item(groups, 0, "f(a)"));
  EXPECT_TRUE(tree.replace_item(call, 0, "f(a)"));
  EXPECT_TRUE(tree.replace_item(named, 0, "f(b)"));
  EXPECT_FALSE(tree.replace_item(named, 1, "f(b)"));
  EXPECT_FALSE(tree.replace_item({Clause::DistinctOn, 0, -1, {}}, 0, "f(b)"));
  EXPECT_EQ(
      printed(tree),
      "SELECT a, row_number() OVER (PARTITION BY f(a)), sum(b) OVER w FROM t GROUP BY f(a), b "
      "WINDOW w AS (PARTITION BY f(b))");
}

TEST(Queries, DistinctGetsItsOn) {
  SyntaxTree tree = parse("SELECT count(*) FROM (SELECT DISTINCT a, b FROM t) s");
  EXPECT_FALSE(tree.set_distinct_on(0, {"1"}));
  EXPECT_TRUE(tree.set_distinct_on(1, {"f(a)", "2"}));
  EXPECT_EQ(printed(tree), "SELECT count(*) FROM (SELECT DISTINCT ON (f(a), 2) a, b FROM t) s");
}

TEST(Queries, OutputsKeepTheirNames) {
  const std::string sql = "SELECT t.a, a + 1, a AS n FROM t";
  SyntaxTree tree = parse(sql);
  tree.name_output(static_cast<std::int32_t>(sql.find("t.a")));
  EXPECT_TRUE(tree.replace({NodeKind::Column, 7}, "f($0)"));
  EXPECT_EQ(printed(tree), "SELECT f(t.a) AS a, a + 1, a AS n FROM t");
}

TEST(Queries, SetOperationsGetAFrame) {
  SyntaxTree tree =
      parse("SELECT a FROM t UNION SELECT a FROM u UNION SELECT a FROM v ORDER BY 1 LIMIT 3");
  EXPECT_TRUE(tree.frame_set_operation(0, "SELECT DISTINCT ON (f(x)) x FROM (SELECT) AS s (x)"));
  EXPECT_EQ(
      printed(tree),
      "SELECT DISTINCT ON (f(x)) x FROM ((SELECT a FROM t UNION ALL SELECT a FROM u) UNION ALL "
      "SELECT a FROM v) s(x) ORDER BY 1 LIMIT 3");
  SyntaxTree two = parse("WITH c AS (SELECT 1) SELECT a FROM c EXCEPT SELECT a FROM u");
  EXPECT_TRUE(
      two.frame_set_operation(0, "SELECT 1 FROM (SELECT) AS l JOIN (SELECT) AS r ON f(l, r)"));
  EXPECT_EQ(
      printed(two),
      "WITH c AS (SELECT 1) SELECT 1 FROM (SELECT a FROM c) l JOIN (SELECT a FROM u) r ON f(l, r)");
  EXPECT_FALSE(two.frame_set_operation(0, "SELECT 1"));
}

}  // namespace
}  // namespace pgveil::policy::sql
