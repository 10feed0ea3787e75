#include "policy/rewrite/in_place.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/leaf.hpp"
#include "policy/rewrite/statement_edit.hpp"
#include "policy/rewrite/subjects.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

/// What a name in the client's text stands for, found by name and alias among the analysed entries.
struct Resolved {
  const CatalogRelation* relation = nullptr;
  std::vector<Occurrence*> occurrences;
  bool ambiguous = false;
};

const CatalogRelation* view_behind(const Lineage& lineage, const RangeEntry& entry) {
  if (entry.subquery == nullptr || !entry.subquery->in_view || entry.subquery->range.empty()) {
    return nullptr;
  }
  const RangeEntry& old = entry.subquery->range.front();
  return old.relation_kind == 'v' ? lineage.catalog.relation(old.relation) : nullptr;
}

Resolved resolve(Lineage& lineage, const sql::TableRef& table) {
  const std::string& alias = table.alias.empty() ? table.name : table.alias;
  Resolved found;
  for (const Scope& scope : lineage.tree.scopes()) {
    if (scope.in_view) {
      continue;
    }
    for (const RangeEntry& entry : scope.range) {
      const CatalogRelation* relation = entry.kind == RangeEntry::Kind::Relation
                                            ? lineage.catalog.relation(entry.relation)
                                            : view_behind(lineage, entry);
      if (relation == nullptr || relation->name != table.name || entry.alias != alias ||
          (!table.schema.empty() && relation->schema != table.schema)) {
        continue;
      }
      found.ambiguous =
          found.ambiguous || (found.relation != nullptr && found.relation != relation);
      found.relation = relation;
      if (Occurrence* at = lineage.occurrence(scope, entry.index); at != nullptr) {
        found.occurrences.push_back(at);
      }
    }
  }
  return found;
}

// Names become qualified, so that what was analysed is what runs; leaves take the place of relations.
bool edit_tables(const RewriteInput& input, StatementEdit& edit, std::string& why) {
  Lineage& lineage = *input.lineage;
  for (const sql::TableRef& table : lineage.syntax.tables()) {
    if (table.cte) {
      continue;
    }
    const Resolved resolved = resolve(lineage, table);
    if (resolved.relation == nullptr || resolved.ambiguous) {
      why = "a table name could not be traced to its relation";
      return false;
    }
    const bool leaf = std::ranges::any_of(resolved.occurrences, [&](const Occurrence* at) {
      return at->use == Occurrence::Use::Read && needs_leaf(lineage, *at);
    });
    if (leaf) {
      // Reads of all appearances count: the same name gets the same leaf.
      Occurrence merged = *resolved.occurrences.front();
      for (const Occurrence* at : resolved.occurrences) {
        merged.read.insert(at->read.begin(), at->read.end());
        if (at->system_columns) {
          why = "system columns of a masked or filtered table";
          return false;
        }
      }
      if (!edit.tree().replace_table(table.location, leaf_sql(lineage, merged))) {
        why = "a masked or filtered table stands where no sub-select can";
        return false;
      }
    } else if (!edit.tree().qualify_table(table.location, resolved.relation->schema)) {
      why = "a table name could not be qualified";
      return false;
    }
  }
  return true;
}

bool needs_functional_dependency(const Lineage& lineage) {
  return std::ranges::any_of(lineage.tree.scopes(),
                             [](const Scope& scope) { return scope.has("constraintDeps"); });
}

bool views_allow(Lineage& lineage, std::string& why) {
  for (const Scope& scope : lineage.tree.scopes()) {
    for (const RangeEntry& entry : scope.range) {
      const CatalogRelation* view = view_behind(lineage, entry);
      if (view != nullptr && view->logical_only) {
        why = "the view " + view->schema + "." + view->name + " computes with sealed values";
        return false;
      }
    }
  }
  for (const Occurrence& at : lineage.occurrences) {
    if (at.scope->in_view && at.use == Occurrence::Use::Read && needs_leaf(lineage, at)) {
      why = "a view reads a masked or filtered table";
      return false;
    }
  }
  return true;
}

// The target of a write has no leaf: its rows are filtered by a condition, and a masked column of it
// cannot be read.
bool edit_target(const RewriteInput& input, StatementEdit& edit, std::string& why) {
  Lineage& lineage = *input.lineage;
  for (const Occurrence& at : lineage.occurrences) {
    if (at.use == Occurrence::Use::Read) {
      continue;
    }
    const bool masked = std::ranges::any_of(
        at.read, [&](std::int16_t attnum) { return lineage.view_of(at, attnum).replaced_at_leaf; });
    if (masked) {
      why = "the statement reads a masked column of the table it writes";
      return false;
    }
    if (at.row_filter == nullptr) {
      continue;
    }
    const bool filterable =
        (at.use == Occurrence::Use::UpdateTarget || at.use == Occurrence::Use::DeleteTarget) &&
        at.scope == &lineage.tree.top();
    if (at.use != Occurrence::Use::InsertTarget && at.use != Occurrence::Use::Excluded &&
        !filterable) {
      why = "the rows of " + at.relation->name + " that the role sees cannot be told apart here";
      return false;
    }
    if (!filterable) {
      const bool in_with = at.scope != &lineage.tree.top();
      if (lineage.syntax.facts().on_conflict_update ||
          (in_with && !at.scope->query.field("onConflict").is_null())) {
        why = "ON CONFLICT could change a row that the role does not see";
        return false;
      }
      continue;
    }
    const std::string visible =
        "EXISTS (SELECT 1 FROM (SELECT " + quote_identifier(at.entry->alias) + ".*) AS " +
        quote_identifier(at.relation->name) + " WHERE (" + *at.row_filter + "))";
    if (!edit.tree().and_where(visible)) {
      why = "the row filter could not be added";
      return false;
    }
  }
  return true;
}

}  // namespace

ServerOutput output_of(const Flow& flow) {
  ServerOutput output;
  if (flow.kind == Flow::Kind::AsIs) {
    const SealedColumn& sealed = *flow.column.view->column->sealed;
    output.kind = ServerOutput::Kind::Open;
    output.field = sealed.field;
    output.base_type = sealed.base_type;
    output.typmod = sealed.typmod;
    if (!flow.column.view->access.clear) {
      output.mask = flow.column.view->access.mask;
    }
  }
  return output;
}

bool append_subjects(Lineage& lineage,
                     StatementEdit& edit,
                     std::vector<ServerOutput>& outputs,
                     Evidence& evidence) {
  std::vector<std::string> expressions;
  for (const SubjectOutput& subject : subject_outputs(lineage, evidence.subjects_complete)) {
    ServerOutput output;
    output.kind = ServerOutput::Kind::Subject;
    const auto same = std::ranges::find(evidence.subjects, subject.column);
    output.table = static_cast<std::uint16_t>(same - evidence.subjects.begin());
    if (same == evidence.subjects.end()) {
      evidence.subjects.push_back(subject.column);
    }
    outputs.push_back(output);
    expressions.push_back(subject.expression);
  }
  return expressions.empty() || static_cast<bool>(edit.tree().append_outputs(expressions));
}

std::optional<InPlace> build_in_place(const RewriteInput& input,
                                      Evidence& evidence,
                                      std::string& why) {
  Lineage& lineage = *input.lineage;
  if (!views_allow(lineage, why)) {
    return std::nullopt;
  }
  const bool any_leaf = std::ranges::any_of(lineage.occurrences, [&](const Occurrence& at) {
    return at.use == Occurrence::Use::Read && needs_leaf(lineage, at);
  });
  if (any_leaf && needs_functional_dependency(lineage)) {
    why = "GROUP BY relies on the primary key of a masked or filtered table";
    return std::nullopt;
  }
  StatementEdit edit(lineage.syntax, input.parameter_types);
  if (!edit.apply(lineage.clause_edits)) {
    why = "a clause over sealed values cannot be rewritten";
    return std::nullopt;
  }
  if (!edit.apply(lineage.edits)) {
    why = "a value stands where it cannot be sealed";
    return std::nullopt;
  }
  if (!lineage.conflict_target.empty() &&
      !edit.tree().replace_conflict_target(lineage.conflict_target)) {
    why = "the ON CONFLICT target could not be rewritten";
    return std::nullopt;
  }
  InPlace plan;
  for (const Flow& flow : lineage.outputs) {
    plan.outputs.push_back(output_of(flow));
  }
  if (!edit_target(input, edit, why) || !edit_tables(input, edit, why)) {
    return std::nullopt;
  }
  const bool returns = input.returned == nullptr
                           ? append_subjects(lineage, edit, plan.outputs, evidence)
                           : static_cast<bool>(edit.tree().set_outputs(*input.returned));
  if (!returns || !edit.renumber_parameters()) {
    why = "the statement could not be rewritten";
    return std::nullopt;
  }
  auto sql = edit.finish(input.free_literals);
  if (!sql) {
    why = "the rewritten statement could not be printed";
    return std::nullopt;
  }
  plan.server_sql = std::move(*sql);
  plan.server_parameters = edit.server_parameters();
  return plan;
}

}  // namespace pgveil::policy
