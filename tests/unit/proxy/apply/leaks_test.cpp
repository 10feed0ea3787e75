#include "proxy/apply/leaks.hpp"

#include "tests/support/clinic_policy.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace pgveil::proxy::apply {
namespace {

TEST(Leaks, AreToldPerSealedColumn) {
  const auto policy = test::policy_of(R"toml(
[table."public.t"]
[table."public.t".column]
note = { class = "labs", phi = "health", seal = true }
ssn  = { class = "government_id", phi = "ssn", seal = true, search = ["equality"] }
hiv  = { class = "labs", phi = "health", seal = true, search = ["equality"] }
mrn  = { class = "demographics", phi = "mrn", seal = true, search = ["text"], pad = 16 }
born = { class = "demographics", phi = "birth_date", seal = true, search = ["range:year"] }
name = { class = "demographics", phi = "name", seal = true, search = ["order:2"], pad = 16 }
city = { class = "contact" }
)toml");
  const auto leaks = leaks_of(policy);
  ASSERT_EQ(leaks.size(), 6U);
  EXPECT_EQ(leaks[0].at_once, "that a row exists, NULL or not, length");
  EXPECT_EQ(leaks[0].never, "value, equality");
  EXPECT_EQ(leaks[1].never, "values that occur once");
  EXPECT_EQ(leaks[1].warning, "");
  EXPECT_NE(leaks[2].warning.find("how often"), std::string::npos);
  EXPECT_NE(leaks[3].at_once.find("steps of 16"), std::string::npos);
  EXPECT_NE(leaks[3].warning.find("digits"), std::string::npos);
  EXPECT_NE(leaks[4].at_once.find("which rows are of the same year"), std::string::npos);
  EXPECT_EQ(leaks[4].never, "anything finer than the year");
  EXPECT_NE(leaks[5].at_once.find("the order of rows by the first 2 bytes"), std::string::npos);
  EXPECT_NE(leaks[5].warning.find("order beside other columns"), std::string::npos);
  std::ostringstream out;
  print(leaks, out);
  EXPECT_NE(out.str().find("public.t.hiv (search: equality)"), std::string::npos);
}

}  // namespace
}  // namespace pgveil::proxy::apply
