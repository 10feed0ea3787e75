#pragma once

/// Runs a client's DDL on the twin, in a transaction that the caller rolls back, and reads the tables that it
/// names before and after. Threads: as the connection; blocks.

#include "proxy/apply/schema_change.hpp"
#include "proxy/apply/table_state.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pgveil::proxy::apply {

struct Versions {
  std::optional<TableState> before;
  std::optional<TableState> after;
  std::map<std::int16_t, std::string> initial;  // constant defaults of new columns: NewSealedColumn
};

using Tables = std::map<std::uint32_t, Versions>;  // by oid in the twin

/// An error is PostgreSQL's own about the statement.
[[nodiscard]] Result<Tables> run_on_twin(keys::PgConnection& twin, const ChangeRequest& request);

}  // namespace pgveil::proxy::apply
