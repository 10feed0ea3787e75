#include "protocol/value/cast.hpp"

#include "tests/unit/protocol/value/value_print.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol::value {
namespace {

SessionFormat utc() {
  SessionFormat session;
  session.zone = Zone::Utc;
  return session;
}

struct AssignCase {
  TypeOid from;
  const char* text;
  TypeOid to;
  const char* expected;
};

constexpr AssignCase kAssignCases[] = {
    {kInt8, "5", kInt4, "00000005"},
    {kInt8, "5000000000", kInt4, "22003 integer out of range"},
    {kInt4, "40000", kInt2, "22003 smallint out of range"},
    {kNumeric, "2.5", kInt4, "00000003"},
    {kNumeric, "-2.5", kInt4, "fffffffd"},
    {kNumeric, "1e30", kInt8, "22003 bigint out of range"},
    {kNumeric, "NaN", kInt4, "0A000 cannot convert NaN to integer"},
    {kInt4, "7", kNumeric, "00010000000000000007"},
    {kInt4, "7", kText, "37"},
    {kBool, "t", kText, "74727565"},
    {kBpchar, "ab  ", kText, "6162"},
    {kText, "ab  ", kBpchar, "61622020"},
    {kDate, "2000-01-02", kTimestamp, "000000141dd76000"},
    {kTimestamp, "1999-12-31 23:00", kDate, "ffffffff"},
    {kBytea, "a", kText, "twin"},
    {kText, "5", kInt4, "twin"}};

TEST(ValueCast, AssignsAsPostgresDoes) {
  for (const AssignCase& row : kAssignCases) {
    const Canonical value{canonical(row.from, row.text)};
    EXPECT_EQ(line(cast_for_assignment(row.from, row.to, value, utc())), row.expected) << row.text;
  }
}

std::string line_of(const Comparable& comparable) {
  if (const auto* value = std::get_if<Canonical>(&comparable)) {
    return hex(value->bytes);
  }
  return std::holds_alternative<NeverEqual>(comparable)  ? "never"
         : std::holds_alternative<NeedsTwin>(comparable) ? "twin"
                                                         : "not comparable";
}

struct CompareCase {
  TypeOid value;
  const char* text;
  TypeOid column;
  const char* expected;
};

constexpr CompareCase kCompareCases[] = {
    {kInt8, "5000000000", kInt4, "never"},
    {kInt8, "5", kInt4, "00000005"},
    {kNumeric, "1.5", kInt4, "never"},
    {kNumeric, "1.00", kInt4, "00000001"},
    {kNumeric, "NaN", kInt4, "never"},
    {kInt4, "5", kNumeric, "00010000000000000005"},
    {kText, "ab ", kVarchar, "616220"},
    {kText, "ab ", kBpchar, "never"},
    {kBpchar, "ab ", kText, "not comparable"},
    {kTimestamp, "2000-01-02 00:00", kDate, "00000001"},
    {kTimestamp, "2000-01-02 00:01", kDate, "never"},
    {kDate, "2000-01-02", kTimestamp, "000000141dd76000"},
    {kUuid, "a0eebc999c0b4ef8bb6d6bb9bd380a11", kText, "not comparable"}};

TEST(ValueCast, FindsTheOneValueThatCanBeEqual) {
  for (const CompareCase& row : kCompareCases) {
    const Canonical value{canonical(row.value, row.text)};
    EXPECT_EQ(line_of(cast_for_comparison(row.value, row.column, value, utc())), row.expected)
        << row.text;
  }
}

TEST(ValueCast, AsksTheTwinWhereTheZoneMatters) {
  const SessionFormat somewhere;
  const Canonical day{canonical(kDate, "2000-01-02")};
  EXPECT_EQ(line_of(cast_for_comparison(kDate, kTimestamptz, day, somewhere)), "twin");
  EXPECT_EQ(line(cast_for_assignment(kDate, kTimestamptz, day, somewhere)), "twin");
  const Canonical moment{canonical(kTimestamptz, "2000-01-02 00:00Z")};
  EXPECT_EQ(line_of(cast_for_comparison(kTimestamptz, kTimestamp, moment, somewhere)),
            "not comparable");
}

}  // namespace
}  // namespace pgveil::protocol::value
