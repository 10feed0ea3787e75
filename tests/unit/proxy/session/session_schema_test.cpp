#include "proxy/session/session_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using Kind = policy::sql::TransactionKind;

SqlSchema temporary(std::string name) {
  SqlSchema what;
  what.temporary = true;
  what.creates = name;
  what.names = {std::move(name)};
  return what;
}

SqlSchema about(std::string name, bool drops = false) {
  SqlSchema what;
  what.drops = drops;
  what.names = {std::move(name)};
  return what;
}

class Schema : public ::testing::Test {
 protected:
  void add(std::string_view sql, const SqlSchema& what) { schema.add(sql, what, settings); }

  SessionSchema schema;
  SessionSettings settings;
};

TEST_F(Schema, ATemporaryTableOutlivesItsTransaction) {
  add("CREATE TEMP TABLE a ()", temporary("a"));
  EXPECT_TRUE(schema.is_open());
  EXPECT_FALSE(schema.commit());
  EXPECT_THAT(schema.prelude(), ElementsAre(EndsWith("; CREATE TEMP TABLE a ()")));
  add("CREATE INDEX ON a (x)", about("a"));
  EXPECT_FALSE(schema.commit());
  EXPECT_EQ(schema.prelude().size(), 2U);
}

TEST_F(Schema, WhatOthersSeeIsFollowedAtCommit) {
  add("CREATE TABLE b ()", about("b"));
  EXPECT_EQ(schema.prelude().size(), 1U);
  EXPECT_TRUE(schema.commit());
  EXPECT_THAT(schema.prelude(), IsEmpty());
}

TEST_F(Schema, ARollbackTakesBackTheBlock) {
  add("CREATE TEMP TABLE a ()", temporary("a"));
  (void)schema.commit();
  add("CREATE TEMP TABLE b ()", temporary("b"));
  add("CREATE TABLE c ()", about("c"));
  schema.roll_back();
  EXPECT_THAT(schema.prelude(), ElementsAre(EndsWith("TABLE a ()")));
  EXPECT_FALSE(schema.is_open());
}

TEST_F(Schema, Savepoints) {
  add("1", temporary("a"));
  schema.at_savepoint({Kind::Savepoint, "s"});
  add("2", temporary("b"));
  schema.at_savepoint({Kind::Savepoint, "t"});
  add("3", temporary("c"));
  schema.at_savepoint({Kind::RollbackTo, "t"});
  EXPECT_EQ(schema.prelude().size(), 2U);
  schema.at_savepoint({Kind::Release, "t"});
  schema.at_savepoint({Kind::RollbackTo, "t"});  // the server says that there is none
  EXPECT_EQ(schema.prelude().size(), 2U);
  schema.at_savepoint({Kind::RollbackTo, "s"});
  schema.at_savepoint({Kind::RollbackTo, "s"});
  EXPECT_EQ(schema.prelude().size(), 1U);
}

TEST_F(Schema, WhatIsDroppedIsForgotten) {
  for (int i = 0; i < 100; ++i) {
    SqlSchema from = temporary("a");
    from.names = {"a", "rooms"};
    add("CREATE TEMP TABLE a AS TABLE rooms", from);
    add("ALTER TABLE a ADD b int", about("a"));
    add("DROP TABLE a", about("a", true));
    EXPECT_FALSE(schema.commit());
  }
  EXPECT_THAT(schema.prelude(), IsEmpty());
}

TEST_F(Schema, DropOnCommitAndDiscard) {
  SqlSchema brief = temporary("brief");
  brief.drop_on_commit = true;
  add("CREATE TEMP TABLE brief () ON COMMIT DROP", brief);
  add("CREATE TEMP TABLE a ()", temporary("a"));
  EXPECT_FALSE(schema.commit());
  EXPECT_EQ(schema.prelude().size(), 1U);
  add("CREATE TABLE c ()", about("c"));
  schema.discard_temporary();
  EXPECT_EQ(schema.prelude().size(), 1U);
  EXPECT_TRUE(schema.commit());
}

TEST_F(Schema, UserAndSearchPathAreThoseOfThen) {
  settings.session_authorization = "o\"hara";
  settings.search_path = "\"$user\", public";
  add("CREATE TEMP TABLE a ()", temporary("a"));
  EXPECT_THAT(
      schema.prelude(),
      ElementsAre("SET LOCAL ROLE \"o\"\"hara\"; SELECT pg_catalog.set_config('search_path', "
                  "'\"o\"\"hara\", public', true); CREATE TEMP TABLE a ()"));
}

SqlSchema filled(const std::string& name, const std::string& column) {
  SqlSchema what = temporary(name);
  SealedInBlock sealed;
  sealed.schema = "pg_temp";
  sealed.table = name;
  sealed.column = column;
  what.sealed.push_back(std::move(sealed));
  what.twin_sql = "CREATE TEMP TABLE " + name + " AS SELECT WITH NO DATA";
  return what;
}

std::vector<std::string> sealed_columns(const SessionSchema& schema) {
  std::vector<std::string> names;
  for (const SealedInBlock& column : schema.sealed()) {
    names.push_back(column.column);
  }
  return names;
}

TEST_F(Schema, AFilledTableIsMadeEmptyOnTheTwin) {
  add("CREATE TEMP TABLE a AS SELECT $1", filled("a", "x"));
  EXPECT_THAT(schema.prelude(),
              ElementsAre(EndsWith("; CREATE TEMP TABLE a AS SELECT WITH NO DATA")));
}

TEST_F(Schema, SealedColumnsGoWithTheirTable) {
  add("1", filled("a", "x"));
  EXPECT_THAT(sealed_columns(schema), ElementsAre("x"));
  add("DROP TABLE a", about("a", true));
  EXPECT_THAT(sealed_columns(schema), IsEmpty());
  add("2", filled("a", "y"));
  EXPECT_THAT(sealed_columns(schema), ElementsAre("y"));
  (void)schema.commit();
  EXPECT_THAT(sealed_columns(schema), ElementsAre("y"));
}

TEST_F(Schema, ATableThatIsThereIsNotFilledAgain) {
  add("1", filled("a", "x"));
  SqlSchema again = filled("a", "y");
  again.if_not_exists = true;
  add("2", again);
  EXPECT_THAT(sealed_columns(schema), ElementsAre("x"));
}

}  // namespace
}  // namespace pgveil::proxy
