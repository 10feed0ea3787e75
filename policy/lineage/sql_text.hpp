#pragma once

/// Names in the SQL that pgveil writes.

#include <string>
#include <string_view>

namespace pgveil::policy {

/// `a b` → `"a b"`; always quoted, so that no keyword and no case rule matters.
[[nodiscard]] std::string quote_identifier(std::string_view name);
[[nodiscard]] std::string qualified(std::string_view schema, std::string_view name);
[[nodiscard]] std::string quote_literal(std::string_view text);

}  // namespace pgveil::policy
