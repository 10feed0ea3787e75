#include "protocol/copy/decoder.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol::copy {
namespace {

constexpr std::size_t kLongest = 1 << 20;

/// Rows as `a|b`, NULL as `~`; an error as its context and message.
std::vector<std::string> decode(const Options& options,
                                std::string_view data,
                                std::size_t step,
                                const std::vector<std::string>& columns = {"a", "b"}) {
  Decoder decoder(options, columns, kLongest);
  std::vector<std::string> rows;
  const auto drain = [&] {
    while (true) {
      switch (decoder.next()) {
        case Decoder::Found::Row: {
          std::string row = std::to_string(decoder.line()) + ":";
          for (const Cell& cell : decoder.cells()) {
            row += "|" + (cell ? std::string(as_text(*cell)) : "~");
          }
          rows.push_back(row);
          break;
        }
        case Decoder::Found::Error:
          rows.push_back(context("t", decoder.error(), options.binary()) + ": " +
                         decoder.error().message);
          return false;
        case Decoder::Found::More:
          return true;
        case Decoder::Found::End:
          return false;
      }
    }
  };
  for (std::size_t at = 0; at < data.size(); at += step) {
    decoder.feed(as_bytes(data.substr(at, step)));
    if (!drain()) {
      return rows;
    }
  }
  decoder.finish();
  (void)drain();
  return rows;
}

Options csv() {
  Options options;
  options.format = Format::Csv;
  options.delimiter = ',';
  options.null_text.clear();
  return options;
}

Options with(Options options, auto change) {
  change(options);
  return options;
}

using Rows = std::vector<std::string>;

struct Case {
  const char* name;
  Options options;
  std::string data;
  Rows rows;
};

const Case kCases[] = {
    {"plain", {}, "1\tx\n2\t\\N\n", {"1:|1|x", "2:|2|~"}},
    {"no_last_newline", {}, "1\tx", {"1:|1|x"}},
    {"crlf", {}, "1\tx\r\n2\ty\r\n", {"1:|1|x", "2:|2|y"}},
    {"cr", {}, "1\tx\r2\ty\r", {"1:|1|x", "2:|2|y"}},
    {"mixed_ends",
     {},
     "1\tx\n2\ty\r\n",
     {"1:|1|x", "COPY t, line 2: literal carriage return found in data"}},
    {"newline_after_crlf",
     {},
     "1\tx\r\n2\ty\n",
     {"1:|1|x", "COPY t, line 2: literal newline found in data"}},
    {"escapes", {}, "\\b\\f\\n\\r\\t\\v\t\\101\\x42\\q\\\\\n", {"1:|\b\f\n\r\t\v|ABq\\"}},
    {"escaped_delimiter", {}, "a\\\tb\tc\n", {"1:|a\tb|c"}},
    {"escaped_newline", {}, "a\\\nb\tc\nd\te\n", {"1:|a\nb|c", "2:|d|e"}},
    {"escaped_null_is_no_null", {}, "\\\\N\tx\n", {"1:|\\N|x"}},
    {"end_marker", {}, "1\tx\n\\.\nrest", {"1:|1|x"}},
    {"end_marker_after_data", {}, "1\tx\\.\nrest", {"1:|1|x"}},
    {"corrupt_marker",
     {},
     "1\tx\n\\.x\n",
     {"1:|1|x", "COPY t, line 2: end-of-copy marker corrupt"}},
    {"other_marker_end",
     {},
     "1\tx\r\n\\.\n",
     {"1:|1|x", "COPY t, line 2: end-of-copy marker does not match previous newline style"}},
    {"backslash_at_the_end", {}, "1\tx\\", {"1:|1|x"}},
    {"missing", {}, "1\n", {"COPY t, line 1: \"1\": missing data for column \"b\""}},
    {"extra",
     {},
     "1\t2\t3\n",
     {"COPY t, line 1: \"1\t2\t3\": extra data after last expected column"}},
    {"broken_utf8",
     {},
     "1\t\xff\n",
     {"COPY t, line 1: invalid byte sequence for encoding \"UTF8\": 0xff"}},
    {"escaped_nul",
     {},
     "1\t\\0\n",
     {"COPY t, line 1: \"1\t\\0\": invalid byte sequence for encoding \"UTF8\": 0x00"}},
    {"header", with({}, [](Options& o) { o.header = Header::Line; }), "a\tb\n1\t2\n", {"2:|1|2"}},
    {"header_matches",
     with({}, [](Options& o) { o.header = Header::Match; }),
     "a\tb\n1\t2\n",
     {"2:|1|2"}},
    {"header_differs",
     with({}, [](Options& o) { o.header = Header::Match; }),
     "a\tc\n1\t2\n",
     {"COPY t, line 1: \"a\tc\": column name mismatch in header line field 2: got \"c\", expected "
      "\"b\""}},
    {"header_is_short",
     with({}, [](Options& o) { o.header = Header::Match; }),
     "a\n",
     {"COPY t, line 1: \"a\": wrong number of fields in header line: got 1, expected 2"}},
    {"other_delimiter_and_null",
     with({},
          [](Options& o) {
            o.delimiter = '|';
            o.null_text = "-";
          }),
     "1|-\n\\||x\n",
     {"1:|1|~", "2:|||x"}},
    {"csv", csv(), "1,x\n\"a,\"\"b\",\n", {"1:|1|x", "2:|a,\"b|~"}},
    {"csv_quoted_null", csv(), "\"\",\n", {"1:||~"}},
    {"csv_newline", csv(), "\"a\nb\",c\nd,e\n", {"1:|a\nb|c", "2:|d|e"}},
    {"csv_later_newline", csv(), "1,2\n\"a\nb\",c\nd,e\n", {"1:|1|2", "3:|a\nb|c", "4:|d|e"}},
    {"csv_part_quoted", csv(), "a\"b,c\"d,e\n", {"1:|ab,cd|e"}},
    {"csv_unterminated",
     csv(),
     "1,\"x\n",
     {"COPY t, line 1: \"1,\"x\n\": unterminated CSV quoted field"}},
    {"csv_carriage_return",
     csv(),
     "1,x\n2,\ry\n",
     {"1:|1|x", "COPY t, line 2: unquoted carriage return found in data"}},
    {"csv_marker_is_data", csv(), "\\.x,1\n\\.\n2,3\n", {"1:|\\.x|1"}},
    {"csv_marker_elsewhere", csv(), "1,\\.\n", {"1:|1|\\."}},
    {"csv_escape",
     with(csv(), [](Options& o) { o.escape = '\\'; }),
     "\"a\\\"b\",\"\\\\\"\n",
     {"1:|a\"b|\\"}},
    {"csv_force_not_null",
     with(csv(), [](Options& o) { o.force_not_null = {"b"}; }),
     ",\n",
     {"1:|~|"}},
    {"csv_force_null",
     with(csv(), [](Options& o) { o.force_null = {"b"}; }),
     "\"\",\"\"\n",
     {"1:||~"}},
};

TEST(CopyDecoder, ReadsWhatPostgresReadsHoweverItIsCut) {
  for (const Case& one : kCases) {
    for (const std::size_t step : {1U, 2U, 3U, 1000U}) {
      EXPECT_EQ(decode(one.options, one.data, step), one.rows) << one.name << " by " << step;
    }
  }
}

std::string binary(std::string_view tuples) {
  return std::string(kSignature) + std::string(8, '\0') + std::string(tuples);
}

TEST(CopyDecoder, ReadsTuples) {
  Options options;
  options.format = Format::Binary;
  const std::string row("\0\2\0\0\0\1x\xff\xff\xff\xff", 11);
  const std::string end("\xff\xff", 2);
  const std::pair<std::string, Rows> cases[] = {
      {binary(row + end), {"1:|x|~"}},
      {binary(row), {"1:|x|~"}},
      {binary(row + end + "x"), {"1:|x|~", "COPY t, line 2: received copy data after EOF marker"}},
      {binary(row.substr(0, 6)), {"COPY t, line 1, column a: unexpected EOF in COPY data"}},
      {binary(std::string("\0\1", 2)), {"COPY t, line 1: row field count is 1, expected 2"}},
      {binary(std::string("\0\2\xff\xff\xff\xfe", 6)),
       {"COPY t, line 1, column a: invalid field size"}},
      {"PGCOPX\n", {"COPY t, line 0: COPY file signature not recognized"}},
      {std::string(kSignature) + std::string("\0\1\0\0\0\0\0\0", 8),
       {"COPY t, line 0: invalid COPY file header (WITH OIDS)"}}};
  for (const auto& [data, rows] : cases) {
    for (const std::size_t step : {1U, 5U, 1000U}) {
      EXPECT_EQ(decode(options, data, step), rows) << "by " << step;
    }
  }
}

TEST(CopyDecoder, ARowHasALimit) {
  Decoder decoder({}, {"a"}, 10);
  decoder.feed(as_bytes("12345678901234567890"));
  ASSERT_EQ(decoder.next(), Decoder::Found::Error);
  EXPECT_EQ(decoder.error().sqlstate, "54000");
}

TEST(CopyDecoder, TheContextQuotesAtMostAHundredBytes) {
  CopyError error;
  error.line = 7;
  error.column = "dob";
  error.value = std::string(99, 'x') + "ä";
  EXPECT_EQ(context("t", error, false),
            "COPY t, line 7, column dob: \"" + std::string(99, 'x') + "...\"");
  error.value.reset();
  EXPECT_EQ(context("t", error, false), "COPY t, line 7, column dob: null input");
  EXPECT_EQ(context("t", error, true), "COPY t, line 7, column dob");
}

}  // namespace
}  // namespace pgveil::protocol::copy
