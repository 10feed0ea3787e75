#pragma once

/// The data of COPY FROM STDIN as rows: text, CSV and binary, with all that the options ask for.
///   Decoder decoder(options, columns, limit);
///   decoder.feed(body of a CopyData, or a part of one);
///   while (decoder.next() == Decoder::Found::Row) use(decoder.cells());
///   … at the client's CopyDone: decoder.finish(); and `next` again until End or Error.
/// However the bytes are cut, the rows are the same. At most one row is held beyond what was fed.
/// Pure: no SQL, no types; a cell is the client's text or the type's binary form.

#include "protocol/copy/binary_tuples.hpp"
#include "protocol/copy/fields.hpp"
#include "protocol/copy/line_scanner.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgveil::protocol::copy {

class Decoder {
 public:
  enum class Found { Row, More, End, Error };

  /// `longest_row` in bytes: 54000 beyond.
  Decoder(Options options, std::vector<std::string> columns, std::size_t longest_row);

  void feed(ByteView bytes);
  void finish();
  [[nodiscard]] Found next();

  /// One per column; valid until the next call of `feed` or `next`.
  [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }

  /// Where the row ends, as PostgreSQL counts lines: from 1, the header too; binary: the tuple.
  [[nodiscard]] std::uint64_t line() const;

  [[nodiscard]] const CopyError& error() const { return error_; }

  [[nodiscard]] const Options& options() const { return options_; }

 private:
  Found next_line();
  Found take_header();
  Found split();
  Found fail(CopyError error);
  void force_nulls();

  Options options_;
  std::vector<std::string> columns_;
  std::vector<bool> not_null_, null_;  // FORCE_NOT_NULL, FORCE_NULL, per column
  LineScanner lines_;
  BinaryTuples tuples_;
  Fields fields_;
  bool header_due_;
  bool over_ = false;
  std::vector<Cell> cells_;
  CopyError error_;
};

}  // namespace pgveil::protocol::copy
