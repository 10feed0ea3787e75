#include "protocol/copy/encoder.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol::copy {
namespace {

std::string encode(const Options& options,
                   const std::vector<std::optional<std::string>>& values,
                   std::vector<std::string> columns = {"a", "b"}) {
  std::vector<Cell> cells;
  for (const auto& value : values) {
    cells.emplace_back(value ? Cell(as_bytes(*value)) : Cell());
  }
  Encoder encoder(options, std::move(columns));
  Bytes out;
  encoder.header(out);
  encoder.row(cells, out);
  encoder.end(out);
  return std::string(as_text(out));
}

Options csv() {
  Options options;
  options.format = Format::Csv;
  options.delimiter = ',';
  options.null_text.clear();
  return options;
}

TEST(CopyEncoder, TextEscapesWhatWouldBeReadOtherwise) {
  EXPECT_EQ(encode({}, {"\b\f\n\r\t\v\\", {}}), "\\b\\f\\n\\r\\t\\v\\\\\t\\N\n");
  Options options;
  options.delimiter = '|';
  options.header = Header::Line;
  EXPECT_EQ(encode(options, {"a|b", ""}), "a|b\na\\|b|\n");
}

TEST(CopyEncoder, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(encode(csv(), {"plain", "a,b"}), "plain,\"a,b\"\n");
  EXPECT_EQ(encode(csv(), {"a\"b", "a\nb"}), "\"a\"\"b\",\"a\nb\"\n");
  EXPECT_EQ(encode(csv(), {{}, ""}), ",\"\"\n");
  EXPECT_EQ(encode(csv(), {"\\."}, {"a"}), "\"\\.\"\n");
  EXPECT_EQ(encode(csv(), {"\\.", "x"}), "\\.,x\n");
  Options forced = csv();
  forced.force_quote = {"b"};
  forced.header = Header::Line;
  EXPECT_EQ(encode(forced, {"x", "y"}), "a,b\nx,\"y\"\n");
  EXPECT_EQ(encode(forced, {"x", {}}), "a,b\nx,\n");
}

TEST(CopyEncoder, BinaryHasAHeaderAlsoWithoutRows) {
  Options options;
  options.format = Format::Binary;
  Encoder encoder(options, {"a"});
  Bytes out;
  encoder.end(out);
  EXPECT_EQ(out.size(), 21U);
  EXPECT_EQ(encode(options, {"x"}, {"a"}).size(), 19U + 2 + 5 + 2);
}

}  // namespace
}  // namespace pgveil::protocol::copy
