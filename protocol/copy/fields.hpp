#pragma once

/// Splits one line of COPY FROM into its fields and takes their escapes away.
/// Source: PostgreSQL 15, src/backend/commands/copyfromparse.c (CopyReadAttributesText, …CSV).

#include "protocol/copy/error.hpp"
#include "protocol/copy/options.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::protocol::copy {

/// The storage is used again from line to line.
struct Fields {
  std::vector<std::optional<std::string>> values;  // absent: the null text
  std::size_t count = 0;                           // values beyond it are left over from before
};

/// Text: fields between delimiters, `\n`, `\013`, `\x3F`. The error is 22021 for broken UTF-8.
[[nodiscard]] std::optional<CopyError> split_text(std::string_view line,
                                                  const Options& options,
                                                  Fields& out);
/// CSV: quotes. The error is that a quoted field does not end.
[[nodiscard]] std::optional<CopyError> split_csv(std::string_view line,
                                                 const Options& options,
                                                 Fields& out);

}  // namespace pgveil::protocol::copy
