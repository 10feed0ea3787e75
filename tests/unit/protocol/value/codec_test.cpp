#include "protocol/value/codec.hpp"

#include "tests/unit/protocol/value/value_print.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol::value {
namespace {

using namespace std::string_view_literals;

SessionFormat session_of(std::string_view date_style, std::string_view zone) {
  SessionFormat session;
  session.apply("DateStyle", date_style);
  session.apply("TimeZone", zone);
  return session;
}

struct TextCase {
  TypeOid type;
  std::string_view text;
  const char* expected;
};

constexpr TextCase kTextCases[] = {
    {kInt4, "12", "0000000c"},
    {kInt4, " -2147483648 ", "80000000"},
    {kInt4, "abc", "22P02 invalid input syntax for type integer: \"abc\""},
    {kInt4, "2147483648", "22003 value \"2147483648\" is out of range for type integer"},
    {kInt2, "-32769", "22003 value \"-32769\" is out of range for type smallint"},
    {kInt8, "9223372036854775807", "7fffffffffffffff"},
    {kInt8, "9223372036854775808",
     "22003 value \"9223372036854775808\" is out of range for type bigint"},
    {kInt8, "1.0", "22P02 invalid input syntax for type bigint: \"1.0\""},
    {kBool, "ON", "01"},
    {kBool, "f", "00"},
    {kBool, "o", "22P02 invalid input syntax for type boolean: \"o\""},
    {kNumeric, "12.34", "0002000000000002000c0d48"},
    {kNumeric, "0", "0000000000000000"},
    {kNumeric, "-0.00", "0000000000000002"},
    {kNumeric, "10000.0", "00010001000000010001"},
    {kNumeric, "NaN", "00000000c0000000"},
    {kNumeric, "-inf", "00000000f0000020"},
    {kNumeric, "1.2.3", "22P02 invalid input syntax for type numeric: \"1.2.3\""},
    {kNumeric, "1e1000000", "22003 value overflows numeric format"},
    {kUuid, "{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11"},
    {kUuid, "a0", "22P02 invalid input syntax for type uuid: \"a0\""},
    {kBytea, "\\xDEad be", "deadbe"},
    {kBytea, "\\xd", "22023 invalid hexadecimal data: odd number of digits"},
    {kBytea, "\\xzz", "22023 invalid hexadecimal digit: \"z\""},
    {kBytea, "a\\\\b\\001", "615c6201"},
    {kBytea, "\\9", "22P02 invalid input syntax for type bytea"},
    {kText, "Müller", "4dc3bc6c6c6572"},
    {kText, "\xc3(", "22021 invalid byte sequence for encoding \"UTF8\": 0xc3 0x28"},
    {kText, "a\0b"sv, "22021 invalid byte sequence for encoding \"UTF8\": 0x00"},
    {kText, "\xed\xa0\x80", "22021 invalid byte sequence for encoding \"UTF8\": 0xed 0xa0 0x80"},
    {kDate, "2000-01-01", "00000000"},
    {kDate, "1948-02-29", "ffffb60a"},
    {kDate, "1949-02-29", "twin"},
    {kDate, "today", "twin"},
    {kDate, "infinity", "twin"},
    {kDate, "1/2/2020", "twin"},
    {kTimestamp, "2000-01-01 00:00:01.5", "000000000016e360"},
    {kTimestamp, "1999-12-31T23:59:59", "fffffffffff0bdc0"},
    {kTimestamp, "2000-01-01 24:00", "twin"},
    {kTimestamp, "2000-01-01 00:00:00.1234567", "twin"},
    {kTimestamp, "2000-01-01 00:00:00+01", "twin"},
    {kTimestamptz, "2000-01-01 01:00:00+01", "0000000000000000"},
    {kTimestamptz, "2000-01-01 01:00:00", "twin"},
    {kJsonb, "{}", "twin"},
    {701, "1.5", "twin"}};

TEST(ValueCodec, ReadsTextAsPostgresDoes) {
  for (const TextCase& row : kTextCases) {
    EXPECT_EQ(line(from_text(row.type, row.text, SessionFormat{})), row.expected) << row.text;
  }
}

TEST(ValueCodec, ReadsLocalTimesInAUtcSession) {
  EXPECT_EQ(line(from_text(kTimestamptz, "2000-01-01 00:00", session_of("ISO", "Etc/UTC"))),
            "0000000000000000");
}

struct BinaryCase {
  TypeOid type;
  std::string_view bytes;
  const char* expected;
};

constexpr BinaryCase kBinaryCases[] = {
    {kBool, "\x05"sv, "01"},
    {kBool, ""sv, "08P01 no data left in message"},
    {kInt4, "\0\0\1"sv, "08P01 insufficient data left in message"},
    {kInt4, "\0\0\0\1\0"sv, "22P03 incorrect binary data format in bind parameter 7"},
    {kNumeric, "\0\1\0\0\x12\x34\0\0\0\1"sv, "22P03 invalid sign in external \"numeric\" value"},
    {kNumeric, "\0\1\0\0\0\0\0\0\x27\x10"sv, "22P03 invalid digit in external \"numeric\" value"},
    {kNumeric, "\0\1\0\0\0\0\x40\0\0\1"sv, "22P03 invalid scale in external \"numeric\" value"},
    {kDate, "\x7f\xff\xff\xfe"sv, "22008 date out of range"},
    {kDate, "\x7f\xff\xff\xff"sv, "7fffffff"},
    {kTimestamp, "\x7f\xff\xff\xff\xff\xff\xff\xfe"sv, "22008 timestamp out of range"},
    {kText, "a\0"sv, "22021 invalid byte sequence for encoding \"UTF8\": 0x00"},
    {kBytea, "a\0"sv, "6100"},
    {kJsonb, "\1{}"sv, "twin"}};

TEST(ValueCodec, ReadsBinaryAsPostgresDoes) {
  for (const BinaryCase& row : kBinaryCases) {
    EXPECT_EQ(line(from_binary(row.type, as_bytes(row.bytes), 7)), row.expected) << row.type;
  }
}

TEST(ValueCodec, NumericIsNormalised) {
  // 0 | 1.5 with a zero group in front, a digit group behind, and digits hidden by the scale.
  const auto sent = "\0\4\0\1\0\0\0\1\0\0\0\1\x13\xff\0\7"sv;
  EXPECT_EQ(line(from_binary(kNumeric, as_bytes(sent))),
            "00020000000000010001"
            "1388");
}

struct TypmodCase {
  TypeOid type;
  std::int32_t typmod;
  const char* text;
  const char* expected;
};

constexpr TypmodCase kTypmodCases[] = {
    {kVarchar, 3 + 4, "abc  ", "616263"},
    {kVarchar, 3 + 4, "abcd", "22001 value too long for type character varying(3)"},
    {kVarchar, 3 + 4, "äöü", "c3a4c3b6c3bc"},
    {kVarchar, -1, "abcd", "61626364"},
    {kBpchar, 3 + 4, "ä", "c3a42020"},
    {kBpchar, 3 + 4, "abc    ", "616263"},
    {kBpchar, 3 + 4, "abc d", "22001 value too long for type character(3)"},
    {kNumeric, (5 << 16 | 2) + 4, "1.005",
     "00020000000000020001"
     "0064"},
    {kNumeric, (5 << 16 | 2) + 4, "-1.005",
     "00020000400000020001"
     "0064"},
    {kNumeric, (5 << 16 | 2) + 4, "999.994",
     "0002000000000002"
     "03e726ac"},
    {kNumeric, (5 << 16 | 2) + 4, "999.995",
     "22003 numeric field overflow | A field with precision 5, scale 2 must round to an absolute "
     "value less than 10^3."},
    {kNumeric, (2 << 16 | 2) + 4, "1",
     "22003 numeric field overflow | A field with precision 2, scale 2 must round to an absolute "
     "value less than 1."},
    {kNumeric, (5 << 16 | 2) + 4, "inf",
     "22003 numeric field overflow | A field with precision 5, scale 2 cannot hold an infinite "
     "value."},
    {kTimestamp, 0, "2000-01-01 00:00:00.5", "00000000000f4240"},
    {kTimestamp, 0, "1999-12-31 23:59:59.5", "fffffffffff0bdc0"},
    {kTimestamp, 6, "2000-01-01 00:00:00.000001", "0000000000000001"}};

TEST(ValueCodec, EnforcesModifiersAsAssignmentsDo) {
  for (const TypmodCase& row : kTypmodCases) {
    const Canonical value{canonical(row.type, row.text)};
    EXPECT_EQ(line(apply_typmod(row.type, row.typmod, value)), row.expected) << row.text;
  }
}

struct OutputCase {
  TypeOid type;
  const char* text;
  const char* date_style;
  const char* expected;
};

constexpr OutputCase kOutputCases[] = {
    {kDate, "1997-12-17", "ISO, DMY", "1997-12-17"},
    {kDate, "1997-12-17", "SQL, MDY", "12/17/1997"},
    {kDate, "1997-12-17", "SQL, DMY", "17/12/1997"},
    {kDate, "1997-12-17", "German", "17.12.1997"},
    {kDate, "1997-12-17", "Postgres, MDY", "12-17-1997"},
    {kTimestamp, "1997-12-17 07:37:16.250", "ISO", "1997-12-17 07:37:16.25"},
    {kTimestamp, "1997-12-17 07:37:16", "Postgres, MDY", "Wed Dec 17 07:37:16 1997"},
    {kTimestamptz, "1997-12-17 07:37:16", "Postgres, DMY", "Wed 17 Dec 07:37:16 1997 UTC"},
    {kTimestamptz, "1997-12-17 07:37:16+00", "ISO", "1997-12-17 07:37:16+00"},
    {kTimestamptz, "1997-12-17 07:37:16", "SQL, MDY", "12/17/1997 07:37:16 UTC"},
    {kNumeric, "-00012.3400", "ISO", "-12.3400"},
    {kNumeric, "1e20", "ISO", "100000000000000000000"},
    {kNumeric, "0.00005", "ISO", "0.00005"},
    {kBool, "yes", "ISO", "t"},
    {kUuid, "A0EEBC999C0B4EF8BB6D6BB9BD380A11", "ISO", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
    {kBytea, "a\\\\\\001", "ISO", "\\x615c01"},
    {kInt2, "-5", "ISO", "-5"}};

TEST(ValueCodec, WritesTextUnderTheSessionsSettings) {
  for (const OutputCase& row : kOutputCases) {
    Bytes out;
    const auto session = session_of(row.date_style, "UTC");
    ASSERT_EQ(to_text(row.type, canonical(row.type, row.text), session, out), Output::Done);
    EXPECT_EQ(as_text(out), row.expected);
  }
}

TEST(ValueCodec, WritesByteaInEscapeForm) {
  SessionFormat session;
  session.apply("bytea_output", "escape");
  Bytes out;
  ASSERT_EQ(to_text(kBytea, as_bytes("a\\\1\xff"), session, out), Output::Done);
  EXPECT_EQ(as_text(out), "a\\\\\\001\\377");
}

TEST(ValueCodec, LeavesZonedTextToTheTwinUnlessTheSessionIsInUtc) {
  const Bytes value = canonical(kTimestamptz, "2000-01-01 00:00+00");
  const SessionFormat berlin = session_of("ISO", "Europe/Berlin");
  Bytes out;
  EXPECT_FALSE(native_output(kTimestamptz, berlin));
  EXPECT_EQ(to_text(kTimestamptz, value, berlin, out), Output::NeedsTwin);
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(native_output(kTimestamp, berlin));
  EXPECT_FALSE(native_output(701, berlin));
}

TEST(ValueCodec, DoesNotWriteWhatIsNotCanonical) {
  const TypeOid types[] = {kBool, kInt2, kInt4, kInt8, kDate, kTimestamp, kNumeric, kUuid, kJsonb};
  for (const TypeOid type : types) {
    Bytes out;
    EXPECT_EQ(to_text(type, as_bytes("xyz"), SessionFormat{}, out), Output::Malformed) << type;
    EXPECT_EQ(to_binary(type, as_bytes("xyz"), out), Output::Malformed) << type;
    EXPECT_TRUE(out.empty());
  }
}

TEST(ValueCodec, EqualValuesHaveOneEqualityForm) {
  const auto form = [](TypeOid type, std::string_view text) {
    Bytes out;
    EXPECT_TRUE(equality_form(type, canonical(type, text), out));
    return out;
  };
  EXPECT_EQ(form(kNumeric, "1.0"), form(kNumeric, "1.00"));
  EXPECT_EQ(form(kNumeric, "-0"), form(kNumeric, "0.000"));
  EXPECT_NE(form(kNumeric, "1"), form(kNumeric, "-1"));
  EXPECT_EQ(form(kBpchar, "ab"), form(kBpchar, "ab   "));
  EXPECT_NE(form(kVarchar, "ab"), form(kVarchar, "ab "));
  Bytes out;
  EXPECT_FALSE(equality_form(kJsonb, as_bytes("\1{}"), out));
  EXPECT_FALSE(equality_form(701, as_bytes("12345678"), out));
}

}  // namespace
}  // namespace pgveil::protocol::value
