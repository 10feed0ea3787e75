// What of a sealed value a computed one would tell whoever stores it: operands of functions and of operators
// do, conditions and counts do not.
#include "policy/lineage/lineage.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr TypeOid kBool = 16;
constexpr std::uint32_t kCountAny = 2147, kCountStar = 2803;
constexpr std::int64_t kExprLink = 4, kMultiExprLink = 5, kArrayLink = 6;
constexpr std::size_t kMaxDepth = 500;

TypeOid type_field(const Node& node, std::string_view name) {
  return static_cast<TypeOid>(node.field(name).as_int_or(0));
}

bool is_boolean(const Node& node) {
  return is(node, "BOOLEXPR") || (is(node, "VAR") && type_field(node, "vartype") == kBool) ||
         (is(node, "FUNCEXPR") && type_field(node, "funcresulttype") == kBool) ||
         (is(node, "COALESCEEXPR") && type_field(node, "coalescetype") == kBool) ||
         (is(node, "CASEEXPR") && type_field(node, "casetype") == kBool);
}

bool yields_boolean(const Node& node) {
  return (is(node, "OPEXPR") && type_field(node, "opresulttype") == kBool) ||
         (is(node, "FUNCEXPR") && type_field(node, "funcresulttype") == kBool) ||
         is(node, "DISTINCTEXPR") || is(node, "SCALARARRAYOPEXPR");
}

}  // namespace

const ColumnView* Lineage::carried_by_output(const Scope& scope, int number) {
  if (carried_depth_ > kMaxDepth) {
    carried_known = false;
    return nullptr;
  }
  if (!carried_in_.insert({&scope, number}).second) {
    return nullptr;  // WITH RECURSIVE, whose other arm is being asked
  }
  ++carried_depth_;
  const ColumnView* found = nullptr;
  if (scope.query.field("setOperations").is_null()) {
    const TargetEntry* target = scope.target(number);
    carried_known = carried_known && target != nullptr;
    found = target == nullptr ? nullptr : carried_by(scope, target->expr);
  } else {
    for (const RangeEntry& arm : scope.range) {
      if (found == nullptr && arm.subquery != nullptr) {
        found = carried_by_output(*arm.subquery, number);
      }
    }
  }
  --carried_depth_;
  carried_in_.erase({&scope, number});
  return found;
}

const ColumnView* Lineage::carried_by_outputs(const Scope* scope) {
  if (scope == nullptr) {
    carried_known = false;
    return nullptr;
  }
  for (const TargetEntry& target : scope->outputs()) {
    const ColumnView* found = target.junk ? nullptr : carried_by_output(*scope, target.number);
    if (found != nullptr) {
      return found;
    }
  }
  return nullptr;
}

const ColumnView* Lineage::carried_by_var(const Scope& scope, const Node& var) {
  const Scope* at = level(scope, var);
  const RangeEntry* entry =
      at == nullptr ? nullptr : at->entry(static_cast<int>(var.field("varno").as_int_or(0)));
  const auto attnum = static_cast<std::int16_t>(var.field("varattno").as_int_or(0));
  if (entry == nullptr || attnum < 0) {
    carried_known = carried_known && entry != nullptr;
    return nullptr;
  }
  switch (entry->kind) {
    case RangeEntry::Kind::Relation: {
      Occurrence* found = occurrence(*at, entry->index);
      if (found == nullptr) {
        carried_known = false;
        return nullptr;
      }
      for (const CatalogColumn& column : found->relation->columns) {
        if (column.sealed && (attnum == 0 || attnum == column.attnum)) {
          return &view_of(*found, column.attnum);
        }
      }
      return nullptr;
    }
    case RangeEntry::Kind::Join:
      for (std::size_t i = 0; i < entry->alias_vars.size(); ++i) {
        const bool meant = attnum == 0 || static_cast<std::size_t>(attnum) == i + 1;
        const ColumnView* found = meant ? carried_by(*at, entry->alias_vars[i]) : nullptr;
        if (found != nullptr) {
          return found;
        }
      }
      return nullptr;
    case RangeEntry::Kind::Subquery:
      return attnum == 0 ? carried_by_outputs(entry->subquery)
                         : carried_by_output(*entry->subquery, attnum);
    case RangeEntry::Kind::Cte: {
      const Scope* table = StatementTree::common_table(*at, *entry);
      return attnum == 0 || table == nullptr ? carried_by_outputs(table)
                                             : carried_by_output(*table, attnum);
    }
    case RangeEntry::Kind::Values:
      for (const Node& row : entry->values_rows) {
        const ColumnView* found =
            attnum == 0 ? carried_by(*at, row)
                        : carried_by(*at, row.item(static_cast<std::size_t>(attnum) - 1));
        if (found != nullptr) {
          return found;
        }
      }
      return nullptr;
    case RangeEntry::Kind::Function:
    case RangeEntry::Kind::TableFunction:
    case RangeEntry::Kind::Other: {
      for (const char* part : {"functions", "tablefunc"}) {
        if (const ColumnView* found = carried_by(*at, entry->node.field(part))) {
          return found;
        }
      }
      return nullptr;
    }
  }
  return nullptr;
}

const ColumnView* Lineage::carried_by(const Scope& scope, const Node& node) {
  if (node.kind() != Node::Kind::Object && node.kind() != Node::Kind::List) {
    return nullptr;
  }
  const auto first_of = [&](const Node& list, bool booleans_only) -> const ColumnView* {
    for (const Node child : list) {
      const ColumnView* found =
          !booleans_only || is_boolean(child) ? carried_by(scope, child) : nullptr;
      if (found != nullptr) {
        return found;
      }
    }
    return nullptr;
  };
  if (is(node, "VAR")) {
    return carried_by_var(scope, node);
  }
  if (is(node, "CONST") || is(node, "QUERY") || is(node, "NULLTEST") || is(node, "BOOLEANTEST") ||
      is(node, "ROWCOMPAREEXPR")) {
    return nullptr;
  }
  if (is(node, "PARAM")) {  // UPDATE … SET (a, b) = (SELECT …): its source stands beside it
    for (const TargetEntry& target : scope.targets) {
      const bool source = target.junk && is(target.expr, "SUBLINK") &&
                          target.expr.field("subLinkType").as_int_or(-1) == kMultiExprLink;
      if (source && node.field("paramkind").as_int_or(0) != 0) {
        return carried_by(scope, target.expr);
      }
    }
    return nullptr;
  }
  if (yields_boolean(node)) {
    return first_of(node.field("args"), true);
  }
  if (is(node, "SUBLINK")) {
    const std::int64_t type = node.field("subLinkType").as_int_or(-1);
    return type == kExprLink || type == kMultiExprLink || type == kArrayLink
               ? carried_by_outputs(tree.scope_of(node.field("subselect")))
               : nullptr;
  }
  if (is(node, "AGGREF") || is(node, "WINDOWFUNC")) {
    const auto function = static_cast<std::uint32_t>(
        node.field(is(node, "AGGREF") ? "aggfnoid" : "winfnoid").as_int_or(0));
    return function == kCountAny || function == kCountStar ? nullptr
                                                           : first_of(node.field("args"), false);
  }
  if (is(node, "CASEEXPR")) {
    for (const Node when : node.field("args")) {
      if (const ColumnView* found = carried_by(scope, when.field("result"))) {
        return found;
      }
    }
    return carried_by(scope, node.field("defresult"));
  }
  return first_of(node, false);
}

}  // namespace pgveil::policy
