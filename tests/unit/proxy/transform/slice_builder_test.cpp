#include "proxy/transform/slice_builder.hpp"

#include "tests/unit/proxy/transform/clinic_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::transform {
namespace {

using protocol::Bytes;
using namespace std::string_view_literals;

constexpr std::string_view kHeader = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv;

/// patients(id, ssn) with the patient in column 3, visits(day); one server value.
policy::Slice clinic_slice() {
  policy::Slice slice;
  slice.output_count = 4;
  slice.server_values = {1184};
  policy::SliceRelation patients;
  patients.name = "patients";
  patients.tag = 0;
  patients.columns = {{"id", 23, 1, {}}, {"ssn", 25, 2, open_output(kSsn, 25)}};
  patients.subject_output = 3;
  policy::SliceRelation visits;
  visits.name = "visits";
  visits.tag = 1;
  visits.columns = {{"day", 1082, 2, open_output(kBirth, 1082, policy::MaskKind::Year)}};
  slice.relations = {patients, visits};
  return slice;
}

Bytes int4(std::int32_t value) {
  Bytes out;
  protocol::put_i32(out, value);
  return out;
}

constexpr SliceLimits kEnough{.max_slice_rows = 10, .max_slice_bytes = 1000};

TEST(SliceBuilder, BuildsOneCopyPerRelation) {
  const policy::Slice slice = clinic_slice();
  SliceBuilder builder(slice, 1, clinic_keys(), ByteaForm::Binary, kEnough);
  ASSERT_TRUE(builder.add_row(row({int4(-1), bytes("now"), {}, {}})));
  ASSERT_TRUE(builder.add_row(row({int4(0), int4(7), sealed(kSsn, "078"), bytes("p7")})));
  ASSERT_TRUE(builder.add_row(row({int4(0), int4(8), {}, bytes("p8")})));
  ASSERT_TRUE(builder.finish());
  EXPECT_EQ(builder.rows(), 2U);
  EXPECT_EQ(protocol::as_text(builder.relations()[0].copy),
            std::string(kHeader) + std::string("\0\2\0\0\0\4\0\0\0\7\0\0\0\003078"
                                               "\0\2\0\0\0\4\0\0\0\x08\xff\xff\xff\xff\xff\xff"sv));
  EXPECT_EQ(protocol::as_text(builder.relations()[1].copy), std::string(kHeader) + "\xff\xff");
  EXPECT_EQ(builder.relations()[0].rows, 2U);
  ASSERT_EQ(builder.server_values().size(), 1U);
  EXPECT_EQ(builder.server_values()[0], bytes("now"));
  EXPECT_EQ(builder.subjects().drain(), (std::vector<std::vector<std::string>>{{"p7", "p8"}}));
}

TEST(SliceBuilder, ReadsTextInTheSimpleProtocol) {
  const policy::Slice slice = clinic_slice();
  SliceBuilder builder(slice, 1, clinic_keys(), ByteaForm::Text, kEnough);
  ASSERT_TRUE(builder.add_row(row({bytes("-1"), bytes("\\x6e6f77"), {}, {}})));
  ASSERT_TRUE(builder.add_row(
      row({bytes("0"), bytes("\\x00000007"), as_hex_text(sealed(kSsn, "078")), bytes("\\x7037")})));
  ASSERT_TRUE(builder.add_row(
      row({bytes("1"), {}, as_hex_text(sealed(kBirth, "\xff\xff\xb6\x0a"sv)), {}})));
  ASSERT_TRUE(builder.finish());
  EXPECT_EQ(protocol::as_text(builder.relations()[0].copy),
            std::string(kHeader) + std::string("\0\2\0\0\0\4\0\0\0\7\0\0\0\003078\xff\xff"sv));
  EXPECT_EQ(protocol::as_text(builder.relations()[1].copy),
            std::string(kHeader) + std::string("\0\1\0\0\0\4\xff\xff\xb5\xcf\xff\xff"sv));
  EXPECT_EQ(builder.server_values()[0], bytes("now"));
}

TEST(SliceBuilder, StaysWithinItsLimits) {
  const policy::Slice slice = clinic_slice();
  const Bytes one = row({int4(0), int4(7), {}, {}});
  SliceBuilder by_rows(slice, 1, clinic_keys(), ByteaForm::Binary, {1, 1000});
  ASSERT_TRUE(by_rows.add_row(one));
  const auto third = by_rows.add_row(one);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::SliceRows);
  EXPECT_EQ(client_error(third.error()).sqlstate, "54000");
  SliceBuilder by_bytes(slice, 1, clinic_keys(), ByteaForm::Binary, {10, 20});
  ASSERT_TRUE(by_bytes.add_row(one));
  const auto second = by_bytes.add_row(one);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::SliceBytes);
  SliceBuilder nothing(slice, 1, clinic_keys(), ByteaForm::Binary, {});
  EXPECT_FALSE(nothing.add_row(one));
}

TEST(SliceBuilder, RefusesRowsThatDoNotFitThePlan) {
  const policy::Slice slice = clinic_slice();
  const Bytes rows[] = {row({int4(5), {}, {}, {}}), row({{}, {}, {}, {}}), row({int4(0), {}, {}}),
                        row({bytes("x"), {}, {}, {}}), bytes("")};
  for (const Bytes& body : rows) {
    SliceBuilder builder(slice, 1, clinic_keys(), ByteaForm::Binary, kEnough);
    const auto done = builder.add_row(body);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::MalformedRow);
  }
  SliceBuilder without_values(slice, 1, clinic_keys(), ByteaForm::Binary, kEnough);
  EXPECT_FALSE(without_values.finish());
  SliceBuilder moved(slice, 1, clinic_keys(), ByteaForm::Binary, kEnough);
  const auto wrong = moved.add_row(row({int4(0), {}, sealed(kBirth, "0000"), {}}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::WrongField);
  EXPECT_EQ(wrong.error().output, 2U);
  EXPECT_EQ(wrong.error().row, 1U);
}

}  // namespace
}  // namespace pgveil::proxy::transform
