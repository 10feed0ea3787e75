#pragma once

/// What must happen to one table: which statements, around the one step that rewrites its values. Made
/// from a TableState, so the same function serves `plan` (to show) and `apply` (under the lock).
/// Pure. Threads: any.

#include "proxy/apply/table_state.hpp"

#include <string>
#include <vector>

namespace pgveil::proxy::apply {

/// Something for a person to do. Blocking: the table cannot be sealed before.
struct Problem {
  std::string where;    // policy.toml:12, or schema.table.column
  std::string message;  // one plain sentence
  std::string remedy;   // what to do instead, or empty
  bool blocking = true;
};

/// A column to be sealed.
struct ColumnChange {
  std::int16_t attnum = 0;
  std::string field;  // name of the field
  policy::TermSet terms;
  std::uint16_t pad = 0;
  std::string where;  // policy.toml:12
};

/// A row of pgveil.logical_object to be.
struct LogicalObject {
  std::string kind;
  std::string schema;
  std::string table;
  std::string name;
  std::string definition;
  std::string owner;
  bool server_index = false;  // an index of the same name stays on the server
  std::string restore_sql;
};

struct TablePlan {
  TableState table;
  std::vector<ColumnChange> columns;
  std::vector<std::string> before;  // statements, in order, before the values change
  std::vector<std::string> after;   // and after
  std::vector<LogicalObject> logical;
  std::vector<std::string> lines;  // what happens, for people
  std::vector<Problem> problems;

  [[nodiscard]] bool blocked() const;
};

/// The plan for sealing `columns`. `sealed`: what is sealed already, in the whole database.
[[nodiscard]] TablePlan plan_seal(TableState table,
                                  std::vector<ColumnChange> columns,
                                  const SealedAttributes& sealed);

/// The table gets its plain columns back; also for what plan_seal made. Views that pass sealed values on are
/// dropped before and made again after; dropped objects come back from pgveil.logical_object.
[[nodiscard]] TablePlan plan_unseal(TableState table,
                                    const AttributeSet& columns,
                                    const SealedAttributes& sealed);

/// Whether pgveil has a domain for the type.
[[nodiscard]] bool can_seal(policy::TypeOid base_type);
/// "equality, text" or "none".
[[nodiscard]] std::string print(const policy::TermSet& terms);
/// The name as SQL prints it: quoted only if it must be, which is how it stands in definitions.
[[nodiscard]] bool mentions(std::string_view sql, std::string_view column_name);

}  // namespace pgveil::proxy::apply
