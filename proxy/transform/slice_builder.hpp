#pragma once

/// Turns the server's answer to a Split's SQL into what the twin loads: one binary COPY payload per
/// relation, and the server values. Source of the format: PostgreSQL, COPY, "Binary Format".
///
/// Call order: add_row for each DataRow, then finish() once; then the results may be taken.
/// Extended protocol: all results binary. Simple protocol: bytea in text form, the tag in digits.
/// Lifetime: views the slice and the keyring, which outlive it. Threads: one.

#include "policy/rewrite/plan.hpp"
#include "proxy/transform/cell_opener.hpp"
#include "proxy/transform/error.hpp"
#include "proxy/transform/subject_set.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace pgveil::proxy::transform {

struct SliceLimits {
  std::uint64_t max_slice_rows = 0;   // 0 allows nothing
  std::uint64_t max_slice_bytes = 0;  // of all payloads together
};

struct BuiltRelation {
  std::uint64_t rows = 0;
  protocol::Bytes copy;  // header, tuples, trailer; columns as in SliceRelation::columns
};

class SliceBuilder {
 public:
  SliceBuilder(const policy::Slice& slice,
               std::size_t subject_tables,  // size of Evidence::subjects
               const crypto::Keyring& keys,
               ByteaForm form,
               SliceLimits limits);

  /// `body` is the body of the server's DataRow. After an error the builder is of no further use.
  [[nodiscard]] Result<void> add_row(protocol::ByteView body);
  /// Errors: MalformedRow if the row of server values did not come but the slice has some.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] std::uint64_t rows() const { return rows_; }

  /// In the order of Slice::relations; a relation without rows has header and trailer.
  [[nodiscard]] std::vector<BuiltRelation>& relations() { return relations_; }

  /// Binary forms in the order of Slice::server_values; absent: NULL.
  [[nodiscard]] std::vector<std::optional<protocol::Bytes>>& server_values() {
    return server_values_;
  }

  [[nodiscard]] SubjectSet& subjects() { return subjects_; }

 private:
  [[nodiscard]] Result<void> read_cells(protocol::ByteView body);
  [[nodiscard]] Result<std::int32_t> tag() const;
  [[nodiscard]] Result<void> add_tuple(std::size_t relation);
  [[nodiscard]] Result<void> add_server_values();
  [[nodiscard]] Error error(Errc code, std::size_t output) const;

  const policy::Slice* slice_;
  ByteaForm form_;
  SliceLimits limits_;
  CellOpener opener_;
  std::vector<protocol::Cell> cells_;
  std::vector<BuiltRelation> relations_;
  std::vector<std::optional<protocol::Bytes>> server_values_;
  bool have_server_values_ = false;
  SubjectSet subjects_;
  protocol::Bytes scratch_;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace pgveil::proxy::transform
