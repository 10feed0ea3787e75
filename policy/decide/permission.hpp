#pragma once

/// What the role may not do with the columns that a statement touches.

#include "policy/lineage/lineage.hpp"
#include "policy/rewrite/plan.hpp"

#include <optional>

namespace pgveil::policy {

/// The first column that the role may not read, search or write the way the statement does.
[[nodiscard]] std::optional<Refuse> denied(Lineage& lineage);

}  // namespace pgveil::policy
