#pragma once

/// DEALLOCATE acts on the names that Parse makes, CLOSE on those of Bind.
/// Source: PostgreSQL, "DEALLOCATE", "CLOSE".

#include <optional>
#include <string>
#include <string_view>

namespace pgveil::proxy {

/// The name in `DEALLOCATE [PREPARE] name`, as the server will read it; nothing for ALL or for a text that
/// is another statement.
[[nodiscard]] std::optional<std::string> deallocated_name(std::string_view sql);
/// The name in `CLOSE name`; empty for ALL or for a text that is another statement.
[[nodiscard]] std::string closed_name(std::string_view sql);
[[nodiscard]] std::string deallocate_sql(std::string_view upstream_name);

}  // namespace pgveil::proxy
