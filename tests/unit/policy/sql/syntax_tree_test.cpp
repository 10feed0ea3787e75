#include "policy/sql/syntax_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

using testing::ElementsAre;

SyntaxTree parse(std::string_view sql) {
  auto tree = SyntaxTree::parse(sql);
  if (!tree) ADD_FAILURE() << sql << ": " << tree.error().message;
  return tree ? std::move(*tree) : std::move(*SyntaxTree::parse("SELECT 1"));
}

std::int32_t at(std::string_view sql, std::string_view part, std::size_t from = 0) {
  return static_cast<std::int32_t>(sql.find(part, from));
}

TEST(Parse, WantsOneStatement) {
  EXPECT_EQ(SyntaxTree::parse("").error().code, Errc::NotOneStatement);
  EXPECT_EQ(SyntaxTree::parse(" ; -- x").error().code, Errc::NotOneStatement);
  EXPECT_EQ(SyntaxTree::parse("SELECT 1; SELECT 2").error().code, Errc::NotOneStatement);
  EXPECT_TRUE(SyntaxTree::parse("SELECT 1 ;"));
}

TEST(Parse, SaysWhereInBytes) {
  const auto tree = SyntaxTree::parse("SELECT 'é' FRM t x");
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, Errc::Syntax);
  EXPECT_EQ(tree.error().position, 16);
  EXPECT_EQ(tree.error().message, "syntax error at or near \"t\"");
}

struct KindCase {
  const char* sql;
  StatementKind kind;
};

TEST(Kinds, AreByTree) {
  const KindCase rows[] = {
      {"VALUES (1)", StatementKind::Select},
      {"TABLE t", StatementKind::Select},
      {"SELECT 1 INTO t", StatementKind::SelectInto},
      {"WITH x AS (SELECT 1) DELETE FROM t", StatementKind::Delete},
      {"END", StatementKind::Transaction},
      {"RESET ALL", StatementKind::Set},
      {"MOVE 1 IN c", StatementKind::Fetch},
      {"ANALYZE t", StatementKind::Analyze},
      {"VACUUM t", StatementKind::Vacuum},
      {"ALTER ROLE x SET a = 1", StatementKind::Role},
      {"ALTER SYSTEM SET a = 1", StatementKind::System},
      {"DROP TABLE t", StatementKind::Ddl},
      {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", StatementKind::Code},
      {"CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
       StatementKind::Code},
      {"CREATE RULE r AS ON INSERT TO t DO ALSO SELECT 1", StatementKind::Code},
      {"CREATE MATERIALIZED VIEW v AS SELECT 1", StatementKind::CreateTableAs},
      {"DO 'x'", StatementKind::Do},
      {"CALL f()", StatementKind::Call}};
  for (const KindCase& row : rows) {
    EXPECT_STREQ(name(parse(row.sql).kind()), name(row.kind)) << row.sql;
  }
}

// The bundled grammar numbers LimitOption in its own way: all three are looked at.
TEST(Facts, KnowTheThreeLimits) {
  const auto none = parse("SELECT a FROM t ORDER BY a");
  EXPECT_FALSE(none.facts().limit || none.facts().with_ties || none.facts().offset);
  const auto limit = parse("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 2");
  EXPECT_TRUE(limit.facts().limit && limit.facts().offset);
  EXPECT_FALSE(limit.facts().with_ties);
  const auto ties = parse("SELECT a FROM t ORDER BY a FETCH FIRST 5 ROWS WITH TIES");
  EXPECT_TRUE(ties.facts().limit && ties.facts().with_ties);
}

TEST(Facts, OfSelect) {
  const auto plain = parse("SELECT a, b FROM t WHERE c");
  EXPECT_TRUE(plain.facts().plain_select && plain.facts().where);
  EXPECT_EQ(plain.facts().outputs, 2U);
  EXPECT_FALSE(plain.facts().distinct || plain.facts().group_by || plain.facts().with);
  const auto all = parse(
      "WITH x AS (DELETE FROM u RETURNING 1) SELECT DISTINCT a FROM t GROUP BY a HAVING b WINDOW w "
      "AS () ORDER BY c");
  EXPECT_TRUE(all.facts().with && all.facts().with_modifying && all.facts().distinct &&
              all.facts().group_by && all.facts().having && all.facts().window_clause &&
              all.facts().order_by);
  EXPECT_TRUE(parse("SELECT DISTINCT ON (a) a FROM t").facts().distinct_on);
  EXPECT_FALSE(parse("SELECT DISTINCT ON (a) a FROM t").facts().distinct);
  EXPECT_TRUE(parse("SELECT 1 UNION SELECT 2").facts().set_operation);
  EXPECT_FALSE(parse("SELECT 1 UNION SELECT 2").facts().plain_select);
  EXPECT_TRUE(parse("VALUES (1), (2)").facts().values);
  EXPECT_EQ(parse("VALUES (1), (2)").facts().values_rows, 2U);
  EXPECT_TRUE(parse("SELECT 1 FROM t FOR SHARE").facts().locking);
  const auto inner = parse("SELECT * FROM (SELECT 1 FROM t FOR UPDATE) s");
  EXPECT_TRUE(inner.facts().locking_anywhere);
  EXPECT_FALSE(inner.facts().locking);
}

TEST(Facts, OfInsert) {
  const auto tree = parse(
      "INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a, (lower(b))) DO UPDATE SET b = 3 "
      "RETURNING "
      "a");
  EXPECT_TRUE(tree.facts().insert_columns && tree.facts().values && tree.facts().on_conflict &&
              tree.facts().on_conflict_update && tree.facts().returning);
  EXPECT_THAT(tree.facts().insert_column_names, ElementsAre("a", "b"));
  EXPECT_THAT(tree.facts().conflict_columns, ElementsAre("a", ""));
  EXPECT_EQ(parse("INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT k DO NOTHING")
                .facts()
                .conflict_constraint,
            "k");
  EXPECT_TRUE(parse("INSERT INTO t DEFAULT VALUES").facts().default_values);
  EXPECT_TRUE(parse("INSERT INTO t SELECT 1").facts().insert_select);
  EXPECT_TRUE(parse("INSERT INTO t OVERRIDING USER VALUE VALUES (1)").facts().overriding);
  EXPECT_FALSE(parse("INSERT INTO t VALUES (1)").facts().overriding);
  EXPECT_TRUE(parse("DELETE FROM t WHERE CURRENT OF c").facts().where_current_of);
}

TEST(Tables, AreInReadingOrderWithTheirUse) {
  const std::string sql =
      "WITH x AS (SELECT * FROM a) INSERT INTO s.t AS tt SELECT * FROM ONLY x, b AS bb (c1), "
      "(SELECT "
      "1 FROM d TABLESAMPLE system (1)) q JOIN public.x ON true WHERE EXISTS (SELECT FROM e)";
  const auto tree = parse(sql);
  std::vector<std::string> names;
  for (const TableRef& table : tree.tables()) names.push_back(table.schema + "." + table.name);
  EXPECT_THAT(names, ElementsAre(".a", "s.t", ".x", ".b", ".d", "public.x", ".e"));
  EXPECT_EQ(tree.tables()[1].use, TableRef::Use::InsertTarget);
  EXPECT_EQ(tree.tables()[1].alias, "tt");
  EXPECT_EQ(tree.tables()[1].location, at(sql, "s.t"));
  EXPECT_TRUE(tree.tables()[2].cte);
  EXPECT_TRUE(tree.tables()[2].only);
  EXPECT_TRUE(tree.tables()[3].has_alias_columns);
  EXPECT_TRUE(tree.tables()[4].sampled);
  EXPECT_FALSE(tree.tables()[5].cte);
  EXPECT_THAT(tree.cte_names(), ElementsAre("x"));
}

TEST(Tables, AWithNameIsSeenOnlyInItsScope) {
  // The first x inside of x is a table; so is the one in the sub-select beside it.
  const auto tree = parse(
      "SELECT * FROM (WITH x AS (SELECT * FROM x) SELECT * FROM x) s, x, (WITH RECURSIVE x AS "
      "(SELECT 1 UNION ALL SELECT * FROM x) SELECT * FROM x) r");
  std::vector<bool> ctes;
  for (const TableRef& table : tree.tables()) ctes.push_back(table.cte);
  EXPECT_THAT(ctes, ElementsAre(false, true, false, true, true));
  const auto later = parse("WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM b");
  EXPECT_FALSE(later.tables()[0].cte);
  EXPECT_TRUE(later.tables()[1].cte);
  EXPECT_TRUE(later.tables()[2].cte);
  // A target never names a WITH query.
  EXPECT_FALSE(parse("WITH t AS (SELECT 1) DELETE FROM t").tables()[0].cte);
}

TEST(Tables, LockedNamesAreNotAmongThem) {
  EXPECT_EQ(parse("SELECT 1 FROM t AS a FOR UPDATE OF a").tables().size(), 1U);
}

TEST(Nodes, AreFoundByKindAndLocation) {
  const std::string sql =
      "SELECT lower(t.a) FROM t WHERE b NOT IN (1) AND c IS NULL AND d ILIKE $1";
  const auto tree = parse(sql);
  EXPECT_TRUE(tree.contains({NodeKind::Call, at(sql, "lower")}));
  EXPECT_FALSE(tree.contains({NodeKind::Column, at(sql, "lower")}));
  EXPECT_THAT(tree.column_parts(at(sql, "t.a")), ElementsAre("t", "a"));
  EXPECT_EQ(tree.operator_form(at(sql, "NOT IN")), OperatorForm::In);
  EXPECT_EQ(tree.operator_name(at(sql, "NOT IN")), "<>");
  EXPECT_GT(tree.list_size(at(sql, "NOT IN")), 0U);
  EXPECT_EQ(tree.list_size(at(sql, "ILIKE")), 0U);
  EXPECT_EQ(tree.operator_form(at(sql, "ILIKE")), OperatorForm::ILike);
  EXPECT_TRUE(tree.contains({NodeKind::NullTest, at(sql, "IS NULL")}));
  EXPECT_TRUE(tree.contains({NodeKind::Parameter, at(sql, "$1")}));
  EXPECT_TRUE(tree.contains({NodeKind::Bool, at(sql, "AND")}));
  EXPECT_FALSE(tree.contains({NodeKind::Column, -1}));
}

TEST(Nodes, CallsAreListed) {
  const std::string sql = "SELECT now(), upper(a) FROM t GROUP BY now(), CURRENT_DATE, upper(a)";
  const auto tree = parse(sql);
  const auto last = static_cast<std::int32_t>(sql.rfind("upper"));
  EXPECT_THAT(tree.calls(),
              ElementsAre(NodeRef{NodeKind::Call, at(sql, "now")},
                          NodeRef{NodeKind::Call, at(sql, "upper")},
                          NodeRef{NodeKind::Call, static_cast<std::int32_t>(sql.rfind("now"))},
                          NodeRef{NodeKind::ServerValue, at(sql, "CURRENT_DATE")},
                          NodeRef{NodeKind::Call, last}));
}

TEST(Nodes, ComparisonsOfRowsAreOneNodeForSeveral) {
  const std::string sql = "SELECT FROM t WHERE (a, b) = (1, 2) AND ROW(c) <> ROW(3) AND d = 4";
  const auto tree = parse(sql);
  EXPECT_EQ(tree.operator_form(at(sql, "= (1")), OperatorForm::Row);
  EXPECT_EQ(tree.operator_form(at(sql, "<>")), OperatorForm::Row);
  EXPECT_EQ(tree.operator_form(at(sql, "= 4")), OperatorForm::Op);
}

TEST(Nodes, KnowTheirCast) {
  const std::string sql = "SELECT a::text, 'x'::date, date '2020-01-01', true, true::int, b";
  const auto tree = parse(sql);
  EXPECT_TRUE(tree.inside_cast({NodeKind::Column, at(sql, "a::")}));
  EXPECT_TRUE(tree.inside_cast({NodeKind::Literal, at(sql, "'x'")}));
  EXPECT_TRUE(tree.inside_cast({NodeKind::Literal, at(sql, "'2020")}));
  EXPECT_FALSE(tree.inside_cast({NodeKind::Literal, at(sql, "true,")}));
  EXPECT_TRUE(tree.inside_cast({NodeKind::Literal, at(sql, "true::")}));
  EXPECT_FALSE(tree.inside_cast({NodeKind::Column, at(sql, "b", 60)}));
}

TEST(Literals, HaveTheirTextAndSign) {
  const auto tree = parse("SELECT - 5, -(7), 'it''s', NULL, TRUE, extract(year FROM x), a - 3");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < tree.literals().size(); ++i) {
    EXPECT_TRUE(tree.literals()[i].in_tree);
    texts.emplace_back(tree.literal_text(static_cast<std::uint16_t>(i)));
  }
  EXPECT_THAT(texts, ElementsAre("- 5", "-(7)", "'it''s'", "NULL", "TRUE", "3"));
  EXPECT_FALSE(tree.cacheable_by_shape());  // -(7)
  EXPECT_TRUE(parse("SELECT - 5, a - 5, -5::int").cacheable_by_shape());
}

TEST(Literals, ThatTheGrammarUsesOtherwiseAreNotInTheTree) {
  const auto tree = parse("COMMENT ON TABLE t IS 'x'");
  ASSERT_EQ(tree.literals().size(), 1U);
  EXPECT_FALSE(tree.literals()[0].in_tree);
}

TEST(Clone, IsATreeOfItsOwn) {
  auto tree = parse("SELECT a FROM t");
  auto copy = tree.clone();
  ASSERT_TRUE(copy.replace({NodeKind::Column, 7}, "b"));
  EXPECT_EQ(*tree.deparse(), "SELECT a FROM t");
  EXPECT_EQ(*copy.deparse(), "SELECT b FROM t");
  EXPECT_EQ(copy.tables().size(), 1U);
}

}  // namespace
}  // namespace pgveil::policy::sql
