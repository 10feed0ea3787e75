#include "proxy/audit/show.hpp"

#include "tests/unit/proxy/audit/log_folder.hpp"

#include <gmock/gmock.h>

namespace pgveil::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Show : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto log = folder.open();
    AuditLogin login{a_begin(0).who, true, "scram-sha-256", ""};
    ASSERT_TRUE(log->append_and_wait(login));
    ASSERT_TRUE(log->append_and_wait(a_begin(1)));
    ASSERT_TRUE(log->append_and_wait(an_end(1, {"41", "42"})));
    AuditBegin visits = a_begin(2, "doctor");
    const std::string evidence =
        evidence_of("public.visits", "diagnosis", policy::SeenColumn::How::Clear);
    visits.evidence = evidence;
    ASSERT_TRUE(log->append_and_wait(visits));
    AuditEnd part = an_end(2, {"42"});
    part.last = false;
    ASSERT_TRUE(log->append_and_wait(part));
    ASSERT_TRUE(log->append_and_wait(an_end(2, {"43"})));
    AuditBegin denied = a_begin(3, "stranger");
    denied.plan = "refuse";
    denied.rule = "NoRole";
    ASSERT_TRUE(log->append_and_wait(denied));
    ASSERT_TRUE(log->append_and_wait(a_begin(4, "cut off")));
  }

  std::string show(const ShowFilter& filter, bool json = false, bool with_keys = true) {
    std::ostringstream out;
    code = audit_show(folder.path, filter, with_keys ? folder.keys : nullptr, json, out);
    return out.str();
  }

  static long rows(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n') - 1;
  }

  LogFolder folder;
  int code = -1;
};

TEST_F(Show, EverythingInOrderWithoutTheLogsOwnRecords) {
  const std::string all = show({});
  EXPECT_EQ(code, 0);
  EXPECT_EQ(rows(all), 7) << all;  // start, login, 2 statements, 1 denial, stop, 1 without end
  EXPECT_THAT(all, HasSubstr("patient 41, 42; public.patients.ssn masked"));
  EXPECT_THAT(all, HasSubstr("patient 42, 43; public.visits.diagnosis clear"));
  EXPECT_THAT(all, HasSubstr("denied"));
  EXPECT_THAT(all, HasSubstr("no end"));
}

TEST_F(Show, OnePatientIsFoundByWhoeverSawThem) {
  ShowFilter filter;
  filter.patient = "42";
  EXPECT_EQ(rows(show(filter)), 2);
  filter.patient = "43";
  EXPECT_EQ(rows(show(filter)), 1);
  EXPECT_THAT(show(filter), HasSubstr("doctor"));
  filter.patient = "4";
  EXPECT_EQ(rows(show(filter)), 0);
  (void)show(filter, false, false);
  EXPECT_EQ(code, 2);
}

TEST_F(Show, FiltersByLoginTableAndTime) {
  ShowFilter by_login;
  by_login.login = "stranger";
  EXPECT_EQ(rows(show(by_login)), 1);
  ShowFilter by_table;
  by_table.table = "public.visits";
  EXPECT_EQ(rows(show(by_table)), 1);
  ShowFilter by_time;
  by_time.from = std::chrono::system_clock::now() + std::chrono::hours(1);
  EXPECT_EQ(rows(show(by_time)), 0);
  by_time.from = std::chrono::system_clock::now() - std::chrono::hours(1);
  by_time.until = std::chrono::system_clock::now() + std::chrono::hours(1);
  EXPECT_EQ(rows(show(by_time)), 7);
}

TEST_F(Show, JsonNamesPatientsOnlyWithTheKey) {
  ShowFilter filter;
  filter.login = "doctor";
  EXPECT_THAT(show(filter, true), HasSubstr("\"patient_count\":2,\"patients_complete\":true,"
                                            "\"outcome\":\"00000\",\"duration_us\":1500,"
                                            "\"patients\":[\"42\",\"43\"]"));
  const std::string without = show(filter, true, false);
  EXPECT_THAT(without, HasSubstr("\"patient_count\":2"));
  EXPECT_THAT(without, Not(HasSubstr("\"patients\":")));
}

TEST_F(Show, LinesThatAreNoRecordsAreCounted) {
  std::ofstream(folder.files().back().path, std::ios::app) << "garbage\n";
  EXPECT_THAT(show({}), HasSubstr("1 lines are no records"));
  EXPECT_EQ(code, 1);
}

}  // namespace
}  // namespace pgveil::proxy
