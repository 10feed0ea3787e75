#include "policy/sql/syntax_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

SyntaxTree parse(std::string_view sql) {
  auto tree = SyntaxTree::parse(sql);
  EXPECT_TRUE(tree) << sql;
  return std::move(*tree);
}

std::int32_t at(std::string_view sql, std::string_view part) {
  return static_cast<std::int32_t>(sql.find(part));
}

std::string printed(const SyntaxTree& tree) {
  auto sql = tree.deparse();
  return sql ? *sql : std::string("error: ") + sql.error().step;
}

struct ReplaceCase {
  const char* name;
  const char* sql;
  NodeKind kind;
  const char* at;  // where this text starts
  const char* expression;
  bool with_casts;
  const char* expected;
};

std::ostream& operator<<(std::ostream& out, const ReplaceCase& row) { return out << row.name; }

const ReplaceCase kReplaceCases[] = {
    {"column", "SELECT a FROM t", NodeKind::Column, "a ", "b", false, "SELECT b FROM t"},
    {"wrap", "SELECT a FROM t", NodeKind::Column, "a ", "pgveil.equality($0)", false,
     "SELECT pgveil.equality(a) FROM t"},
    {"wrap_twice", "SELECT a FROM t", NodeKind::Column, "a ", "f($0, $0)", false,
     "SELECT f(a, a) FROM t"},
    {"operand_gets_brackets", "SELECT a * 2 FROM t", NodeKind::Column, "a ", "b + c", false,
     "SELECT (b + c) * 2 FROM t"},
    {"operator", "SELECT 1 FROM t WHERE a LIKE 'x%' AND b", NodeKind::Operator, "LIKE",
     "f(a) @@ $7::tsquery", false, "SELECT 1 FROM t WHERE f(a) @@ $7::tsquery AND b"},
    {"operator_wrapped", "SELECT 1 FROM t WHERE NOT a = 1", NodeKind::Operator, "=",
     "($0 AND true)", false, "SELECT 1 FROM t WHERE NOT (a = 1 AND true)"},
    {"literal_in_cast", "SELECT a FROM t WHERE b = '2020-01-01'::date", NodeKind::Literal, "'2020",
     "$5", false, "SELECT a FROM t WHERE b = $5::date"},
    {"literal_with_casts", "SELECT a FROM t WHERE b = '2020-01-01'::text::date", NodeKind::Literal,
     "'2020", "$5", true, "SELECT a FROM t WHERE b = $5"},
    {"typed_literal_with_casts", "SELECT a FROM t WHERE b = date '2020-01-01'", NodeKind::Literal,
     "'2020", "$5", true, "SELECT a FROM t WHERE b = $5"},
    {"boolean_with_the_grammars_cast", "INSERT INTO t VALUES (true)", NodeKind::Literal, "true",
     "$5", false, "INSERT INTO t VALUES ($5)"},
    {"default", "INSERT INTO t VALUES (1, DEFAULT)", NodeKind::Default, "DEFAULT", "'x'", false,
     "INSERT INTO t VALUES (1, 'x')"},
    {"both_copies_of_a_row_source", "UPDATE t SET (a, b) = (1, 'x')", NodeKind::Literal, "'x'",
     "$5", false, "UPDATE t SET (a, b) = (1, $5)"},
    {"sub_link", "SELECT 1 FROM t WHERE a IN (SELECT b FROM u)", NodeKind::SubLink, "IN",
     "f(a) IN (SELECT f(b) FROM u)", false, "SELECT 1 FROM t WHERE f(a) IN (SELECT f(b) FROM u)"},
    {"server_value", "SELECT CURRENT_DATE", NodeKind::ServerValue, "CURRENT", "$1::date", false,
     "SELECT $1::date"},
    {"null_test", "SELECT a IS NULL FROM t", NodeKind::NullTest, "IS", "f(a) IS NULL", false,
     "SELECT f(a) IS NULL FROM t"},
    {"case_argument", "SELECT CASE a WHEN 'x' THEN 1 END FROM t", NodeKind::Column, "a ", "eq(a)",
     false, "SELECT CASE eq(a) WHEN 'x' THEN 1 END FROM t"},
    {"group_by", "SELECT 1 FROM t GROUP BY a", NodeKind::Column, "a", "eq($0)", false,
     "SELECT 1 FROM t GROUP BY eq(a)"},
    {"cast_of_an_operator", "SELECT a FROM t", NodeKind::Column, "a ", "(NOT $0)::text", false,
     "SELECT (NOT a)::text FROM t"}};

class Replace : public testing::TestWithParam<ReplaceCase> {};

TEST_P(Replace, GivesTheStatement) {
  const ReplaceCase& row = GetParam();
  auto tree = parse(row.sql);
  const auto done = tree.replace({row.kind, at(row.sql, row.at)}, row.expression, row.with_casts);
  ASSERT_TRUE(done) << done.error().step;
  EXPECT_EQ(printed(tree), row.expected);
}

/// So many literals that the statement has an index of its nodes.
std::string padding() {
  std::string sql = "WITH pad AS (SELECT 1";
  for (int i = 0; i < 99; ++i) sql += ", 1";
  return sql + ") ";
}

TEST_P(Replace, GivesALongStatementToo) {
  const ReplaceCase& row = GetParam();
  const std::string before = padding();
  const auto location = static_cast<std::int32_t>(before.size()) + at(row.sql, row.at);
  auto tree = parse(before + row.sql);
  ASSERT_TRUE(tree.contains({row.kind, location}));
  const auto done = tree.replace({row.kind, location}, row.expression, row.with_casts);
  ASSERT_TRUE(done) << done.error().step;
  EXPECT_EQ(printed(tree), before + row.expected);
  if (std::string_view(row.expression).find("$0") == std::string_view::npos) {
    EXPECT_FALSE(tree.contains({row.kind, location}));  // it is not there any more
    EXPECT_FALSE(tree.replace({row.kind, location}, "x"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Replace, testing::ValuesIn(kReplaceCases), [](const auto& row) {
  return std::string(row.param.name);
});

TEST(ReplaceErrors, NothingThereIsAnError) {
  auto tree = parse("SELECT a FROM t");
  for (const NodeRef ref : {NodeRef{NodeKind::Column, 8}, NodeRef{NodeKind::Literal, 7},
                            NodeRef{NodeKind::Column, -1}, NodeRef{NodeKind::Column, 999}}) {
    const auto done = tree.replace(ref, "b");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::NotFound);
  }
  EXPECT_EQ(printed(tree), "SELECT a FROM t");
}

TEST(ReplaceErrors, OnlyOneExpressionIsTaken) {
  for (const char* fragment :
       {"", "a, b", "a AS b", "a FROM u", "1; DROP TABLE t", "a)", "(a", "DISTINCT a", "a LIMIT 1",
        "a UNION SELECT 1", "a INTO x", "a FOR UPDATE", "a --\n, b", "'a", "a ORDER BY 1"}) {
    auto tree = parse("SELECT a FROM t");
    const auto done = tree.replace({NodeKind::Column, 7}, fragment);
    ASSERT_FALSE(done) << fragment;
    EXPECT_TRUE(done.error().code == Errc::BadFragment || done.error().code == Errc::Syntax)
        << fragment;
    EXPECT_EQ(printed(tree), "SELECT a FROM t");
  }
}

TEST(Edits, WhatAnEditPutsInIsNotHitByTheNext) {
  const std::string sql = "SELECT a, b FROM t";
  auto tree = parse(sql);
  ASSERT_TRUE(tree.replace({NodeKind::Column, 10}, "c"));
  ASSERT_TRUE(tree.replace({NodeKind::Column, 7}, "b"));
  // The b that was put in has no location; the one at 10 has gone.
  EXPECT_FALSE(tree.replace({NodeKind::Column, 10}, "x"));
  EXPECT_EQ(printed(tree), "SELECT b, c FROM t");
}

TEST(Edits, NestedNodesEitherWayRound) {
  const std::string sql = "SELECT 1 FROM t WHERE lower(a) = 'x'";
  const NodeRef call{NodeKind::Call, at(sql, "lower")};
  const NodeRef column{NodeKind::Column, at(sql, "a)")};
  const NodeRef equals{NodeKind::Operator, at(sql, "=")};
  const char* const expected = "SELECT 1 FROM t WHERE fold(lower(g(a))) = 'x' IS TRUE";
  auto inside_out = parse(sql);
  ASSERT_TRUE(inside_out.replace(column, "g($0)"));
  ASSERT_TRUE(inside_out.replace(call, "fold($0)"));
  ASSERT_TRUE(inside_out.replace(equals, "$0 IS TRUE"));
  EXPECT_EQ(printed(inside_out), expected);
  auto outside_in = parse(sql);
  ASSERT_TRUE(outside_in.replace(equals, "$0 IS TRUE"));
  ASSERT_TRUE(outside_in.replace(call, "fold($0)"));
  ASSERT_TRUE(outside_in.replace(column, "g($0)"));
  EXPECT_EQ(printed(outside_in), expected);
}

TEST(Edits, ANodeUsedTwiceIsEditedInBothPlaces) {
  auto tree = parse("SELECT lower(a) FROM t");
  ASSERT_TRUE(tree.replace({NodeKind::Call, 7}, "f($0, $0)"));
  ASSERT_TRUE(tree.replace({NodeKind::Column, 13}, "g($0)"));
  EXPECT_EQ(printed(tree), "SELECT f(lower(g(a)), lower(g(a))) FROM t");
}

TEST(Edits, ANodeUsedTwiceInALongStatement) {
  const std::string sql = padding() + "SELECT lower(a) FROM t";
  auto tree = parse(sql);
  ASSERT_TRUE(tree.replace({NodeKind::Call, at(sql, "lower")}, "f($0, $0)"));
  ASSERT_TRUE(tree.replace({NodeKind::Column, at(sql, "a) FROM")}, "g($0)"));
  EXPECT_EQ(printed(tree), padding() + "SELECT f(lower(g(a)), lower(g(a))) FROM t");
}

TEST(Edits, ThousandsOfValuesAmongOtherEdits) {
  std::string sql = "INSERT INTO t (a, b) VALUES ";
  std::string expected = "INSERT INTO s.t (a, b) VALUES ";
  std::vector<std::pair<NodeRef, bool>> places;
  for (int i = 0; i < 500; ++i) {
    const char* comma = i == 0 ? "" : ", ";
    places.push_back(
        {{NodeKind::Literal, static_cast<std::int32_t>((sql + comma + "(").size())}, i % 2 == 0});
    sql += comma + std::string("('x'::varchar(") + std::to_string(i + 1) + "), lower('y'))";
    expected += comma + std::string("($9") +
                (i % 2 == 0 ? std::string() : "::varchar(" + std::to_string(i + 1) + ")") +
                (i == 7 ? ", f(lower('y')))" : ", lower('y'))");
  }
  auto tree = parse(sql);
  const auto call = static_cast<std::int32_t>(
      sql.find("lower", static_cast<std::size_t>(places[7].first.location)));
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i == 100) {
      ASSERT_TRUE(tree.qualify_table(at(sql, "t ("), "s"));
    }
    if (i == 200) {
      ASSERT_TRUE(tree.replace({NodeKind::Call, call}, "f($0)"));
    }
    ASSERT_TRUE(tree.replace(places[i].first, "$9", places[i].second)) << i;
  }
  EXPECT_EQ(printed(tree), expected);
}

TEST(ReplaceTable, KeepsTheName) {
  const std::string sql = "SELECT * FROM public.patients JOIN visits AS v (x, y) ON true";
  auto tree = parse(sql);
  ASSERT_TRUE(tree.replace_table(at(sql, "public"), "SELECT id FROM public.patients"));
  ASSERT_TRUE(tree.replace_table(at(sql, "visits"), "SELECT 1, 2"));
  EXPECT_EQ(printed(tree),
            "SELECT * FROM (SELECT id FROM public.patients) patients JOIN (SELECT 1, 2) v(x, y) ON "
            "true");
}

TEST(ReplaceTable, RefusesTargetsSamplesAndNoSelect) {
  auto update = parse("UPDATE t SET a = 1");
  EXPECT_EQ(update.replace_table(7, "SELECT 1").error().code, Errc::NotPossible);
  auto sample = parse("SELECT * FROM t TABLESAMPLE system (1)");
  EXPECT_EQ(sample.replace_table(14, "SELECT 1").error().code, Errc::NotPossible);
  auto tree = parse("SELECT * FROM t");
  EXPECT_EQ(tree.replace_table(15, "SELECT 1").error().code, Errc::NotFound);
  EXPECT_EQ(tree.replace_table(14, "DELETE FROM u").error().code, Errc::BadFragment);
  EXPECT_EQ(tree.replace_table(14, "SELECT 1; SELECT 2").error().code, Errc::BadFragment);
  EXPECT_EQ(tree.replace_table(14, "SELECT 1 INTO x").error().code, Errc::BadFragment);
  EXPECT_EQ(printed(tree), "SELECT * FROM t");
}

TEST(QualifyTable, NamesTheSchema) {
  const std::string sql = "WITH c AS (SELECT 1) INSERT INTO t SELECT * FROM u, c";
  auto tree = parse(sql);
  ASSERT_TRUE(tree.qualify_table(at(sql, "t SELECT"), "My Schema"));
  ASSERT_TRUE(tree.qualify_table(at(sql, "u,"), "public"));
  EXPECT_FALSE(tree.qualify_table(at(sql, "c") + 45, "public"));
  EXPECT_EQ(tree.qualify_table(static_cast<std::int32_t>(sql.size()) - 1, "public").error().code,
            Errc::NotPossible);
  EXPECT_EQ(printed(tree),
            "WITH c AS (SELECT 1) INSERT INTO \"My Schema\".t SELECT * FROM public.u, c");
}

TEST(Outputs, AreAppended) {
  auto select = parse("SELECT a FROM t LIMIT 5");
  ASSERT_TRUE(select.append_outputs({"t.id::text", "f(a)"}));
  EXPECT_EQ(printed(select), "SELECT a, t.id::text AS pgveil_2, f(a) AS pgveil_3 FROM t LIMIT 5");
  auto update = parse("UPDATE t SET a = 1");
  ASSERT_TRUE(update.append_outputs({"id"}));
  EXPECT_EQ(printed(update), "UPDATE t SET a = 1 RETURNING id AS pgveil_1");
  auto insert = parse("INSERT INTO t VALUES (1) RETURNING a");
  ASSERT_TRUE(insert.append_outputs({"id"}));
  EXPECT_EQ(printed(insert), "INSERT INTO t VALUES (1) RETURNING a, id AS pgveil_2");
  for (const char* sql : {"SELECT 1 UNION SELECT 2", "VALUES (1)", "BEGIN"}) {
    auto tree = parse(sql);
    EXPECT_EQ(tree.append_outputs({"id"}).error().code, Errc::NotPossible) << sql;
  }
}

TEST(Outputs, AreReplaced) {
  auto tree = parse("SELECT * FROM t");
  ASSERT_TRUE(tree.set_outputs({{"id", ""}, {"eq(ssn)", "ssn"}, {"1", "Odd \"name"}}));
  EXPECT_EQ(printed(tree), "SELECT id, eq(ssn) AS ssn, 1 AS \"Odd \"\"name\" FROM t");
  auto bad = parse("SELECT * FROM t");
  EXPECT_FALSE(bad.set_outputs({{"id", ""}, {"a, b", ""}}));
  EXPECT_EQ(printed(bad), "SELECT * FROM t");
}

TEST(InsertColumns, AreNamed) {
  auto tree = parse("INSERT INTO t VALUES (1, 2)");
  ASSERT_TRUE(tree.set_insert_columns({"id", "Last \"Name"}));
  EXPECT_EQ(printed(tree), "INSERT INTO t (id, \"Last \"\"Name\") VALUES (1, 2)");
  auto has = parse("INSERT INTO t (a) VALUES (1)");
  EXPECT_FALSE(has.set_insert_columns({"id"}));
  auto defaults = parse("INSERT INTO t DEFAULT VALUES");
  EXPECT_FALSE(defaults.set_insert_columns({"id"}));
}

TEST(Where, IsNarrowed) {
  auto none = parse("SELECT 1 FROM t");
  ASSERT_TRUE(none.and_where("a = 1 OR b = 2"));
  EXPECT_EQ(printed(none), "SELECT 1 FROM t WHERE a = 1 OR b = 2");
  auto some = parse("DELETE FROM t WHERE c OR d");
  ASSERT_TRUE(some.and_where("a = 1 OR b = 2"));
  EXPECT_EQ(printed(some), "DELETE FROM t WHERE (a = 1 OR b = 2) AND (c OR d)");
  auto chain = parse("UPDATE t SET x = 1 WHERE c AND d");
  ASSERT_TRUE(chain.and_where("a AND b"));
  ASSERT_TRUE(chain.and_where("z"));
  ASSERT_TRUE(chain.deparse());
  EXPECT_FALSE(chain.and_where("a) OR (b"));
  auto insert = parse("INSERT INTO t VALUES (1)");
  EXPECT_EQ(insert.and_where("a").error().code, Errc::NotPossible);
}

TEST(ConflictTarget, BecomesExpressions) {
  auto named = parse(
      "INSERT INTO t (ssn) VALUES (1) ON CONFLICT ON CONSTRAINT t_key DO UPDATE SET ssn = "
      "excluded.ssn");
  ASSERT_TRUE(named.replace_conflict_target({"pgveil.equality(ssn)", "ward", "a || b"}));
  EXPECT_EQ(printed(named),
            "INSERT INTO t (ssn) VALUES (1) ON CONFLICT (pgveil.equality(ssn), ward, (a || b)) DO "
            "UPDATE SET ssn = excluded.ssn");
  auto inferred = parse("INSERT INTO t VALUES (1) ON CONFLICT (ssn) WHERE live DO NOTHING");
  ASSERT_TRUE(inferred.replace_conflict_target({"pgveil.equality(ssn)"}));
  EXPECT_EQ(printed(inferred),
            "INSERT INTO t VALUES (1) ON CONFLICT (pgveil.equality(ssn)) WHERE live DO NOTHING");
  auto none = parse("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING");
  EXPECT_EQ(none.replace_conflict_target({"a"}).error().code, Errc::NotPossible);
}

TEST(ExpressionSql, IsThePartWithEdits) {
  const std::string sql = "SELECT 1 FROM t WHERE a = 'x' AND (b + 1)::text LIKE c";
  const auto tree = parse(sql);
  const NodeRef like{NodeKind::Operator, at(sql, "LIKE")};
  EXPECT_EQ(*tree.expression_sql(like), "CAST(b + 1 AS text) LIKE c");
  const auto last = static_cast<std::int32_t>(sql.size()) - 1;
  const auto edited = tree.expression_sql(
      like, {{{NodeKind::Column, at(sql, "b +")}, "s.b"}, {{NodeKind::Column, last}, "$0 || 'y'"}});
  ASSERT_TRUE(edited);
  EXPECT_EQ(*edited, "CAST(s.b + 1 AS text) LIKE c || 'y'");
  EXPECT_EQ(printed(tree), *parse(sql).deparse());
  // An edit outside of the expression finds nothing.
  EXPECT_FALSE(tree.expression_sql(like, {{{NodeKind::Literal, at(sql, "'x'")}, "1"}}));
  EXPECT_FALSE(tree.expression_sql({NodeKind::Column, 1}));
  EXPECT_EQ(*tree.expression_sql({NodeKind::Literal, at(sql, "'x'")}), "'x'");
}

}  // namespace
}  // namespace pgveil::policy::sql
