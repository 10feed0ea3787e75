#pragma once

/// Rows of a cursor that pgveil computed are kept as text, as most clients fetch them. A FETCH that wants
/// binary (by the formats of its Bind, or by Query of a BINARY cursor) has the twin read each value and
/// write it in binary, under the settings that the text was made with: for the types and settings where
/// the text says all of the value.

#include "proxy/session/run.hpp"

namespace pgveil::proxy {

struct FetchedRows {
  EvaluatedRows rows;                 // as text
  std::vector<std::int16_t> formats;  // wanted
  SessionSettings settings;           // of the text
  std::vector<std::vector<std::optional<protocol::Bytes>>> cells;
  std::size_t next = 0;  // cells before it are done, counted row by row
  std::vector<std::size_t> asked;
};

/// FETCH of a BINARY cursor: by Query its rows are binary.
[[nodiscard]] bool fetches_binary(const PreparedPlan& plan);

}  // namespace pgveil::proxy
