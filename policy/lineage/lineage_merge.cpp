// MERGE: what its branches store, and sources made of the client's own values. Such a column is sealed where
// it stands, if all that is done with it is to be compared with sealed columns of one field and stored there:
//   MERGE INTO patients p USING (VALUES ($1, $2)) s(mrn, name) ON p.mrn = s.mrn WHEN NOT MATCHED THEN INSERT …
#include "policy/lineage/lineage.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr std::int64_t kUpdate = 2, kInsert = 3, kDelete = 4;
constexpr TypeOid kText = 25, kVarchar = 1043;

Node without_relabel(Node node) {
  while (is(node, "RELABELTYPE")) {
    node = node.field("arg");
  }
  return node;
}

bool text_like(TypeOid type) { return type == kText || type == kVarchar; }

bool compares(const CatalogOperator& operation, const SealedColumn& sealed) {
  if (text_like(sealed.base_type)) {
    return operation.left == kText && operation.right == kText;
  }
  return operation.left == sealed.base_type && operation.right == sealed.base_type;
}

/// Each row of the sub-select is one of its source, and each value as it is there.
bool only_names(const Scope& scope) {
  return scope.command == Command::Select && !scope.in_view &&
         scope.query.field("setOperations").is_null() && !scope.has("distinctClause") &&
         !scope.has("groupClause") && !scope.has("groupingSets") && !scope.has("sortClause") &&
         !scope.query.field("hasAggs").as_bool();
}

}  // namespace

void Lineage::find_merge_target(Occurrence& found, const Node& query) {
  found.use = Occurrence::Use::MergeTarget;
  for (const Node action : query.field("mergeActionList")) {
    found.deletes = found.deletes || action.field("commandType").as_int_or(0) == kDelete;
  }
  for (const auto* written : {&found.entry->inserted, &found.entry->updated}) {
    found.written.insert(written->begin(), written->end());
  }
}

void Lineage::walk_merge(const Scope& scope) {
  Occurrence* target = occurrence(scope, scope.result_relation);
  if (target == nullptr) {
    understood_ = false;
    return;
  }
  // PostgreSQL lists all columns of the source: they have to be readable, and nothing is done with them.
  const auto used = used_plain_;
  for (const TargetEntry& column : scope.targets) {
    flow(scope, column.expr);
  }
  used_plain_ = used;
  for (const Node action : scope.query.field("mergeActionList")) {
    flow_plain(scope, action.field("qual"));
    const std::int64_t command = action.field("commandType").as_int_or(0);
    if (command != kUpdate && command != kInsert) {
      continue;
    }
    for (const Node item : action.field("targetList")) {
      TargetEntry entry;
      entry.expr = item.field("expr");
      entry.number = static_cast<int>(item.field("resno").as_int_or(0));
      if (!item.field("resjunk").as_bool()) {
        assign(scope, *target, entry);
      }
    }
  }
}

void Lineage::check_adopted() {
  for (const auto& [entry, attnum] : adopted_) {
    if (used_plain_.contains({entry, attnum}) || used_plain_.contains({entry, std::int16_t{0}})) {
      blocked({}, "a value of the source is used as it is and sealed as well");
    }
  }
}

std::vector<ClientValue> Lineage::values_of_source(const Scope& scope, const Node& var) const {
  const RangeEntry* entry = scope.command == Command::Merge && is(var, "VAR") &&
                                    var.field("varlevelsup").as_int_or(0) == 0
                                ? scope.entry(static_cast<int>(var.field("varno").as_int_or(0)))
                                : nullptr;
  if (entry == nullptr || entry->kind != RangeEntry::Kind::Subquery ||
      !only_names(*entry->subquery)) {
    return {};
  }
  const TargetEntry* target =
      entry->subquery->target(static_cast<int>(var.field("varattno").as_int_or(0)));
  if (target == nullptr) {
    return {};
  }
  std::vector<Node> cells{target->expr};
  const RangeEntry* inner =
      is(target->expr, "VAR") && target->expr.field("varlevelsup").as_int_or(0) == 0
          ? entry->subquery->entry(static_cast<int>(target->expr.field("varno").as_int_or(0)))
          : nullptr;
  if (inner != nullptr && inner->kind == RangeEntry::Kind::Values) {
    const auto position = static_cast<std::size_t>(target->expr.field("varattno").as_int_or(1)) - 1;
    cells.clear();
    for (const Node& row : inner->values_rows) {
      cells.push_back(row.item(position));
    }
  }
  std::vector<ClientValue> values;
  for (const Node& cell : cells) {
    auto value = client_value(cell, 0);
    if (!value) {
      return {};
    }
    values.push_back(std::move(*value));
  }
  return values;
}

bool Lineage::adopt(const Scope& scope, const Node& var, const ColumnAt& column) {
  const std::vector<ClientValue> values = values_of_source(scope, var);
  if (values.empty()) {
    return false;
  }
  for (const ClientValue& value : values) {
    seal_value(column, value);
  }
  adopted_.insert({scope.entry(static_cast<int>(var.field("varno").as_int_or(0))),
                   static_cast<std::int16_t>(var.field("varattno").as_int_or(0))});
  return true;
}

bool Lineage::adopt_equality(const Scope& scope, const Node& node) {
  const CatalogOperator* operation =
      catalog.operator_of(static_cast<std::uint32_t>(node.field("opno").as_int_or(0)));
  const Node arguments = node.field("args");
  if (scope.command != Command::Merge || !is(node, "OPEXPR") || operation == nullptr ||
      operation->schema != "pg_catalog" || operation->name != "=" || arguments.size() != 2) {
    return false;
  }
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const Node source = without_relabel(arguments.item(1 - side));
    if (values_of_source(scope, source).empty()) {
      continue;
    }
    sql::NodeRef column_node;
    const ColumnAt column = sealed_operand(scope, arguments.item(side), column_node);
    const sql::NodeRef source_node{sql::NodeKind::Column, location_of(source)};
    const bool fits = column && can_compare(column) && column.view->access.clear &&
                      compares(*operation, *column.view->column->sealed) &&
                      syntax.contains(source_node);
    const auto text = fits ? std::optional(syntax.expression_sql(column_node)) : std::nullopt;
    if (!text || !*text || !adopt(scope, source, column)) {
      continue;
    }
    column.at->searched.insert(column.view->column->attnum);
    edits.push_back({column_node, true, "pgveil.equality(" + **text + ")", std::nullopt});
    edits.push_back({source_node, false, "pgveil.equality($0)", std::nullopt});
    return true;
  }
  return false;
}

}  // namespace pgveil::policy
