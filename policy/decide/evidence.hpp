#pragma once

/// What the audit record says of a statement.

#include "policy/lineage/lineage.hpp"
#include "policy/rewrite/plan.hpp"

namespace pgveil::policy {

[[nodiscard]] Evidence evidence_of(Lineage& lineage);

}  // namespace pgveil::policy
