#include "policy/rewrite/subjects.hpp"

#include "policy/lineage/sql_text.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

// `(a JOIN b ON …) AS j` hides a and b.
bool has_join_alias(const Node& node) {
  if (is(node, "JOINEXPR")) {
    return !node.field("alias").is_null() || has_join_alias(node.field("larg")) ||
           has_join_alias(node.field("rarg"));
  }
  if (is(node, "FROMEXPR")) {
    for (const Node item : node.field("fromlist")) {
      if (has_join_alias(item)) {
        return true;
      }
    }
  }
  return false;
}

bool can_append(const Scope& top, const sql::StatementFacts& facts) {
  if (top.command == Command::Merge) {
    return false;  // it has no RETURNING
  }
  if (top.command != Command::Select) {
    return true;
  }
  const bool grouped = top.query.field("hasAggs").as_bool() || top.has("groupClause") ||
                       top.has("groupingSets") || !top.query.field("havingQual").is_null();
  return facts.plain_select && !facts.distinct && !facts.distinct_on && !grouped;
}

/// A view that is written through hides its table.
bool is_named(const Lineage& lineage, const Occurrence& at) {
  if (at.use == Occurrence::Use::Read) {
    return true;
  }
  return std::ranges::any_of(lineage.syntax.tables(), [&](const sql::TableRef& table) {
    return !table.cte && table.use != sql::TableRef::Use::From &&
           (table.alias.empty() ? table.name : table.alias) == at.entry->alias;
  });
}

}  // namespace

std::vector<SubjectOutput> subject_outputs(Lineage& lineage, bool& complete) {
  const Scope& top = lineage.tree.top();
  const bool reachable =
      can_append(top, lineage.syntax.facts()) && !has_join_alias(top.query.field("jointree"));
  std::vector<SubjectOutput> found;
  for (const Occurrence& at : lineage.occurrences) {
    const bool touched =
        !at.read.empty() || !at.searched.empty() || !at.written.empty() || at.deletes;
    if (at.table == nullptr || at.table->subject.empty() || !touched ||
        at.use == Occurrence::Use::Excluded) {
      continue;
    }
    const CatalogColumn* subject = at.relation->column(at.table->subject);
    const bool plain = subject != nullptr &&
                       !lineage.view_of(at, subject->attnum).replaced_at_leaf &&
                       !lineage.view_of(at, subject->attnum).flows_sealed;
    const bool returned = top.command == Command::Select || at.entry->index == top.result_relation;
    if (!reachable || at.scope != &top || !plain || !returned || !is_named(lineage, at)) {
      complete = false;
      continue;
    }
    found.push_back({"(" + quote_identifier(at.entry->alias) + "." +
                         quote_identifier(subject->name) + ")::pg_catalog.text",
                     at.relation->schema + "." + at.relation->name + "." + subject->name, &at});
  }
  return found;
}

}  // namespace pgveil::policy
