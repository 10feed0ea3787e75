#pragma once

/// Rows as the data of a COPY: what COPY TO sends, and what a server reads in COPY FROM.
///   Encoder encoder(options, columns);
///   encoder.header(out); encoder.row(cells, out); … encoder.end(out);
/// Each call appends the body of one CopyData message as PostgreSQL cuts them, or nothing.
/// Source: PostgreSQL 15, src/backend/commands/copyto.c (CopyOneRowTo, CopyAttributeOutText, …CSV).

#include "protocol/bytes.hpp"
#include "protocol/copy/options.hpp"

#include <span>
#include <string>
#include <vector>

namespace pgveil::protocol::copy {

class Encoder {
 public:
  Encoder(Options options, std::vector<std::string> columns);

  /// The line of names, if HEADER asks for it.
  void header(Bytes& out) const;
  /// Cells in text form, or in binary form for the binary format; as many as columns (asserted).
  void row(std::span<const Cell> cells, Bytes& out);
  /// Binary: the trailer. Text, CSV: nothing.
  void end(Bytes& out);

 private:
  void text(std::string_view value, Bytes& out) const;
  void csv(std::string_view value, bool force_quote, Bytes& out) const;
  void signature(Bytes& out);

  Options options_;
  std::vector<std::string> columns_;
  std::vector<bool> force_quote_;
  bool signed_ = false;
};

}  // namespace pgveil::protocol::copy
