#include "policy/rewrite/row_locks.hpp"

#include "policy/lineage/sql_text.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr TypeOid kTid = 27;
constexpr std::int64_t kSkipLocked = 1, kNoWait = 2;  // LockWaitPolicy

/// LockClauseStrength.
const char* strength_sql(std::int64_t strength) {
  switch (strength) {
    case 1:
      return "FOR KEY SHARE";
    case 2:
      return "FOR SHARE";
    case 3:
      return "FOR NO KEY UPDATE";
    case 4:
      return "FOR UPDATE";
    default:
      return nullptr;
  }
}

bool has_join_alias(const Node& node) {
  if (is(node, "JOINEXPR")) {
    return !node.field("alias").is_null() || has_join_alias(node.field("larg")) ||
           has_join_alias(node.field("rarg"));
  }
  if (!is(node, "FROMEXPR")) {
    return false;
  }
  const Node items = node.field("fromlist");
  return std::any_of(items.begin(), items.end(),
                     [](const Node& item) { return has_join_alias(item); });
}

std::string lock_sql(const RowLock& lock, const std::string& rows) {
  const std::string row(kTargetRow);
  const CatalogRelation& relation = *lock.at->relation;
  // OFFSET 0: the outer condition sees the rows as they are once locked.
  return "SELECT FROM (SELECT ctid AS " + row + " FROM " +
         qualified(relation.schema, relation.name) + " WHERE ctid = ANY (" + rows + ") OFFSET 0 " +
         lock.clause + ") AS pgveil_rows WHERE " + row + " = ANY (" + rows + ")";
}

}  // namespace

std::optional<std::vector<RowLock>> row_locks(Lineage& lineage) {
  std::vector<RowLock> locks;
  for (const Scope& scope : lineage.tree.scopes()) {
    for (const Node mark : scope.query.field("rowMarks")) {
      const char* strength = strength_sql(mark.field("strength").as_int_or(0));
      const Occurrence* at =
          lineage.occurrence(scope, static_cast<int>(mark.field("rti").as_int_or(0)));
      if (&scope != &lineage.tree.top() || strength == nullptr || at == nullptr) {
        return std::nullopt;
      }
      const std::int64_t wait = mark.field("waitPolicy").as_int_or(0);
      locks.push_back({at,
                       std::string(strength) + (wait == kSkipLocked ? " SKIP LOCKED"
                                                : wait == kNoWait   ? " NOWAIT"
                                                                    : ""),
                       wait == kSkipLocked});
    }
  }
  if (locks.empty() && lineage.syntax.facts().locking_anywhere) {
    return std::nullopt;
  }
  return locks;
}

std::optional<Refuse> cannot_lock_afterwards(Lineage& lineage, const std::vector<RowLock>& locks) {
  const Scope& top = lineage.tree.top();
  const auto cannot = [&](const char* message, const char* hint) {
    return refusal(Rule::LockOfMasked, message, hint, lineage.obstacle_column);
  };
  const char* by_key = "lock them by a plain key, or by equality on a column with an equality term";
  if (!top.query.field("limitOffset").is_null()) {
    return cannot(
        "rows that OFFSET skips would have to be locked too, and only the server knows them",
        by_key);
  }
  if (has_join_alias(top.query.field("jointree"))) {
    return cannot("rows of a join with a name of its own cannot be told apart", by_key);
  }
  for (const RowLock& lock : locks) {
    if (lock.skips) {
      return cannot(
          "SKIP LOCKED cannot be combined with a condition that the server cannot evaluate",
          by_key);
    }
    if (lock.at->relation->has_children || lock.at->entry->only) {
      return cannot("rows of an inherited table cannot be locked by such a condition", by_key);
    }
  }
  return std::nullopt;
}

std::optional<WriteBack> lock_afterwards(const RewriteInput& input,
                                         const std::vector<RowLock>& locks,
                                         StatementEdit& twin) {
  const Lineage& lineage = *input.lineage;
  StatementEdit edit(lineage.syntax, input.parameter_types);
  WriteBack write;
  write.rows = WriteBack::Rows::Locked;
  write.answered_by_twin = true;
  std::string sql;
  std::vector<std::string> rows;
  for (const RowLock& lock : locks) {
    const auto number =
        static_cast<std::uint16_t>(input.parameter_types.size() + 1 + write.columns.size());
    const std::string array =
        edit.slot_sql({{ValueSource::From::Parameter, number}, {}}) + "::pg_catalog.tid[]";
    sql += (sql.empty() ? "" : " UNION ALL ") + lock_sql(lock, array);
    WriteColumn column;
    column.name = lock.at->entry->alias + ".ctid";
    column.element = kTid;
    write.columns.push_back(std::move(column));
    rows.push_back(kept_column_sql(*lock.at, kTargetRow));
  }
  auto text = edit.cut(sql);
  if (!text || !twin.tree().append_outputs(rows)) {
    return std::nullopt;
  }
  write.server_sql = std::move(*text);
  write.server_parameters = edit.server_parameters();
  write.schema = locks.front().at->relation->schema;
  write.table = locks.front().at->relation->name;
  return write;
}

}  // namespace pgveil::policy
