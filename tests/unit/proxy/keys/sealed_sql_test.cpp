#include "proxy/keys/sealed_sql.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::keys {
namespace {

TEST(SealedSql, OtherSqlComesBackAsItIs) {
  const crypto::Keyring none;
  EXPECT_EQ(open_sql(none, "now()"), "now()");
  EXPECT_FALSE(is_sealed_sql("'pgveil_sealed:1:00'::text"));
}

TEST(SealedSql, WithoutTheKeyNothingComes) {
  const crypto::Keyring none;
  EXPECT_FALSE(seal_sql(none, crypto::FieldId{1}, "'x'"));
  EXPECT_FALSE(open_sql(none, "pgveil_sealed:1:00ff"));
  EXPECT_FALSE(open_sql(none, "pgveil_sealed:1"));
  EXPECT_FALSE(open_sql(none, "pgveil_sealed:x:00"));
}

}  // namespace
}  // namespace pgveil::proxy::keys
