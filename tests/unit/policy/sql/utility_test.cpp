#include "policy/sql/syntax_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

UtilityFacts utility(std::string_view sql) {
  const auto tree = SyntaxTree::parse(sql);
  EXPECT_TRUE(tree) << sql;
  return tree ? tree->utility() : UtilityFacts{};
}

struct InnerCase {
  const char* sql;
  const char* inner;  // nullptr: there is one, but its text cannot be cut out
};

TEST(Inner, IsCutOutOfTheText) {
  const InnerCase rows[] = {
      {"EXPLAIN SELECT 1 ;", "SELECT 1"},
      {"EXPLAIN ANALYZE VERBOSE SELECT 1", "SELECT 1"},
      {"EXPLAIN (ANALYZE, FORMAT json) DELETE FROM t", "DELETE FROM t"},
      {"EXPLAIN (SELECT 1)", "(SELECT 1)"},
      {"EXPLAIN ((SELECT 1) UNION SELECT 2)", "((SELECT 1) UNION SELECT 2)"},
      {"EXPLAIN EXECUTE p (1)", "EXECUTE p (1)"},
      {"PREPARE p AS SELECT 'as'", "SELECT 'as'"},
      {"PREPARE \"as\" (int, numeric(5, 2)) AS VALUES ($1) -- x", "VALUES ($1)"},
      {"DECLARE c CURSOR FOR SELECT 1 FOR UPDATE", "SELECT 1 FOR UPDATE"},
      {"DECLARE \"for\" NO SCROLL CURSOR WITH HOLD FOR SELECT 'for'", "SELECT 'for'"},
      {"CREATE TABLE x (a, b) WITH (fillfactor = 70) AS SELECT 1 AS a, 2 WITH NO DATA",
       "SELECT 1 AS a, 2"},
      {"CREATE TABLE x AS EXECUTE p", "EXECUTE p"},
      {"CREATE MATERIALIZED VIEW v AS SELECT 1 WITH DATA;", "SELECT 1"},
      {"CREATE OR REPLACE VIEW v (a) AS SELECT 1 WITH CASCADED CHECK OPTION", "SELECT 1"},
      {"COPY (SELECT (1)) TO STDOUT (FORMAT csv)", "SELECT (1)"},
      {"CREATE RECURSIVE VIEW r (n) AS SELECT 1", nullptr}};
  for (const InnerCase& row : rows) {
    const UtilityFacts facts = utility(row.sql);
    EXPECT_TRUE(facts.has_inner) << row.sql;
    EXPECT_EQ(facts.inner.has_value(), row.inner != nullptr) << row.sql;
    if (facts.inner && row.inner != nullptr) {
      EXPECT_EQ(std::string_view(row.sql).substr(facts.inner->location, facts.inner->length),
                row.inner);
    }
  }
  EXPECT_FALSE(utility("COPY t TO STDOUT").has_inner);
  EXPECT_FALSE(utility("SELECT 1").has_inner);
}

struct IntoCase {
  const char* sql;
  const char* query;  // with the blanks of INTO; nullptr: it cannot be found
  const char* filled;
};

TEST(Inner, OfSelectIntoHasBlanksForTheClause) {
  const IntoCase rows[] = {
      {"SELECT 1 AS a INTO t", "SELECT 1 AS a       ", "CREATE TABLE t(a) AS ?"},
      {"SELECT 'into' INTO TEMP TABLE \"into\" FROM x",
       "SELECT 'into'                        FROM x", "CREATE TEMPORARY TABLE \"into\"(a) AS ?"},
      {"WITH q AS (SELECT 1) SELECT * INTO LOCAL TEMPORARY pg_temp.t FROM q;",
       "WITH q AS (SELECT 1) SELECT *                                FROM q;",
       "CREATE TEMPORARY TABLE pg_temp.t(a) AS ?"},
      {"SELECT 1 INTO UNLOGGED t UNION ALL SELECT 2", "SELECT 1                 UNION ALL SELECT 2",
       "CREATE UNLOGGED TABLE t(a) AS ?"}};
  for (const IntoCase& row : rows) {
    const auto tree = SyntaxTree::parse(row.sql);
    ASSERT_TRUE(tree) << row.sql;
    EXPECT_EQ((*tree).kind(), StatementKind::SelectInto) << row.sql;
    EXPECT_EQ((*tree).utility().into_query, row.query);
    EXPECT_EQ((*tree).utility().into_query.size(), std::string_view(row.sql).size());
    const auto filled = (*tree).filled_table({"a"}, false);
    ASSERT_TRUE(filled) << row.sql;
    EXPECT_EQ((*filled).prefix + "?" + (*filled).suffix, row.filled);
  }
}

TEST(Inner, OfCreateTableAsStandsInAStatementOfItsOwn) {
  const auto tree = SyntaxTree::parse(
      "CREATE TEMP TABLE IF NOT EXISTS t (a) ON COMMIT DROP AS SELECT 1, 2 AS b WITH DATA");
  ASSERT_TRUE(tree);
  EXPECT_TRUE((*tree).utility().if_not_exists);
  EXPECT_THAT((*tree).filled_columns(), ElementsAre("a"));
  const auto filled = (*tree).filled_table({"a", "B"}, true);
  ASSERT_TRUE(filled);
  EXPECT_EQ((*filled).prefix,
            "CREATE TEMPORARY TABLE IF NOT EXISTS t(a, \"B\") ON COMMIT DROP AS ");
  EXPECT_EQ((*filled).suffix, " WITH NO DATA");
  const auto view = SyntaxTree::parse("CREATE MATERIALIZED VIEW v AS SELECT 1");
  ASSERT_TRUE(view);
  EXPECT_FALSE((*view).filled_table({"a"}, false));
}

struct DdlCase {
  const char* sql;
  TableDdl kind;
};

TEST(Utility, TableDdlThatCanBeFollowed) {
  const DdlCase rows[] = {
      {"CREATE TABLE t (a int PRIMARY KEY, b text REFERENCES u)", TableDdl::Create},
      {"CREATE TABLE t (LIKE u)", TableDdl::None},
      {"CREATE TABLE t () INHERITS (u)", TableDdl::None},
      {"CREATE TABLE t PARTITION OF u DEFAULT", TableDdl::None},
      {"CREATE TABLE t (a int) PARTITION BY LIST (a)", TableDdl::None},
      {"CREATE TABLE t OF type", TableDdl::None},
      {"ALTER TABLE t ADD b int, DROP c, ALTER d SET NOT NULL", TableDdl::Alter},
      {"ALTER TABLE t ALTER a TYPE text", TableDdl::Alter},
      {"ALTER TABLE t ALTER a TYPE text USING b", TableDdl::None},
      {"ALTER TABLE t ADD b int, ATTACH PARTITION p DEFAULT", TableDdl::None},
      {"ALTER TABLE t INHERIT u", TableDdl::None},
      {"ALTER TABLE t RENAME a TO b", TableDdl::Alter},
      {"ALTER TABLE t RENAME TO u", TableDdl::Alter},
      {"ALTER TABLE t SET SCHEMA s", TableDdl::Alter},
      {"ALTER VIEW t SET SCHEMA s", TableDdl::None},
      {"ALTER VIEW t RENAME a TO b", TableDdl::None},
      {"ALTER VIEW t ALTER a SET DEFAULT 1", TableDdl::None},
      {"CREATE UNIQUE INDEX i ON t (a)", TableDdl::Index},
      {"CREATE INDEX CONCURRENTLY i ON t (a)", TableDdl::Index},
      {"DROP TABLE t, u CASCADE", TableDdl::DropTable},
      {"DROP INDEX i", TableDdl::DropIndex},
      {"DROP INDEX CONCURRENTLY i", TableDdl::DropIndex},
      {"DROP VIEW v", TableDdl::None},
      {"CREATE SEQUENCE s", TableDdl::None}};
  for (const DdlCase& row : rows) {
    const auto tree = SyntaxTree::parse(row.sql);
    if (tree) {  // what the grammar does not take is nobody's to follow
      EXPECT_EQ(tree->utility().table_ddl, row.kind) << row.sql;
    } else {
      EXPECT_EQ(row.kind, TableDdl::None) << row.sql;
    }
  }
  EXPECT_EQ(utility("ALTER TABLE t RENAME TO u").name, "u");
}

TEST(Utility, Transactions) {
  EXPECT_EQ(utility("START TRANSACTION").transaction, TransactionKind::Begin);
  EXPECT_EQ(utility("END").transaction, TransactionKind::Commit);
  EXPECT_EQ(utility("ABORT").transaction, TransactionKind::Rollback);
  EXPECT_EQ(utility("ROLLBACK TO a").transaction, TransactionKind::RollbackTo);
  EXPECT_EQ(utility("ROLLBACK TO a").name, "a");
  EXPECT_EQ(utility("PREPARE TRANSACTION 'g'").transaction, TransactionKind::Prepare);
  EXPECT_EQ(utility("PREPARE TRANSACTION 'g'").name, "g");
  EXPECT_TRUE(utility("COMMIT AND CHAIN").chain);
  EXPECT_THAT(utility("BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY").options,
              ElementsAre(Pair("transaction_isolation", "serializable"),
                          Pair("transaction_read_only", "1")));
}

TEST(Utility, Settings) {
  const UtilityFacts set = utility("SET LOCAL search_path TO a, \"B\"");
  EXPECT_EQ(set.name, "search_path");
  EXPECT_TRUE(set.set_local);
  EXPECT_THAT(set.set_values, ElementsAre("a", "B"));
  EXPECT_EQ(utility("SET TIME ZONE 'UTC'").name, "timezone");
  EXPECT_EQ(utility("SET ROLE x").name, "role");
  EXPECT_TRUE(utility("RESET ALL").set_reset);
  EXPECT_THAT(utility("RESET ALL").name, IsEmpty());
  EXPECT_TRUE(utility("SET a TO DEFAULT").set_reset);
  EXPECT_TRUE(utility("SET TRANSACTION READ ONLY").set_multi);
  EXPECT_EQ(utility("SHOW work_mem").name, "work_mem");
  EXPECT_TRUE(utility("DISCARD ALL").discard_all);
  EXPECT_FALSE(utility("DISCARD TEMP").discard_all);
}

TEST(Utility, PreparedStatementsAndCursors) {
  EXPECT_THAT(utility("PREPARE p (int, varchar(10), s.\"T\", text[]) AS SELECT 1").prepare_types,
              ElementsAre("int", "varchar(10)", "s.\"T\"", "text[]"));
  EXPECT_THAT(
      utility("EXECUTE p (1, 'a, (b)', -2.5, date '2020-01-01', ARRAY[1, 2], now(), 1 + 1, NULL)")
          .execute_arguments,
      ElementsAre(ExecuteArgument{"1", true}, ExecuteArgument{"'a, (b)'", true},
                  ExecuteArgument{"-2.5", true}, ExecuteArgument{"date '2020-01-01'", true},
                  ExecuteArgument{"ARRAY[1, 2]", true}, ExecuteArgument{"now()", false},
                  ExecuteArgument{"1 + 1", false}, ExecuteArgument{"NULL", true}));
  EXPECT_THAT(utility("EXECUTE p").execute_arguments, IsEmpty());
  EXPECT_EQ(utility("DEALLOCATE p").name, "p");
  EXPECT_THAT(utility("DEALLOCATE ALL").name, IsEmpty());
  const UtilityFacts cursor = utility("DECLARE c BINARY SCROLL CURSOR WITH HOLD FOR SELECT 1");
  EXPECT_TRUE(cursor.cursor_binary && cursor.cursor_hold);
  EXPECT_FALSE(cursor.cursor_no_scroll);
  EXPECT_TRUE(utility("DECLARE c NO SCROLL CURSOR FOR SELECT 1").cursor_no_scroll);
}

TEST(Utility, FetchAndMove) {
  struct Case {
    const char* sql;
    FetchDirection direction;
    std::int64_t count;
    bool move;
  };

  for (const Case& one : {Case{"FETCH c", FetchDirection::Forward, 1, false},
                          Case{"FETCH 10 FROM c", FetchDirection::Forward, 10, false},
                          Case{"FETCH ALL IN c", FetchDirection::Forward, kFetchAll, false},
                          Case{"MOVE FORWARD ALL c", FetchDirection::Forward, kFetchAll, true},
                          Case{"FETCH -1 FROM c", FetchDirection::Forward, -1, false},
                          Case{"FETCH PRIOR c", FetchDirection::Backward, 1, false},
                          Case{"FETCH BACKWARD ALL c", FetchDirection::Backward, kFetchAll, false},
                          Case{"FETCH FIRST c", FetchDirection::Absolute, 1, false},
                          Case{"FETCH LAST c", FetchDirection::Absolute, -1, false},
                          Case{"FETCH RELATIVE 0 c", FetchDirection::Relative, 0, false}}) {
    const UtilityFacts facts = utility(one.sql);
    EXPECT_EQ(facts.name, "c") << one.sql;
    EXPECT_EQ(facts.fetch_direction, one.direction) << one.sql;
    EXPECT_EQ(facts.fetch_count, one.count) << one.sql;
    EXPECT_EQ(facts.fetch_move, one.move) << one.sql;
  }
}

TEST(Utility, Copy) {
  const UtilityFacts copy =
      utility("COPY t (a, \"B\") FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';') WHERE a > 1");
  EXPECT_TRUE(copy.copy_from && copy.copy_where);
  EXPECT_FALSE(copy.copy_file || copy.copy_program);
  EXPECT_THAT(copy.copy_columns, ElementsAre("a", "B"));
  EXPECT_THAT(copy.options,
              ElementsAre(Pair("format", "csv"), Pair("header", ""), Pair("delimiter", ";")));
  const UtilityFacts out = utility("COPY t TO STDOUT CSV HEADER QUOTE '!' FORCE QUOTE a, \"B\"");
  ASSERT_EQ(out.copy_options.size(), 4U);
  EXPECT_EQ(out.copy_options[0].value, "csv");
  EXPECT_EQ(out.copy_options[1].value, "true");
  EXPECT_EQ(out.copy_options[2].value, "!");
  EXPECT_THAT(out.copy_options[3].names, ElementsAre("a", "B"));
  EXPECT_TRUE(utility("COPY t TO STDOUT (FORMAT csv, FORCE_QUOTE *)").copy_options[1].star);
  EXPECT_TRUE(utility("COPY t TO '/tmp/x'").copy_file);
  EXPECT_TRUE(utility("COPY t FROM PROGRAM 'x'").copy_program);
  EXPECT_TRUE(utility("COPY t FROM PROGRAM 'x'").copy_file);
}

TEST(Utility, ExplainAnalyze) {
  EXPECT_TRUE(utility("EXPLAIN ANALYZE SELECT 1").explain_analyze);
  EXPECT_TRUE(utility("EXPLAIN (ANALYZE on) SELECT 1").explain_analyze);
  EXPECT_FALSE(utility("EXPLAIN (ANALYZE off, VERBOSE) SELECT 1").explain_analyze);
  EXPECT_FALSE(utility("EXPLAIN SELECT 1").explain_analyze);
}

TEST(Utility, NamesTheTables) {
  const std::pair<const char*, std::vector<std::string>> rows[] = {
      {"DROP TABLE a, s.b", {".a", "s.b"}},
      {"DROP TRIGGER x ON s.t", {"s.t"}},
      {"DROP TYPE t", {}},
      {"COMMENT ON COLUMN s.t.c IS 'x'", {"s.t"}},
      {"COMMENT ON TABLE t IS 'x'", {".t"}},
      {"TRUNCATE a, ONLY s.b", {".a", "s.b"}},
      {"LOCK a", {".a"}},
      {"COPY s.t TO STDOUT", {"s.t"}},
      {"COPY (WITH x AS (SELECT 1) SELECT * FROM x, a) TO STDOUT", {".a"}},
      {"CREATE VIEW v AS SELECT * FROM a", {".v", ".a"}},
      {"ALTER TABLE s.t ADD FOREIGN KEY (a) REFERENCES u (b)", {"s.t", ".u"}},
      {"CREATE INDEX i ON t (a)", {".t"}},
      {"GRANT SELECT ON a, s.b TO r", {".a", "s.b"}},
      {"CREATE TABLE c (LIKE a) INHERITS (b)", {".c", ".a", ".b"}},
      {"VACUUM a", {".a"}},
      {"REFRESH MATERIALIZED VIEW m", {".m"}}};
  for (const auto& [sql, names] : rows) {
    const auto tree = SyntaxTree::parse(sql);
    ASSERT_TRUE(tree) << sql;
    std::vector<std::string> got;
    for (const TableRef& table : tree->utility_tables())
      got.push_back(table.schema + "." + table.name);
    EXPECT_EQ(got, names) << sql;
  }
}

}  // namespace
}  // namespace pgveil::policy::sql
