#pragma once

/// Cuts a LIKE pattern into literal runs for text_query. The pattern is the client's own text and need
/// not be valid: PostgreSQL decides that, later.
/// Source: PostgreSQL, "LIKE"; src/backend/utils/adt/like_match.c.

#include "crypto/term.hpp"

#include <string_view>
#include <vector>

namespace pgveil::crypto {

/// `escape`: one character, or empty for none (ESCAPE ''). A run is cut at % and at _; the first is at
/// the begin, the last at the end of the text if no wildcard stands there. Empty runs are left out
/// unless they touch both ends (the pattern of the empty text). A pattern that ends with the escape
/// character has no runs.
[[nodiscard]] std::vector<TextRun> like_runs(std::string_view pattern,
                                             std::string_view escape = "\\");

}  // namespace pgveil::crypto
