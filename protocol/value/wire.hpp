#pragma once

/// PostgreSQL's errors for binary values of the wrong size. Source: src/backend/libpq/pqformat.c,
/// src/backend/tcop/postgres.c (exec_bind_message).

#include "protocol/value/codec.hpp"

#include <cstdint>
#include <string>

namespace pgveil::protocol::value {

[[nodiscard]] inline PgError insufficient_data() {
  return {"08P01", "insufficient data left in message", ""};
}

[[nodiscard]] inline PgError left_over(std::uint16_t parameter) {
  return {"22P03", "incorrect binary data format in bind parameter " + std::to_string(parameter),
          ""};
}

}  // namespace pgveil::protocol::value
