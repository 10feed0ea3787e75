#include "proxy/session/deallocate.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

TEST(Deallocate, ReadsTheNameAsTheServerDoes) {
  struct Case {
    const char* sql;
    std::optional<std::string> name;
  };

  const Case cases[] = {
      {"DEALLOCATE s", "s"},
      {"deallocate prepare S_1", "s_1"},
      {"DEALLOCATE PREPARE \"S_1\"", "S_1"},
      {"DEALLOCATE /* which */ \"a\"\"b\"", "a\"b"},
      {"DEALLOCATE prepare", "prepare"},
      {"DEALLOCATE ALL", std::nullopt},
      {"DEALLOCATE PREPARE ALL", std::nullopt},
      {"DEALLOCATE \"all\"", "all"},
      {"SELECT 1", std::nullopt},
      {"", std::nullopt},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(deallocated_name(one.sql), one.name) << one.sql;
  }
}

TEST(Deallocate, QuotesTheServersName) {
  EXPECT_EQ(deallocate_sql("pgveil_s1"), "DEALLOCATE \"pgveil_s1\"");
  EXPECT_EQ(deallocate_sql("a\"b"), "DEALLOCATE \"a\"\"b\"");
}

}  // namespace
}  // namespace pgveil::proxy
