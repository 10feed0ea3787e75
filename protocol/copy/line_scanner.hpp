#pragma once

/// Cuts the data of COPY FROM, text or CSV, into lines: finds out what ends a line (LF, CR or CRLF, the
/// first one decides), knows quotes, and the end marker `\.`. Fields and escapes are fields.hpp's.
///
/// Call order: feed bytes, cut anywhere; `next` until it says More; feed …; `finish`; `next` until End.
/// A line is looked at once, however many pieces it comes in.
/// Source: PostgreSQL 15, src/backend/commands/copyfromparse.c (CopyReadLineText).

#include "protocol/bytes.hpp"
#include "protocol/copy/error.hpp"
#include "protocol/copy/options.hpp"

#include <string_view>

namespace pgveil::protocol::copy {

class LineScanner {
 public:
  enum class Found { Line, More, End, Error };

  /// `longest`: a line of more bytes is an error (54000).
  LineScanner(const Options& options, std::size_t longest);

  void feed(ByteView bytes);

  /// No more bytes will come: the client's CopyDone.
  void finish() { finished_ = true; }

  [[nodiscard]] Found next();

  /// Without its end; valid until the next call of `feed` or `next`.
  [[nodiscard]] std::string_view line() const { return line_; }

  /// Of the line, or of what is wrong, from 1.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  [[nodiscard]] const CopyError& error() const { return error_; }

 private:
  enum class Ends { Unknown, Lf, Cr, CrLf };
  enum class Step { Go, EndOfLine, EndOfData, More, Error };

  [[nodiscard]] char at(std::size_t index) const;
  Step look(char c);
  Step carriage_return();
  Step newline();
  Step backslash();
  Step end_marker();
  void count_quotes(char c);
  Step fail(const char* message, const char* hint = "");
  Found take_line(bool at_end);

  bool csv_;
  char quote_ = 0;
  char escape_ = 0;
  std::size_t longest_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the current line, in buffer_
  std::size_t at_ = 0;     // what is looked at next
  std::size_t end_ = 0;    // of the line that was found
  std::size_t size_ = 0;   // of the line's end, or of the marker
  Ends ends_ = Ends::Unknown;
  bool in_quote_ = false;
  bool was_escape_ = false;
  bool first_ = true;  // of the line
  bool in_line_ = false;
  bool finished_ = false;
  bool over_ = false;  // the end marker came, or the end
  std::uint64_t number_ = 0;
  std::string_view line_;
  CopyError error_;
};

}  // namespace pgveil::protocol::copy
