#pragma once

/// Takes the line ends out of node text that debug_print_rewritten put in.
/// PostgreSQL cuts the text into lines of at most 78 bytes: at a blank, which it drops, or inside a token
/// that is longer than a line. Blanks inside names are escaped but cut at all the same, so the text
/// must be whole again before it is read.
/// Source: PostgreSQL, src/backend/nodes/print.c, format_node_dump.
/// The one case that cannot be told apart, a token that ends where a line without blanks does, is read
/// as a longer token; only names of dozens of escaped characters come near it.

#include <string>
#include <string_view>

namespace pgveil::proxy::twin {

[[nodiscard]] std::string unwrap_node_text(std::string_view text);

}  // namespace pgveil::proxy::twin
