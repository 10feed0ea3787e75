#pragma once

/// The answer of a query as COPY TO STDOUT sends it: CopyOutResponse, CopyData per row, CopyDone and
/// CommandComplete.
///   CopyOut copy(plan);   copy.row(body of a client's DataRow, out) …   copy.finish(out);
/// The first of the two writes what comes before the rows. Lifetime: views the plan.

#include "protocol/copy/encoder.hpp"
#include "proxy/session/services.hpp"

namespace pgveil::proxy {

class CopyOut {
 public:
  explicit CopyOut(const CopyPlan& plan);

  /// False: the row has another number of columns; nothing was appended but perhaps the beginning.
  [[nodiscard]] bool row(protocol::ByteView body, protocol::Bytes& out);
  void finish(protocol::Bytes& out);

 private:
  void start(protocol::Bytes& out);

  const CopyPlan* plan_;
  protocol::copy::Encoder encoder_;
  bool started_ = false;
  std::uint64_t rows_ = 0;
  std::vector<protocol::Cell> cells_;
};

/// Formats of the rows that the copy is made from: one per column.
[[nodiscard]] std::vector<std::int16_t> copy_formats(const CopyPlan& plan);

}  // namespace pgveil::proxy
