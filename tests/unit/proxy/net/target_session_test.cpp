#include "proxy/net/target_session.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

using Target = TargetSession;

const ParameterStatuses kPrimary{{"in_hot_standby", "off"},
                                 {"default_transaction_read_only", "off"}};
const ParameterStatuses kReadOnlyPrimary{{"in_hot_standby", "off"},
                                         {"default_transaction_read_only", "on"}};
const ParameterStatuses kStandby{{"in_hot_standby", "on"},
                                 {"default_transaction_read_only", "off"}};
const ParameterStatuses kOld{{"server_version", "13.9"}};

struct Case {
  Target target;
  bool primary, read_only_primary, standby;  // which of them will do
};

// libpq-connect, target_session_attrs
const Case kCases[] = {
    {Target::Any, true, true, true},       {Target::ReadWrite, true, false, false},
    {Target::ReadOnly, false, true, true}, {Target::Primary, true, true, false},
    {Target::Standby, false, false, true}, {Target::PreferStandby, true, true, true}};

TEST(TargetSession, NewServersReportWhatTheyAre) {
  for (const Case& c : kCases) {
    const auto fits = [&](const ParameterStatuses& statuses) {
      EXPECT_TRUE(target_question(c.target, statuses).empty());
      return target_mismatch(c.target, statuses, std::nullopt) == nullptr;
    };
    EXPECT_EQ(fits(kPrimary), c.primary) << static_cast<int>(c.target);
    EXPECT_EQ(fits(kReadOnlyPrimary), c.read_only_primary) << static_cast<int>(c.target);
    EXPECT_EQ(fits(kStandby), c.standby) << static_cast<int>(c.target);
  }
}

TEST(TargetSession, OldServersAreAsked) {
  EXPECT_EQ(target_question(Target::Any, kOld), "");
  EXPECT_EQ(target_question(Target::ReadWrite, kOld), "SHOW transaction_read_only");
  EXPECT_EQ(target_question(Target::Standby, kOld), "SELECT pg_catalog.pg_is_in_recovery()");
  EXPECT_EQ(target_mismatch(Target::ReadWrite, kOld, "off"), nullptr);
  EXPECT_NE(target_mismatch(Target::ReadWrite, kOld, "on"), nullptr);
  EXPECT_EQ(target_mismatch(Target::ReadOnly, kOld, "on"), nullptr);
  EXPECT_EQ(target_mismatch(Target::Standby, kOld, "t"), nullptr);
  EXPECT_NE(target_mismatch(Target::Primary, kOld, "t"), nullptr);
}

TEST(TargetSession, AServerThatDoesNotAnswerWillNotDo) {
  for (const Target target :
       {Target::ReadWrite, Target::ReadOnly, Target::Primary, Target::Standby}) {
    EXPECT_NE(target_mismatch(target, kOld, std::nullopt), nullptr);
  }
}

}  // namespace
}  // namespace pgveil::proxy
