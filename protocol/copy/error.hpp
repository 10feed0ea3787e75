#pragma once

/// What is wrong with the data of a COPY, and where, as PostgreSQL says it.
/// Source: PostgreSQL 15, src/backend/commands/copyfrom.c (CopyFromErrorCallback).

#include "protocol/message/errors.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgveil::protocol::copy {

/// 22P04 unless something else is said. The texts quote what the client itself sent in this row.
struct CopyError {
  std::string sqlstate = "22P04";
  std::string message;
  std::string detail;
  std::string hint;
  std::uint64_t line = 0;             // 0: before the first line
  std::optional<std::string> column;  // the value of this column was read
  std::optional<std::string> value;   // of that column; absent: NULL, or binary
  std::optional<std::string> text;    // of the line
};

/// `COPY patients, line 3, column dob: "1.13.1980"`, `COPY patients, line 3: "1<tab>x"` …
[[nodiscard]] std::string context(std::string_view table, const CopyError& error, bool binary);
[[nodiscard]] ErrorFields as_fields(std::string_view table, const CopyError& error, bool binary);

}  // namespace pgveil::protocol::copy
