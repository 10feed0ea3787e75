#pragma once

/// Rows that the twin made, as arrays for the statement that stores them: one array per column, sealed where
/// the column is. The way in for values that no client has sent.
/// Lifetime: nothing views the arguments. Threads: pure but for crypto's randomness.

#include "policy/rewrite/plan.hpp"
#include "proxy/transform/fill.hpp"

#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace pgveil::proxy::transform {

using MadeRow = std::vector<std::optional<Bytes>>;
/// In binary form.
using WriteArrays = std::variant<std::vector<Bytes>, protocol::value::PgError>;

/// The rows are those of EvaluatedRows::written. Errors: PlanMismatch for rows of another width, Sealing.
[[nodiscard]] Result<WriteArrays> write_arrays(const policy::WriteBack& write,
                                               std::span<const MadeRow> rows,
                                               const SessionFormat& session,
                                               const crypto::Keyring& keys);

}  // namespace pgveil::proxy::transform
