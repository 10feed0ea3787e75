#include "proxy/session/settings.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

TEST(SessionSettings, NamesAreFoundInAnyCase) {
  SessionSettings settings;
  EXPECT_TRUE(settings.apply("timezone", "Asia/Tokyo"));
  EXPECT_EQ(settings.time_zone, "Asia/Tokyo");
  EXPECT_TRUE(settings.apply("TimeZone", "UTC"));
  EXPECT_EQ(*settings.find("TIMEZONE"), "UTC");
  EXPECT_FALSE(settings.apply("work_mem", "4MB"));
  EXPECT_EQ(settings.find("work_mem"), nullptr);
}

TEST(SessionSettings, TheRoleIsTheCurrentUser) {
  SessionSettings settings;
  settings.session_authorization = "nurse";
  EXPECT_EQ(settings.current_user(), "nurse");
  settings.role = "doctor";
  EXPECT_EQ(settings.current_user(), "doctor");
}

TEST(SessionSettings, EachOfThemMakesADifference) {
  const SessionSettings base;
  for (const std::string_view name : setting_names()) {
    SessionSettings other;
    ASSERT_TRUE(other.apply(name, "something else"));
    EXPECT_NE(other, base) << name;
    const bool identity = name == "role" || name == "session_authorization";
    EXPECT_EQ(other.plan_hash() == base.plan_hash(), identity) << name;
    EXPECT_EQ(other.plans_alike(base), identity) << name;
  }
}

}  // namespace
}  // namespace pgveil::proxy
