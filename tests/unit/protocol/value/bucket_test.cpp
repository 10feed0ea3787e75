#include "protocol/value/bucket.hpp"

#include "protocol/value/numeric.hpp"
#include "protocol/value/scalar.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol::value {
namespace {

struct BucketCase {
  const char* unit;
  TypeOid type;
  const char* text;
  std::int64_t bucket;
};

std::ostream& operator<<(std::ostream& out, const BucketCase& row) {
  return out << row.unit << " of " << row.text;
}

Bytes canonical(TypeOid type, std::string_view text) {
  SessionFormat session;
  session.zone = Zone::Utc;
  const Converted read = from_text(type, text, session);
  const auto* value = std::get_if<Canonical>(&read);
  EXPECT_NE(value, nullptr) << text;
  return value == nullptr ? Bytes() : value->bytes;
}

// The numbers are stored: these rows are added to and never changed.
const BucketCase kCases[] = {{"year", kDate, "2000-01-01", 0},
                             {"year", kDate, "1999-12-31", -1},
                             {"year", kDate, "1937-01-01", -63},
                             {"year", kDate, "1936-12-31", -64},
                             {"year", kDate, "1850-05-05", -64},
                             {"year", kDate, "2136-12-31", 136},
                             {"year", kDate, "2500-01-01", 137},
                             {"month", kDate, "1999-12-31", -1},
                             {"month", kDate, "2026-11-22", 322},
                             {"month", kTimestamp, "1999-12-31 23:59:59.999999", -1},
                             {"week", kDate, "2000-01-02", 0},
                             {"week", kDate, "2000-01-03", 1},
                             {"week", kDate, "1999-12-26", -1},
                             {"day", kTimestamptz, "1999-12-31 23:00:00+00", -1},
                             {"day", kDate, "2000-03-01", 60},
                             {"10", kInt4, "-1", -1},
                             {"10", kInt2, "19", 1},
                             {"10", kInt8, "9223372036854775807", 2047},
                             {"10", kInt8, "-9223372036854775808", -2048},
                             {"0.5", kNumeric, "98.6", 197},
                             {"0.5", kNumeric, "-0.1", -1},
                             {"0.5", kNumeric, "NaN", 2047},
                             {"0.5", kNumeric, "-Infinity", -2048},
                             {"log2", kNumeric, "0.00", 0},
                             {"log2", kNumeric, "1", 65},
                             {"log2", kNumeric, "1.99", 65},
                             {"log2", kNumeric, "2", 66},
                             {"log2", kNumeric, "0.5", 64},
                             {"log2", kInt4, "-8", -68},
                             {"log2", kNumeric, "Infinity", 192}};

class Buckets : public testing::TestWithParam<BucketCase> {};

TEST_P(Buckets, StayWhatTheyAre) {
  const BucketCase& row = GetParam();
  const auto unit = bucket_unit(row.unit);
  ASSERT_TRUE(unit);
  EXPECT_EQ(bucket_of(row.type, canonical(row.type, row.text), *unit), row.bucket);
}

INSTANTIATE_TEST_SUITE_P(All, Buckets, testing::ValuesIn(kCases));

TEST(Buckets, OfInfinitiesAreTheLast) {
  const auto unit = *bucket_unit("day");
  const BucketRange range = buckets_of(unit);
  Bytes low(4, std::byte{0});
  low[0] = std::byte{0x80};
  EXPECT_EQ(bucket_of(kDate, low, unit), range.first);
  EXPECT_EQ(bucket_of(kTimestamp, integer_canonical(8, INT64_MAX).bytes, unit), range.last);
}

TEST(BucketUnit, FitsItsTypesOnly) {
  EXPECT_TRUE(has_buckets(kDate, *bucket_unit("week")));
  EXPECT_FALSE(has_buckets(kInt4, *bucket_unit("week")));
  EXPECT_FALSE(has_buckets(kDate, *bucket_unit("10")));
  EXPECT_TRUE(has_buckets(kNumeric, *bucket_unit("0.25")));
  for (const char* text : {"", "decade", "0", "-1", "1e3", "1.2.3", " 1"}) {
    EXPECT_FALSE(bucket_unit(text)) << text;
  }
}

TEST(OrderPrefix, IsFilledUpAndCut) {
  Bytes out;
  ASSERT_TRUE(order_prefix(kText, as_bytes("Smith"), "2", out));
  EXPECT_EQ(as_text(out), "Sm");
  out.clear();
  ASSERT_TRUE(order_prefix(kVarchar, as_bytes("S"), "3", out));
  EXPECT_EQ(as_text(out), std::string_view("S\0\0", 3));
  out.clear();
  ASSERT_TRUE(order_prefix(kBpchar, as_bytes("S  "), "3", out));
  EXPECT_EQ(as_text(out), std::string_view("S\0\0", 3));
  out.clear();
  ASSERT_TRUE(order_prefix(kDate, canonical(kDate, "1999-12-31"), "month", out));
  EXPECT_EQ(as_text(out), std::string_view("\x7f\xff\xff\xff", 4));
  EXPECT_FALSE(order_prefix(kDate, out, "2x", out));
  EXPECT_FALSE(has_order(kText, "9"));
  EXPECT_FALSE(has_order(kText, "month"));
  EXPECT_FALSE(has_order(kUuid, "2"));
}

}  // namespace
}  // namespace pgveil::protocol::value
