#pragma once

/// What must change to bring a database to a policy, table by table, and what stands in the way. A value
/// that can be printed; `apply` makes each table's part anew under the table's lock.
/// Errors: Server. Threads: as the connection.

#include "policy/model/policy.hpp"
#include "proxy/apply/table_change.hpp"

#include <iosfwd>
#include <set>
#include <string>
#include <vector>

namespace pgveil::proxy::apply {

struct PlannedTable {
  TablePlan plan;
  std::vector<TableChanger::WantedColumn> wanted;
};

struct DatabasePlan {
  std::vector<PlannedTable> tables;  // only those that change
  std::vector<Problem> problems;     // of policy and database; those of tables are in their plans
  std::vector<std::string> notes;    // what is as it should be but could be better: missing indexes

  [[nodiscard]] bool blocked() const;
  [[nodiscard]] bool has_problems() const;
};

/// `only`: "schema.table" names; empty: all of the policy.
[[nodiscard]] Result<DatabasePlan> make_plan(keys::PgConnection& connection,
                                             const policy::Policy& policy,
                                             const std::set<std::string>& only = {});

void print(const DatabasePlan& plan, std::ostream& out);
void print_json(const DatabasePlan& plan, std::ostream& out);
void print(const Problem& problem, std::ostream& out);

}  // namespace pgveil::proxy::apply
