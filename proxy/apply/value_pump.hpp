#pragma once

/// Moves values of a table through a function into a temporary table, row by row: COPY out on one
/// connection, COPY in on the other, both binary, with a bounded buffer between. Rows are named by ctid,
/// so the table must be locked against writes meanwhile.
/// Source: PostgreSQL, "COPY", binary format. Threads: one; blocks.

#include "crypto/bytes.hpp"
#include "proxy/apply/error.hpp"
#include "proxy/keys/pg.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pgveil::proxy::apply {

/// Appends the new bytes of one value that is not NULL. Answers why not, or nothing.
using Transform = std::function<std::optional<Error>(crypto::ByteView, crypto::Bytes&)>;

struct PumpColumn {
  std::string sql;   // expression over the source table
  std::string name;  // for errors
  Transform transform;
};

struct PumpResult {
  std::uint64_t rows = 0;
  std::vector<std::uint64_t> values;  // per column, not NULL
};

/// Called now and then with the rows done.
using PumpProgress = std::function<void(std::uint64_t)>;

/// `source`: the table as SQL. `target`: a table (row_id tid, one column per PumpColumn).
/// Errors: Server; Value with column and row; Mismatch if the stream is not what COPY makes.
[[nodiscard]] Result<PumpResult> pump_values(keys::PgConnection& reader,
                                             keys::PgConnection& writer,
                                             const std::string& source,
                                             const std::string& target,
                                             const std::vector<PumpColumn>& columns,
                                             const PumpProgress& progress);

}  // namespace pgveil::proxy::apply
