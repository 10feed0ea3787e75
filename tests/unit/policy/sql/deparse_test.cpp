#include "policy/sql/shape.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "tests/unit/policy/sql/corpus.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace pgveil::policy::sql {
namespace {

bool is_dml(const SyntaxTree& tree) {
  switch (tree.kind()) {
    case StatementKind::Select:
    case StatementKind::Insert:
    case StatementKind::Update:
    case StatementKind::Delete:
    case StatementKind::Merge:
      return true;
    default:
      return false;
  }
}

// What libpg_query 15-4.0.0 cannot print so that it means the same. An error, so that it is never sent.
const std::set<std::string> kRefused = {"SET TIME ZONE INTERVAL '+01:00' HOUR TO MINUTE",
                                        "SHOW ALL",
                                        "COPY public.patients TO STDOUT CSV HEADER QUOTE '\"'",
                                        "CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC "
                                        "SELECT 1; SELECT CASE WHEN true THEN 2 "
                                        "END; END"};

TEST(Deparse, EveryStatementOfTheCorpusComesBackAsTheSameTree) {
  for (const std::string& sql : corpus()) {
    const auto tree = SyntaxTree::parse(sql);
    ASSERT_TRUE(tree) << sql << "\n" << tree.error().message;
    const auto out = tree->deparse();
    EXPECT_EQ(static_cast<bool>(out), kRefused.count(sql) == 0) << sql;
    if (!out) {
      EXPECT_EQ(out.error().code, Errc::Deparse);
    }
  }
}

TEST(Deparse, FourThreadsDoNotDisturbEachOther) {
  const std::vector<std::string> statements = corpus();
  std::vector<std::string> expected;
  for (const std::string& sql : statements) {
    const auto out = SyntaxTree::parse(sql)->deparse();
    expected.push_back(out ? *out : "");
  }
  std::vector<std::thread> threads;
  std::atomic<std::size_t> wrong = 0;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < statements.size(); ++i) {
        const std::size_t at = (i * 7 + t * 31) % statements.size();
        const auto out = SyntaxTree::parse(statements[at])->deparse();
        if ((out ? *out : "") != expected[at]) ++wrong;
        if (SyntaxTree::parse("SELECT FROM FROM " + std::to_string(i))) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0U);
}

TEST(Deparse, ATreeThatCannotBePrintedIsAnError) {
  for (const std::string sql :
       {// The bug prints a column of the next assignment into the second group.
        "UPDATE t SET (g, h) = (1, 2), (i, j) = (3, 4), k = 5",
        // Silently dropped clauses.
        "CREATE TABLE t (a text COMPRESSION pglz)",
        "CREATE TABLE t (a int UNIQUE NULLS NOT DISTINCT)"}) {
    const auto tree = SyntaxTree::parse(sql);
    ASSERT_TRUE(tree) << sql;
    EXPECT_FALSE(tree->deparse()) << sql;
  }
}

TEST(Deparse, PrintingLeavesTheTreeAsItWas) {
  const auto tree = SyntaxTree::parse(
      "SELECT (NOT a)::text, (a + 1) AT TIME ZONE 'x' FROM t FOR UPDATE OF t NOWAIT");
  ASSERT_TRUE(tree);
  const auto first = tree->deparse();
  ASSERT_TRUE(first);
  ASSERT_TRUE(tree->deparse_with_holes({0, 1}));
  EXPECT_EQ(*tree->deparse(), *first);
  EXPECT_TRUE(tree->contains({NodeKind::Literal, 27}));
}

TEST(Deparse, EveryLiteralOfTheCorpusIsOneOfTheScan) {
  std::size_t literals = 0;
  for (const std::string& sql : corpus()) {
    const auto tree = SyntaxTree::parse(sql);
    ASSERT_TRUE(tree);
    if (!is_dml(*tree)) continue;
    // Only a minus in front of brackets is folded in a way that no lexer sees.
    EXPECT_EQ(tree->cacheable_by_shape(),
              sql.find("-(-") == sql.npos && sql.find("- (-5") == sql.npos)
        << sql;
    if (!tree->cacheable_by_shape()) continue;
    const auto shape = shape_of(sql, ShapeSecret{});
    ASSERT_TRUE(shape);
    ASSERT_EQ(shape->literals.size(), tree->literals().size());
    for (std::size_t i = 0; i < shape->literals.size(); ++i) {
      EXPECT_EQ(shape->literals[i], static_cast<const Literal&>(tree->literals()[i]));
    }
    literals += shape->literals.size();
  }
  EXPECT_GT(literals, 500U);
}

/// All holes at once, filled with what stood there, give the same statement.
TEST(Deparse, HolesFilledWithTheirOwnLiteralsGiveTheStatement) {
  for (const std::string& sql : corpus()) {
    const auto tree = SyntaxTree::parse(sql);
    ASSERT_TRUE(tree);
    if (!is_dml(*tree)) continue;
    std::vector<std::uint16_t> indexes;
    for (std::size_t i = 0; i < tree->literals().size(); ++i) {
      if (tree->literals()[i].in_tree) indexes.push_back(static_cast<std::uint16_t>(i));
    }
    const auto holes = tree->deparse_with_holes(indexes);
    ASSERT_TRUE(holes) << sql << "\n" << holes.error().step;
    ASSERT_EQ(holes->pieces.size(), holes->holes.size() + 1);
    std::set<std::uint32_t> seen(holes->holes.begin(), holes->holes.end());
    EXPECT_EQ(seen.size(), indexes.size()) << sql;
    std::string filled = holes->pieces[0];
    for (std::size_t i = 0; i < holes->holes.size(); ++i) {
      filled += tree->literal_text(static_cast<std::uint16_t>(holes->holes[i] - 50'000));
      filled += holes->pieces[i + 1];
    }
    const auto again = SyntaxTree::parse(filled);
    ASSERT_TRUE(again) << sql << "\n" << filled << "\n" << again.error().message;
    EXPECT_EQ(*tree->deparse(), *again->deparse()) << filled;
  }
}

TEST(Holes, AreNumberedByLiteral) {
  const auto tree = SyntaxTree::parse("SELECT 'a', -5::int2 FROM t WHERE b = -7 AND c = '$50001'");
  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->literals().size(), 4U);
  const auto holes = tree->deparse_with_holes({2, 3});
  ASSERT_TRUE(holes);
  EXPECT_EQ(holes->holes, (std::vector<std::uint32_t>{50'002, 50'003}));
  EXPECT_EQ(holes->pieces, (std::vector<std::string>{"SELECT 'a', - 5::int2 FROM t WHERE b = (",
                                                     ") AND c = ", ""}));
}

TEST(Holes, ReportTheMarkersOfEdits) {
  auto tree = SyntaxTree::parse("SELECT id FROM t WHERE ssn = '1' AND b = 2 AND c = TRUE");
  ASSERT_TRUE(tree);
  ASSERT_TRUE(tree->replace({NodeKind::Literal, 29}, "$115536"));
  const auto holes = tree->deparse_with_holes({1, 2});
  ASSERT_TRUE(holes);
  EXPECT_EQ(holes->holes, (std::vector<std::uint32_t>{115'536, 50'001, 50'002}));
  EXPECT_EQ(holes->pieces, (std::vector<std::string>{
                               "SELECT id FROM t WHERE ssn = ", " AND b = ", " AND c = ", ""}));
  // Literal 0 has gone.
  const auto gone = tree->deparse_with_holes({0});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::NotFound);
}

TEST(Holes, RefuseAClientParameterThatLooksLikeAMarker) {
  const auto tree = SyntaxTree::parse("SELECT $50000");
  ASSERT_TRUE(tree);
  EXPECT_FALSE(tree->deparse_with_holes({}));
  EXPECT_TRUE(tree->deparse_with_holes({}, 60'000));
}

TEST(Holes, ATypeModifierIsNone) {
  const auto tree = SyntaxTree::parse("SELECT a::varchar(10), N'x', interval(3) '1'");
  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->literals().size(), 4U);
  EXPECT_FALSE(tree->literals()[0].in_tree);
  EXPECT_FALSE(tree->literals()[1].in_tree);
  EXPECT_FALSE(tree->literals()[2].in_tree);
  EXPECT_TRUE(tree->literals()[3].in_tree);
}

}  // namespace
}  // namespace pgveil::policy::sql
