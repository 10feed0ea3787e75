#pragma once

/// Turns rows of the server into rows for the client: the way out.
///
/// Give upstream_formats() to the server's Bind (extended protocol), then open_row() each DataRow. In the
/// simple protocol everything is text and sealed cells are bytea text.
/// Lifetime: the opener views the plan's outputs and the keyring, which outlive it. Threads: one.

#include "policy/rewrite/plan.hpp"
#include "proxy/transform/cell_opener.hpp"
#include "proxy/transform/error.hpp"
#include "proxy/transform/subject_set.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace pgveil::proxy::transform {

/// Result formats for the server's Bind: the client's for forwarded columns, binary for sealed ones,
/// text for subjects. `client_formats`: as in the client's Bind (none, one for all, or one each).
/// Nothing if their number fits neither (the caller answers 08P01).
[[nodiscard]] std::optional<std::vector<std::int16_t>> upstream_formats(
    std::span<const policy::ServerOutput> outputs, std::span<const std::int16_t> client_formats);

class RowOpener {
 public:
  /// `client_formats` as in upstream_formats, which accepted them (asserted).
  RowOpener(std::span<const policy::ServerOutput> outputs,
            std::span<const std::int16_t> client_formats,
            const protocol::value::SessionFormat& session,
            const crypto::Keyring& keys,
            ByteaForm form);

  /// `body` is the body of the server's DataRow (count, then cells). Appends the client's whole DataRow
  /// message ('D', length, body) to `out`; on an error `out` is as before.
  [[nodiscard]] Result<void> open_row(protocol::ByteView body,
                                      protocol::Bytes& out,
                                      SubjectSet& subjects);

  /// Rows opened so far.
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  [[nodiscard]] Result<void> append_cell(std::size_t output,
                                         protocol::ByteView cell,
                                         protocol::Bytes& out);

  std::span<const policy::ServerOutput> outputs_;
  std::vector<std::int16_t> formats_;  // per server output
  protocol::value::SessionFormat session_;
  CellOpener cells_;
  std::uint16_t client_columns_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace pgveil::proxy::transform
