#include "policy/lineage/lineage.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace pgveil::policy {
namespace {

std::string spelled(const ColumnAt& column) {
  return column.at->relation->schema + "." + column.at->relation->name + "." +
         column.view->column->name;
}

}  // namespace

Lineage::Lineage(const StatementTree& statement,
                 const sql::SyntaxTree& parsed,
                 const Catalog& known,
                 const RoleView& who)
    : tree(statement), syntax(parsed), catalog(known), role(who) {}

bool Lineage::run() {
  find_occurrences();
  if (!understood_) {
    return false;
  }
  find_defaulted();
  for (const Scope& scope : tree.scopes()) {
    walk_scope(scope);
  }
  if (obstacle.empty()) {
    find_copies();
  }
  const Scope& top = tree.top();
  for (const TargetEntry& target : top.outputs()) {
    if (!target.junk) {
      outputs.push_back(flow_of_output(top, target.number));
    }
  }
  return understood_;
}

bool Lineage::run_write() {
  without_returning_ = true;
  find_occurrences();
  if (understood_) {
    find_defaulted();
  }
  for (const Scope& scope : tree.scopes()) {
    if (understood_) {
      walk_scope(scope);
    }
  }
  if (obstacle.empty()) {
    find_copies();
  }
  return understood_;
}

bool Lineage::run_answer() {
  answer_only_ = true;
  find_occurrences();
  const Scope& top = tree.top();
  Occurrence* target = occurrence(top, top.result_relation);
  if (!understood_ || target == nullptr) {
    return false;
  }
  if (!top.query.field("onConflict").is_null()) {
    walk_on_conflict(top, *target);
  }
  for (const TargetEntry& entry : top.returning) {
    outputs.push_back(flow_of_output(top, entry.number));
  }
  return understood_;
}

void Lineage::find_occurrences() {
  for (const Scope& scope : tree.scopes()) {
    const bool writes = scope.command != Command::Select;
    if (writes && &scope != &tree.top()) {
      modifies_in_cte = true;
    }
    for (const RangeEntry& entry : scope.range) {
      const bool excluded = entry.index == scope.excluded_relation;
      if (entry.kind != RangeEntry::Kind::Relation || (!entry.reached && !excluded)) {
        continue;
      }
      const CatalogRelation* relation = catalog.relation(entry.relation);
      if (relation == nullptr) {
        understood_ = false;
        return;
      }
      Occurrence& found = occurrences.emplace_back();
      found.scope = &scope;
      found.entry = &entry;
      found.relation = relation;
      found.table = role.table(relation->schema, relation->name);
      found.row_filter = role.row_filter(relation->schema, relation->name);
      if (excluded) {
        found.use = Occurrence::Use::Excluded;
      } else if (entry.index == scope.result_relation) {
        found.deletes = scope.command == Command::Delete;
        found.use = scope.command == Command::Insert   ? Occurrence::Use::InsertTarget
                    : scope.command == Command::Update ? Occurrence::Use::UpdateTarget
                                                       : Occurrence::Use::DeleteTarget;
      }
      if (entry.selected.contains(0)) {
        for (const CatalogColumn& column : relation->columns) {
          found.read.insert(column.attnum);  // (t).c needs the right to the whole row
        }
      }
      if (found.use == Occurrence::Use::InsertTarget ||
          found.use == Occurrence::Use::UpdateTarget) {
        for (const auto* written : {&entry.inserted, &entry.updated}) {
          found.written.insert(written->begin(), written->end());
        }
      }
      if (scope.command == Command::Merge && entry.index == scope.result_relation) {
        find_merge_target(found, scope.query);
      }
      by_entry_[{&scope, entry.index}] = &found;
    }
  }
}

Occurrence* Lineage::occurrence(const Scope& scope, int range_index) {
  const auto found = by_entry_.find({&scope, range_index});
  return found == by_entry_.end() ? nullptr : found->second;
}

const ColumnView& Lineage::view_of(const Occurrence& at, std::int16_t attnum) {
  auto& slot = views_[{static_cast<std::uint32_t>(at.relation->oid), attnum}];
  if (slot == nullptr) {
    slot = std::make_unique<ColumnView>();
    slot->column = at.relation->column(attnum);
    BOOST_ASSERT(slot->column != nullptr);
    const CatalogColumn& column = *slot->column;
    slot->access = role.access(at.relation->schema, at.relation->name, column.name);
    if (column.sealed && !slot->access.tagged) {
      slot->access.tagged = true;         // sealed, and the policy grants it to nobody
      if (at.relation->is_temporary()) {  // the session has put there what it had seen
        slot->access.clear = slot->access.search = true;
        slot->access.create = slot->access.change = true;
        slot->access.mask = Mask{};
      }
    }
    const ColumnAccess& access = slot->access;
    const bool hidden = access.tagged && !access.clear;
    const bool gives_null = hidden && (!access.masked || access.mask.kind == MaskKind::Null);
    slot->flows_sealed = column.sealed.has_value() && !(gives_null && !access.search);
    slot->replaced_at_leaf = hidden && (!column.sealed || !slot->flows_sealed);
  }
  return *slot;
}

const Scope* Lineage::level(const Scope& scope, const Node& var) {
  const Scope* at = &scope;
  for (std::int64_t up = var.field("varlevelsup").as_int_or(0); up > 0 && at != nullptr; --up) {
    at = at->parent;
  }
  return at;
}

ColumnAt Lineage::base_column(const Scope& scope, const Node& var) {
  const Scope* at = level(scope, var);
  const auto attnum = static_cast<std::int16_t>(var.field("varattno").as_int_or(0));
  const RangeEntry* entry =
      at == nullptr ? nullptr : at->entry(static_cast<int>(var.field("varno").as_int_or(0)));
  if (entry == nullptr || attnum <= 0) {
    return {};
  }
  if (entry->kind == RangeEntry::Kind::Join) {
    if (static_cast<std::size_t>(attnum) > entry->alias_vars.size()) {
      return {};
    }
    const Node& stands_for = entry->alias_vars[static_cast<std::size_t>(attnum) - 1];
    return is(stands_for, "VAR") ? base_column(*at, stands_for) : ColumnAt{};
  }
  Occurrence* found = occurrence(*at, entry->index);
  if (found == nullptr || found->relation->column(attnum) == nullptr) {
    return {};
  }
  return {found, &view_of(*found, attnum)};
}

Flow Lineage::read(ColumnAt column) {
  column.at->read.insert(column.view->column->attnum);
  if (!column.view->flows_sealed) {
    return {};
  }
  return {Flow::Kind::AsIs, column, false};
}

void Lineage::blocked(const ColumnAt& column, std::string why) {
  if (obstacle.empty()) {
    obstacle = std::move(why);
    obstacle_column = column ? spelled(column) : std::string();
  }
}

void Lineage::walk_scope(const Scope& scope) {
  if (scope.command == Command::Merge) {
    walk_merge(scope);
  } else if (!scope.query.field("setOperations").is_null()) {
    walk_set_operation(scope);
  } else if (scope.command == Command::Select) {
    for (const TargetEntry& target : scope.targets) {
      flow_of_output(scope, target.number);
    }
  } else {
    walk_write(scope);
    const bool skipped = without_returning_ && &scope == &tree.top();
    for (const TargetEntry& target : skipped ? std::vector<TargetEntry>() : scope.returning) {
      flow_of_output(scope, target.number);
    }
  }
  flow_plain(scope, scope.query.field("jointree"));
  after_grouping_ = group_keys(scope).empty() ? nullptr : &scope;
  flow_plain(scope, scope.query.field("havingQual"));
  after_grouping_ = nullptr;
  flow_plain(scope, scope.query.field("limitOffset"));
  flow_plain(scope, scope.query.field("limitCount"));
  for (const Node window : scope.query.field("windowClause")) {
    flow_plain(scope, window.field("startOffset"));
    flow_plain(scope, window.field("endOffset"));
  }
  for (const RangeEntry& entry : scope.range) {
    const bool insert_source = scope.command == Command::Insert;
    if (entry.kind == RangeEntry::Kind::Values && !insert_source) {
      flow_plain(scope, entry.node.field("values_lists"));
    } else if (entry.kind == RangeEntry::Kind::Function ||
               entry.kind == RangeEntry::Kind::TableFunction) {
      flow_plain(scope, entry.node.field("functions"));
      flow_plain(scope, entry.node.field("tablefunc"));
    }
    flow_plain(scope, entry.node.field("tablesample"));
    if (entry.node.field("securityQuals").size() > 0) {
      understood_ = false;  // row security that the twin applied: the twin must not apply any
    }
  }
  if (scope.command == Command::Merge) {
    check_adopted();
  } else {
    walk_groups(scope);
  }
}

void Lineage::walk_set_operation(const Scope& scope) {
  for (const TargetEntry& target : scope.targets) {
    flow_of_output(scope, target.number);
  }
  if (framed_.contains(&scope)) {
    frame_set_operation(scope);
  }
}

}  // namespace pgveil::policy
