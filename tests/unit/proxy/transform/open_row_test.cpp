#include "proxy/transform/open_row.hpp"

#include "tests/unit/proxy/transform/clinic_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::transform {
namespace {

using policy::MaskKind;
using protocol::Bytes;
using protocol::value::SessionFormat;

const std::vector<policy::ServerOutput> kOutputs{
    {}, open_output(kSsn, 25), subject_output(1), open_output(kBirth, 1082, MaskKind::Year)};
constexpr std::string_view kDay("\xff\xff\xb6\x0a", 4);  // 1948-02-29

std::string line(const Bytes& message) {
  if (message.empty()) {
    return "nothing";
  }
  EXPECT_EQ(message[0], std::byte{'D'});
  std::vector<protocol::Cell> cells;
  const auto read = protocol::decode_data_row(protocol::ByteView(message).subspan(5), cells);
  EXPECT_TRUE(read.has_value());
  std::string text;
  for (const auto& cell : cells) {
    text += cell ? "<" + std::string(protocol::as_text(*cell)) + ">" : "NULL";
  }
  return text;
}

TEST(RowOpener, OpensMasksAndKeepsSubjectsApart) {
  RowOpener opener(kOutputs, {}, SessionFormat{}, clinic_keys(), ByteaForm::Binary);
  SubjectSet subjects(2);
  Bytes out;
  ASSERT_TRUE(opener.open_row(
      row({bytes("7"), sealed(kSsn, "078"), bytes("p1"), sealed(kBirth, kDay)}), out, subjects));
  EXPECT_EQ(line(out), "<7><078><1948-01-01>");
  out.clear();
  ASSERT_TRUE(opener.open_row(row({{}, {}, {}, {}}), out, subjects));
  EXPECT_EQ(line(out), "NULLNULLNULL");
  EXPECT_EQ(opener.rows(), 2U);
  EXPECT_EQ(subjects.drain(), (std::vector<std::vector<std::string>>{{}, {"p1"}}));
}

TEST(RowOpener, ReadsByteaTextInTheSimpleProtocol) {
  RowOpener opener(kOutputs, {}, SessionFormat{}, clinic_keys(), ByteaForm::Text);
  SubjectSet subjects(2);
  Bytes out;
  ASSERT_TRUE(opener.open_row(row({bytes("7"), as_hex_text(sealed(kSsn, "078")), bytes("p1"),
                                   as_hex_text(sealed(kBirth, kDay))}),
                              out, subjects));
  EXPECT_EQ(line(out), "<7><078><1948-01-01>");
  // bytea_output = escape
  Bytes escaped;
  protocol::value::SessionFormat session;
  session.bytea_output = protocol::value::ByteaOutput::Escape;
  ASSERT_EQ(protocol::value::to_text(17, sealed(kSsn, "078"), session, escaped),
            protocol::value::Output::Done);
  out.clear();
  ASSERT_TRUE(opener.open_row(row({bytes("7"), escaped, {}, {}}), out, subjects));
  EXPECT_EQ(line(out), "<7><078>NULL");
}

TEST(RowOpener, AnswersInTheClientsFormats) {
  const std::int16_t formats[] = {0, 0, 1};
  EXPECT_EQ(*upstream_formats(kOutputs, formats), (std::vector<std::int16_t>{0, 1, 0, 1}));
  const std::int16_t all[] = {1};
  EXPECT_EQ(*upstream_formats(kOutputs, all), (std::vector<std::int16_t>{1, 1, 0, 1}));
  EXPECT_EQ(*upstream_formats(kOutputs, {}), (std::vector<std::int16_t>{0, 1, 0, 1}));
  const std::int16_t two[] = {0, 1};
  EXPECT_FALSE(upstream_formats(kOutputs, two));
  const std::vector<policy::ServerOutput> birth{open_output(kBirth, 1082)};
  RowOpener opener(birth, all, SessionFormat{}, clinic_keys(), ByteaForm::Binary);
  SubjectSet subjects(0);
  Bytes out;
  ASSERT_TRUE(opener.open_row(row({sealed(kBirth, kDay)}), out, subjects));
  EXPECT_EQ(line(out), "<" + std::string(kDay) + ">");
}

TEST(RowOpener, MaskNullHidesTheValue) {
  const std::vector<policy::ServerOutput> outputs{open_output(kSsn, 25, MaskKind::Null)};
  RowOpener opener(outputs, {}, SessionFormat{}, clinic_keys(), ByteaForm::Binary);
  SubjectSet subjects(0);
  Bytes out;
  ASSERT_TRUE(opener.open_row(row({sealed(kSsn, "078")}), out, subjects));
  EXPECT_EQ(line(out), "NULL");
}

TEST(RowOpener, SaysWhereAValueDoesNotOpenAndSendsNothing) {
  Bytes flipped = sealed(kSsn, "078");
  flipped.back() ^= std::byte{1};

  struct Broken {
    Bytes body;
    Errc code;
    std::uint16_t output;
  };

  const Broken rows[] = {{row({{}, sealed(kBirth, kDay), {}, {}}), Errc::WrongField, 1},
                         {row({{}, flipped, {}, {}}), Errc::BadTag, 1},
                         {row({{}, bytes("plain"), {}, {}}), Errc::NotSealed, 1},
                         {row({{}, {}, {}, sealed(kBirth, "abc")}), Errc::MalformedValue, 3},
                         {row({{}, {}, {}}), Errc::MalformedRow, 0},
                         {bytes("\0"), Errc::MalformedRow, 0}};
  std::uint64_t ordinal = 0;
  RowOpener opener(kOutputs, {}, SessionFormat{}, clinic_keys(), ByteaForm::Binary);
  SubjectSet subjects(2);
  for (const Broken& broken : rows) {
    Bytes out = bytes("before");
    const auto done = opener.open_row(broken.body, out, subjects);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, broken.code);
    EXPECT_EQ(done.error().output, broken.output);
    EXPECT_EQ(done.error().row, ++ordinal);
    EXPECT_EQ(out, bytes("before"));
    EXPECT_EQ(is_integrity_failure(broken.code), broken.code != Errc::MalformedRow);
  }
}

TEST(RowOpener, KeepsUnopenableZonesForTheTwin) {
  const std::vector<policy::ServerOutput> outputs{open_output(kBirth, 1184)};
  RowOpener opener(outputs, {}, SessionFormat{}, clinic_keys(), ByteaForm::Binary);
  SubjectSet subjects(0);
  Bytes out;
  const auto done = opener.open_row(row({sealed(kBirth, "12345678")}), out, subjects);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::NeedsTwin);
}

TEST(SubjectSet, ForgetsNothingUntilDrained) {
  SubjectSet subjects(2, 2);
  subjects.add(0, "b");
  subjects.add(0, "b");
  subjects.add(1, "b");
  EXPECT_TRUE(subjects.wants_drain());
  subjects.add(0, "a");
  EXPECT_EQ(subjects.drain(), (std::vector<std::vector<std::string>>{{"a", "b"}, {"b"}}));
  EXPECT_EQ(subjects.size(), 0U);
  subjects.add(0, "a");
  EXPECT_EQ(subjects.size(), 1U);
}

}  // namespace
}  // namespace pgveil::proxy::transform
