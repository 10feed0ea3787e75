#pragma once

/// Hidden outputs that name the patients whose rows a statement returned or changed.

#include "policy/lineage/lineage.hpp"

#include <string>
#include <vector>

namespace pgveil::policy {

struct SubjectOutput {
  std::string expression;  // text, over the names that the client's statement uses
  std::string column;      // schema.table.column
  const Occurrence* at = nullptr;
};

/// What can be appended to the outputs of the statement without changing its answer: the subject
/// columns of the tagged tables in its own FROM. `complete` becomes false when a tagged table is out of
/// reach: inside a sub-select or a view, or under a group, a DISTINCT or a set operation.
[[nodiscard]] std::vector<SubjectOutput> subject_outputs(Lineage& lineage, bool& complete);

}  // namespace pgveil::policy
