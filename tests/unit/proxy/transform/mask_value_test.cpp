#include "proxy/transform/mask_value.hpp"

#include "tests/unit/proxy/transform/clinic_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::transform {
namespace {

using policy::MaskKind;

struct MaskCase {
  const char* name;
  MaskKind kind;
  policy::TypeOid type;
  std::int32_t typmod;
  const char* value;
  const char* expected;
};

constexpr MaskCase kCases[] = {
    {"last4_of_an_ssn", MaskKind::Last4, 25, -1, "078-05-1120", "*******1120"},
    {"last4_of_a_short_value", MaskKind::Last4, 25, -1, "1120", "****"},
    {"last4_counts_characters", MaskKind::Last4, 1043, -1, "Müßig", "*üßig"},
    {"last4_of_nothing", MaskKind::Last4, 25, -1, "", ""},
    {"last4_ignores_padding", MaskKind::Last4, 1042, 12, "12345   ", "*2345   "},
    {"redact", MaskKind::Redact, 25, -1, "Smith", "***"},
    {"redact_is_cut", MaskKind::Redact, 1043, 6, "ab", "**"},
    {"redact_is_padded", MaskKind::Redact, 1042, 9, "ab   ", "***  "},
    {"zip3", MaskKind::Zip3, 25, -1, "12345-6789", "123"},
    {"zip3_of_a_small_area", MaskKind::Zip3, 25, -1, "03601", "000"},
    {"zip3_of_2010_only", MaskKind::Zip3, 25, -1, "75301", "000"},
    {"zip3_of_something_else", MaskKind::Zip3, 25, -1, "SW1A", "000"},
    {"zip3_of_a_short_value", MaskKind::Zip3, 25, -1, "12", "000"}};

TEST(MaskValue, KeepsTheTypeAndHidesTheRest) {
  for (const MaskCase& row : kCases) {
    protocol::Bytes out;
    ASSERT_EQ(mask_value(row.kind, row.type, row.typmod, bytes(row.value), out), Masked::Value);
    EXPECT_EQ(protocol::as_text(out), row.expected) << row.name;
  }
}

TEST(MaskValue, NullNeedsNoValue) {
  protocol::Bytes out;
  EXPECT_EQ(mask_value(MaskKind::Null, 600, -1, {}, out), Masked::Null);
}

TEST(MaskValue, RefusesWhatDoesNotApply) {
  protocol::Bytes out;
  EXPECT_EQ(mask_value(MaskKind::Year, 25, -1, bytes("1999"), out), Masked::Malformed);
  EXPECT_EQ(mask_value(MaskKind::Year, 1082, -1, bytes("abc"), out), Masked::Malformed);
  EXPECT_EQ(mask_value(MaskKind::Last4, 23, -1, bytes("abcd"), out), Masked::Malformed);
  EXPECT_EQ(mask_value(MaskKind::Redact, 25, -1, bytes("\xff"), out), Masked::Malformed);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace pgveil::proxy::transform
