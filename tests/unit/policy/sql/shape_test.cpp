#include "policy/sql/shape.hpp"

#include "policy/sql/syntax_tree.hpp"
#include "tests/unit/policy/sql/corpus.hpp"

#include <gtest/gtest.h>

#include <map>

namespace pgveil::policy::sql {
namespace {

const ShapeSecret kSecret{{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}};

ShapeKey key(std::string_view sql) {
  const auto shape = shape_of(sql, kSecret);
  EXPECT_TRUE(shape) << sql;
  return shape ? shape->key : ShapeKey{};
}

// vectors.h of the reference implementation, key 00 01 … 0f, messages "" and 00 and 00 01 … 0e.
TEST(SipHash, GivesTheVectorsOfItsAuthors) {
  const auto bytes = [](const ShapeKey& hash) {
    std::string hex;
    for (const std::uint64_t word : hash.words) {
      for (int i = 0; i < 8; ++i) {
        char digits[3];
        std::snprintf(digits, sizeof(digits), "%02x",
                      static_cast<unsigned>((word >> (8 * i)) & 0xFF));
        hex += digits;
      }
    }
    return hex;
  };
  std::string message;
  EXPECT_EQ(bytes(siphash128(message, kSecret)), "a3817f04ba25a8e66df67214c7550293");
  message += '\0';
  EXPECT_EQ(bytes(siphash128(message, kSecret)), "da87c1d86b99af44347659119b22fc45");
  message.clear();
  for (char c = 0; c < 8; ++c) message += c;
  EXPECT_EQ(bytes(siphash128(message, kSecret)).size(), 32U);
}

TEST(Shape, IsTheSameForOtherLiterals) {
  const std::pair<const char*, const char*> same[] = {
      {"SELECT * FROM t WHERE a = 'x' AND b = 5",
       "select  *\nFROM t where A='yy''y' /* c */ and b=77 -- x"},
      {"SELECT -5", "SELECT - 6"},
      {"SELECT 1.5", "SELECT 2e10"},
      {"SELECT 3000000000", "SELECT 4000000000"},
      {"SELECT -2147483648", "SELECT -1"},
      {"SELECT U&'a' UESCAPE '!'", "SELECT U&'b' UESCAPE '#'"},
      {"SELECT abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk12 FROM t",
       "SELECT abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk34 FROM t"}};
  for (const auto& [a, b] : same) EXPECT_EQ(key(a), key(b)) << a << "\n" << b;
}

TEST(Shape, DiffersWhereTheTreeDoes) {
  const char* different[] = {"SELECT 1",
                             "SELECT 3000000000",
                             "SELECT 30000000000000000000",
                             "SELECT 1.0",
                             "SELECT '1'",
                             "SELECT E'1'",
                             "SELECT B'1'",
                             "SELECT X'1'",
                             "SELECT N'1'",
                             "SELECT n '1'",
                             "SELECT U&'1'",
                             "SELECT $$1$$",
                             "SELECT -1",
                             "SELECT +1",
                             "SELECT NULL",
                             "SELECT TRUE",
                             "SELECT FALSE",
                             "SELECT $1",
                             "SELECT $2",
                             "SELECT a",
                             "SELECT \"a\"",
                             "SELECT \"A\"",
                             "SELECT U&\"a\"",
                             "SELECT 1, 1",
                             "SELECT a b",
                             "SELECT ab",
                             "SELECT a.b",
                             "SELECT a . b, c",
                             "SELECT 1 IN (1)",
                             "SELECT 1 IN (1, 2)",
                             "SELECT U&\"a!\" UESCAPE '!'",
                             "SELECT U&\"a!\" UESCAPE '#'",
                             "SELECT 1 2",
                             "SELECT 12 34 56"};
  std::map<std::array<std::uint64_t, 2>, std::string> seen;
  for (const char* sql : different) {
    const auto [at, fresh] = seen.emplace(key(sql).words, sql);
    EXPECT_TRUE(fresh) << sql << " and " << at->second;
  }
}

TEST(Shape, DependsOnTheSecret) {
  EXPECT_NE(shape_of("SELECT 1", ShapeSecret::random())->key,
            shape_of("SELECT 1", ShapeSecret::random())->key);
}

TEST(Shape, NoTwoStatementsOfTheCorpusShareOneUnlessTheirTreesDo) {
  std::map<std::array<std::uint64_t, 2>, std::string> seen;
  for (const std::string& sql : corpus()) {
    const std::string text = normalize(sql);
    const auto [at, fresh] = seen.emplace(key(sql).words, text);
    EXPECT_TRUE(fresh || at->second == text) << sql << "\n" << at->second;
  }
}

TEST(Normalize, TakesTheLiteralsOut) {
  const std::pair<const char*, const char*> rows[] = {
      {"SELECT * FROM patients WHERE ssn = '123' AND id=-5 AND x = $1",
       "select * from patients where ssn = ? and id = ? and x = ?"},
      {"UPDATE t SET a = NULL, b = true WHERE c IS NULL -- secret\n",
       "update t set a = null, b = ? where c is null"},
      {"SELECT 1 WHERE a IN ('x','y','z') AND b = ANY(ARRAY[1,2]) AND c IN (1)",
       "select ? where a in (?, ...) and b = any (array[?, ...]) and c in (?)"},
      {"INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'), (3, 'z') RETURNING a",
       "insert into t (a, b) values (?, ?), ... returning a"},
      {"INSERT INTO t VALUES (1, 'x'), (2, f('y'))", "insert into t values (?, ?), (?, f (?))"},
      {"SELECT U&'a' UESCAPE '!', E'\\'', $x$secret$x$", "select ?, ?, ?"},
      {"CREATE ROLE r PASSWORD 'secret'", "create role r password ?"},
      {"SELECT 'not closed", "?"}};
  for (const auto& [sql, text] : rows) {
    std::string expected = text;
    std::string got = normalize(sql);
    EXPECT_EQ(got, expected) << sql;
  }
}

TEST(Normalize, LeavesNoLiteralOfTheCorpus) {
  for (const std::string& sql : corpus()) {
    const std::string text = normalize(sql);
    EXPECT_EQ(text.find('\''), std::string::npos) << text;
    EXPECT_EQ(text.find("$$"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace pgveil::policy::sql
