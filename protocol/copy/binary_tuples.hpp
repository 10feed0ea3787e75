#pragma once

/// Cuts the binary format of COPY FROM into tuples.
/// Source: PostgreSQL, COPY, "Binary Format"; 15, copyfromparse.c (ReceiveCopyBinaryHeader, NextCopyFrom).

#include "protocol/bytes.hpp"
#include "protocol/copy/error.hpp"

#include <string>
#include <vector>

namespace pgveil::protocol::copy {

inline constexpr std::string_view kSignature{"PGCOPY\n\377\r\n\0", 11};

class BinaryTuples {
 public:
  enum class Found { Tuple, More, End, Error };

  BinaryTuples(std::vector<std::string> columns, std::size_t longest);

  void feed(ByteView bytes);

  void finish() { finished_ = true; }

  [[nodiscard]] Found next();

  /// Valid until the next call of `feed` or `next`.
  [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }

  /// Tuple, from 1.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  [[nodiscard]] const CopyError& error() const { return error_; }

 private:
  [[nodiscard]] std::size_t left() const { return buffer_.size() - at_; }

  [[nodiscard]] ByteView rest() const { return ByteView(buffer_).subspan(at_); }

  Found header();
  Found tuple();
  Found fail(const char* message);

  std::vector<std::string> columns_;
  std::size_t longest_;
  Bytes buffer_;
  std::size_t at_ = 0;
  bool has_header_ = false;
  bool over_ = false;
  bool finished_ = false;
  std::uint64_t number_ = 0;
  std::vector<Cell> cells_;
  CopyError error_;
};

}  // namespace pgveil::protocol::copy
