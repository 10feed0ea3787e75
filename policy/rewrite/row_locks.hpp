#pragma once

/// FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE and FOR KEY SHARE in a Split read: the rows that PostgreSQL
/// would lock are locked, and no others.
///   SELECT upper(last_name) FROM patients WHERE id = 3 FOR UPDATE
/// The server knows exactly which rows these are: it locks those of the slice as it reads them.
///   SELECT id FROM patients WHERE last_name LIKE 'Smi%' FOR UPDATE
/// It does not: the twin finds them, and they are locked by their ctid in a second statement. A row that is
/// no longer what it was by then fails the statement (40001); PostgreSQL would look at it again.

#include "policy/rewrite/split_builder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgveil::policy {

struct RowLock {
  const Occurrence* at = nullptr;
  std::string clause;
  bool skips = false;  // SKIP LOCKED
};

/// Of the top level; nothing: a lock stands elsewhere, or on something else than a table.
[[nodiscard]] std::optional<std::vector<RowLock>> row_locks(Lineage& lineage);

/// Why the rows cannot be locked once they are known.
[[nodiscard]] std::optional<Refuse> cannot_lock_afterwards(Lineage& lineage,
                                                           const std::vector<RowLock>& locks);

/// The second statement. Appends the ctids of the rows to what the twin yields.
[[nodiscard]] std::optional<WriteBack> lock_afterwards(const RewriteInput& input,
                                                       const std::vector<RowLock>& locks,
                                                       StatementEdit& twin);

}  // namespace pgveil::policy
