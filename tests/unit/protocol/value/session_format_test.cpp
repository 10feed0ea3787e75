#include "protocol/value/session_format.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol::value {
namespace {

TEST(SessionFormat, ReadsSettingsAsTheServerReportsThem) {
  SessionFormat session;
  EXPECT_TRUE(session.apply("DateStyle", "SQL, DMY"));
  EXPECT_EQ(session.date_style, DateStyle::Sql);
  EXPECT_EQ(session.date_order, DateOrder::Dmy);
  EXPECT_TRUE(session.apply("datestyle", "ISO"));
  EXPECT_EQ(session.date_style, DateStyle::Iso);
  EXPECT_EQ(session.date_order, DateOrder::Dmy);
  EXPECT_TRUE(session.apply("TimeZone", "Etc/UTC"));
  EXPECT_EQ(session.zone, Zone::Utc);
  EXPECT_TRUE(session.apply("timezone", "GMT"));
  EXPECT_EQ(session.zone, Zone::Gmt);
  EXPECT_TRUE(session.apply("TimeZone", "<+00>-00"));
  EXPECT_EQ(session.zone, Zone::Other);
  EXPECT_TRUE(session.apply("IntervalStyle", "iso_8601"));
  EXPECT_EQ(session.interval_style, IntervalStyle::Iso8601);
  EXPECT_TRUE(session.apply("bytea_output", "escape"));
  EXPECT_EQ(session.bytea_output, ByteaOutput::Escape);
  EXPECT_TRUE(session.apply("extra_float_digits", "-3"));
  EXPECT_EQ(session.extra_float_digits, -3);
  EXPECT_FALSE(session.apply("search_path", "public"));
}

}  // namespace
}  // namespace pgveil::protocol::value
