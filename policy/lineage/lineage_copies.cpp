// Expressions that the client wrote twice and PostgreSQL analysed once.
#include "policy/lineage/lineage.hpp"

#include <algorithm>

namespace pgveil::policy {

// `SELECT x = 'a' … GROUP BY x = 'a'` is analysed once and written twice: the second text stands in no
// tree, so that an edit would not reach it, and the literal in it would go to the server.
void Lineage::find_copies() {
  for (const Scope& scope : tree.scopes()) {
    std::map<int, int> clauses;
    const auto count = [&clauses](const Node& list) {
      for (const Node item : list) {
        ++clauses[static_cast<int>(item.field("tleSortGroupRef").as_int_or(0))];
      }
    };
    count(scope.query.field("sortClause"));
    count(scope.query.field("groupClause"));
    if (scope.query.field("hasDistinctOn").as_bool()) {
      count(scope.query.field("distinctClause"));
    }
    for (const Node window : scope.query.field("windowClause")) {
      count(window.field("partitionClause"));
      count(window.field("orderClause"));
    }
    for (const TargetEntry& target : scope.targets) {
      const int written = clauses[target.sort_group_ref] + (target.junk ? 0 : 1);
      // Bare columns that are grouped by are lineage_groups.cpp's.
      if (target.sort_group_ref != 0 && written > 1 && !is(target.expr, "VAR")) {
        block_if_edited(target.expr);
      }
    }
    find_copies_in_aggregates(scope.query);
  }
}

void Lineage::find_copies_in_aggregates(const Node& node) {
  if (is(node, "AGGREF") && node.field("aggorder").size() > 0) {
    for (const Node argument : node.field("args")) {
      const bool sorted = argument.field("ressortgroupref").as_int_or(0) != 0;
      if (sorted && !argument.field("resjunk").as_bool()) {
        block_if_edited(argument);
      }
    }
  }
  if (node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) {
    for (const Node child : node) {
      find_copies_in_aggregates(child);
    }
  }
}

void Lineage::block_if_edited(const Node& node) {
  if (node.kind() == Node::Kind::Object) {
    const std::int32_t location = location_of(node);
    if (location >= 0 && std::ranges::any_of(edits, [location](const Edit& edit) {
          return edit.node.location == location;
        })) {
      blocked({}, "a condition on a sealed column is sorted, grouped or made distinct");
    }
  }
  if (node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) {
    for (const Node child : node) {
      block_if_edited(child);
    }
  }
}

}  // namespace pgveil::policy
