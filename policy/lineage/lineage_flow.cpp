// How values reach places: through joins, sub-selects, common tables, set operations and casts, as they
// are, or into an expression that would need them opened.
#include "policy/lineage/lineage.hpp"

#include <utility>

namespace pgveil::policy {
namespace {

constexpr std::int64_t kExistsLink = 0, kExprLink = 4;
constexpr std::int64_t kUnion = 1;
constexpr std::int64_t kImplicitCast = 2;
constexpr std::uint32_t kCountAny = 2147;

std::uint32_t oid_field(const Node& node, std::string_view name) {
  return static_cast<std::uint32_t>(node.field(name).as_int_or(0));
}

// UNION, or INTERSECT and EXCEPT of two arms: over equality terms the server can do them as well.
bool compares_terms(const Node& operation) {
  const auto is_union = [](const Node& node) { return node.field("op").as_int_or(0) == kUnion; };
  if (operation.field("all").as_bool()) {
    return false;
  }
  std::vector<Node> pending{operation.field("larg"), operation.field("rarg")};
  while (!pending.empty()) {
    const Node node = pending.back();
    pending.pop_back();
    if (is(node, "SETOPERATIONSTMT")) {
      if (!is_union(operation) || !is_union(node)) {
        return false;
      }
      pending.push_back(node.field("larg"));
      pending.push_back(node.field("rarg"));
    }
  }
  return true;
}

bool same_mask(const Flow& a, const Flow& b) {
  return a.column.view->access.mask == b.column.view->access.mask &&
         a.column.view->access.clear == b.column.view->access.clear;
}

}  // namespace

Flow Lineage::flow_of_output(const Scope& scope, int number) {
  const std::pair<const Scope*, int> key{&scope, number};
  if (const auto found = output_flows_.find(key); found != output_flows_.end()) {
    return found->second;
  }
  const TargetEntry* target = scope.target(number);
  if (target == nullptr) {
    understood_ = false;
    return {};
  }
  if (!in_progress_.insert(key).second) {
    return {};  // a recursive query: the recursive arm is compared with the first one below
  }
  Flow result;
  const Node operation = scope.query.field("setOperations");
  if (operation.is_null()) {
    // What only sorts or groups stands in its clause, which is edited as a whole.
    const bool in_clause = target->junk && is(target->expr, "VAR");
    const Scope* grouping = in_clause || group_keys(scope).empty() ? nullptr : &scope;
    const Scope* around = std::exchange(after_grouping_, grouping);
    const int aggregates = std::exchange(aggregates_, 0);
    result = flow(scope, target->expr);
    after_grouping_ = around;
    aggregates_ = aggregates;
  } else {
    // Arms are range entries; fold them from left to right.
    std::vector<std::pair<Node, bool>> pending{{operation, true}};
    bool first = true;
    while (!pending.empty()) {
      const auto [node, merges] = pending.back();
      pending.pop_back();
      if (is(node, "SETOPERATIONSTMT")) {
        const bool keeps_all =
            node.field("op").as_int_or(0) == kUnion && node.field("all").as_bool();
        pending.emplace_back(node.field("rarg"), merges && keeps_all);
        pending.emplace_back(node.field("larg"), merges && keeps_all);
        continue;
      }
      const RangeEntry* arm = scope.entry(static_cast<int>(node.field("rtindex").as_int_or(0)));
      if (arm == nullptr || arm->subquery == nullptr) {
        understood_ = false;
        break;
      }
      const Flow found = flow_of_output(*arm->subquery, number);
      const bool alike =
          first || (found.kind == result.kind && (found.kind != Flow::Kind::AsIs ||
                                                  (found.column.view->column->sealed->field ==
                                                       result.column.view->column->sealed->field &&
                                                   same_mask(found, result))));
      if (found.kind == Flow::Kind::AsIs && !merges) {
        if (compares_terms(operation) && can_compare(found.column) && one_spelling(found.column)) {
          framed_.insert(&scope);
        } else {
          blocked(found.column, "a set operation compares it");
        }
      }
      if (!alike) {
        blocked(found.kind == Flow::Kind::AsIs ? found.column : result.column,
                "a set operation mixes it with other values");
      }
      if (first) {
        result = found;
      }
      first = false;
    }
  }
  in_progress_.erase(key);
  output_flows_[key] = result;
  return result;
}

Flow Lineage::flow_of_var(const Scope& scope, const Node& var) {
  const Scope* at = level(scope, var);
  const RangeEntry* entry =
      at == nullptr ? nullptr : at->entry(static_cast<int>(var.field("varno").as_int_or(0)));
  if (entry == nullptr) {
    understood_ = false;
    return {};
  }
  if (answer_only_ && entry->index != scope.result_relation &&
      entry->index != scope.excluded_relation) {
    blocked({}, "RETURNING names a table that is only read");
    return {};
  }
  const auto attnum = static_cast<std::int16_t>(var.field("varattno").as_int_or(0));
  if (attnum == 0) {
    used_plain_.insert({entry, attnum});
    touch_whole_row(*at, *entry);
    return {};
  }
  switch (entry->kind) {
    case RangeEntry::Kind::Relation: {
      if (attnum < 0) {
        if (Occurrence* found = occurrence(*at, entry->index); found != nullptr) {
          found->system_columns = true;
          system_columns.push_back({found, attnum, location_of(var)});
        }
        return {};
      }
      const ColumnAt column = base_column(scope, var);
      if (!column) {
        understood_ = false;
        return {};
      }
      return read(column);
    }
    case RangeEntry::Kind::Subquery:
      if (at->command == Command::Merge) {
        used_plain_.insert({entry, attnum});
      }
      return flow_of_output(*entry->subquery, attnum);
    case RangeEntry::Kind::Join:
      if (static_cast<std::size_t>(attnum) > entry->alias_vars.size()) {
        understood_ = false;
        return {};
      }
      return flow(*at, entry->alias_vars[static_cast<std::size_t>(attnum) - 1]);
    case RangeEntry::Kind::Cte: {
      const Scope* table = StatementTree::common_table(*at, *entry);
      if (table == nullptr) {
        understood_ = false;
        return {};
      }
      return flow_of_output(*table, attnum);
    }
    case RangeEntry::Kind::Function:
    case RangeEntry::Kind::TableFunction:
    case RangeEntry::Kind::Values:
    case RangeEntry::Kind::Other:
      return {};  // their expressions are walked where they stand
  }
  return {};
}

void Lineage::touch_whole_row(const Scope& scope, const RangeEntry& entry) {
  if (entry.kind == RangeEntry::Kind::Relation) {
    Occurrence* found = occurrence(scope, entry.index);
    if (found == nullptr) {
      understood_ = false;
      return;
    }
    for (const CatalogColumn& column : found->relation->columns) {
      const ColumnAt at{found, &view_of(*found, column.attnum)};
      read(at);
      if (at.view->access.tagged) {
        blocked(at, "the whole row is used as one value");
      }
    }
  } else if (entry.kind == RangeEntry::Kind::Subquery || entry.kind == RangeEntry::Kind::Cte) {
    const Scope* inner = entry.kind == RangeEntry::Kind::Subquery
                             ? entry.subquery
                             : StatementTree::common_table(scope, entry);
    if (inner == nullptr) {
      understood_ = false;
      return;
    }
    for (const TargetEntry& target : inner->outputs()) {
      const Flow found = flow_of_output(*inner, target.number);
      if (!target.junk && found.kind == Flow::Kind::AsIs) {
        blocked(found.column, "the whole row is used as one value");
      }
    }
  } else if (entry.kind == RangeEntry::Kind::Join) {
    for (const Node& var : entry.alias_vars) {
      flow_plain(scope, var);
    }
  }
}

void Lineage::flow_plain(const Scope& scope, const Node& node) {
  const Flow found = flow(scope, node);
  if (found.kind == Flow::Kind::AsIs) {
    blocked(found.column, "an expression needs its value");
  }
}

Flow Lineage::flow(const Scope& scope, const Node& node) {
  switch (node.kind()) {
    case Node::Kind::Object:
      break;
    case Node::Kind::List:
      return flow_of_children(scope, node);
    default:
      return {};
  }
  const std::string_view label = node.label();
  if (label == "VAR") {
    Flow found = flow_of_var(scope, node);
    if (found.kind == Flow::Kind::AsIs) {
      behind_grouping(scope, node, found.column);
      drop_cast_to_own_type(node);
    }
    return found;
  }
  if (label == "CONST" || label == "PARAM" || label == "RANGETBLREF") {
    return {};
  }
  if (label == "QUERY") {
    return {};  // a scope of its own
  }
  if (label == "RELABELTYPE") {
    Flow inner = flow(scope, node.field("arg"));
    if (inner.kind == Flow::Kind::AsIs &&
        node.field("relabelformat").as_int_or(0) != kImplicitCast) {
      drop_cast(node, inner);
    }
    return inner;
  }
  if (label == "OPEXPR" || label == "DISTINCTEXPR" || label == "SCALARARRAYOPEXPR") {
    return flow_of_operator(scope, node);
  }
  if (label == "NULLTEST") {
    const Flow inner = flow(scope, node.field("arg"));
    const bool null_mask = inner.kind == Flow::Kind::AsIs &&
                           inner.column.view->access.mask.kind == MaskKind::Null &&
                           !inner.column.view->access.clear;
    if (null_mask || (inner.kind == Flow::Kind::AsIs && inner.casted)) {
      blocked(inner.column, "whether it is NULL depends on the mask");
    }
    return {};
  }
  if (label == "SUBLINK" && answer_only_) {
    blocked({}, "a sub-select stands in RETURNING or ON CONFLICT");
    return {};
  }
  if (label == "SUBLINK") {
    const Scope* inner = tree.scope_of(node.field("subselect"));
    if (inner == nullptr) {
      understood_ = false;
      return {};
    }
    if (take_sub_select(scope, node, *inner)) {
      return {};
    }
    flow_plain(scope, node.field("testexpr"));
    const std::int64_t type = node.field("subLinkType").as_int_or(-1);
    if (type == kExprLink) {
      return flow_of_output(*inner, 1);
    }
    if (type != kExistsLink) {
      for (const TargetEntry& target : inner->outputs()) {
        const Flow found = flow_of_output(*inner, target.number);
        if (!target.junk && found.kind == Flow::Kind::AsIs) {
          blocked(found.column, "a sub-select compares it");
        }
      }
    }
    return {};
  }
  if (label == "AGGREF") {
    ++aggregates_;
    flow_of_aggregate(scope, node);
    --aggregates_;
    return {};
  }
  if (label == "FUNCEXPR") {
    note_function(node, oid_field(node, "funcid"));
  } else if (label == "WINDOWFUNC") {
    return flow_of_window(scope, node);
  } else if (label == "SQLVALUEFUNCTION") {
    server_values.push_back(node);
    unaddressable_server_value = unaddressable_server_value || location_of(node) < 0;
    return {};
  } else if (label == "NULLIFEXPR") {
    note_function(node, oid_field(node, "opfuncid"));
  }
  return flow_of_children(scope, node);
}

void Lineage::flow_of_aggregate(const Scope& scope, const Node& node) {
  const std::uint32_t function = oid_field(node, "aggfnoid");
  note_function(node, function);
  if (function != kCountAny) {
    flow_of_children(scope, node);
    return;
  }
  const bool distinct = node.field("aggdistinct").size() > 0;
  for (const Node argument : node.field("args")) {
    const Node value = argument.field("expr");
    const Flow found = flow(scope, value);
    if (found.kind != Flow::Kind::AsIs) {
      continue;
    }
    const sql::NodeRef at{sql::NodeKind::Column, location_of(value)};
    if (found.column.view->access.mask.kind == MaskKind::Null && !found.column.view->access.clear) {
      blocked(found.column, "whether it is NULL depends on the mask");
    } else if (distinct && (!is(value, "VAR") || found.casted || !can_compare(found.column) ||
                            !syntax.contains(at))) {
      blocked(found.column, "different values are counted");
    } else if (distinct) {
      edits.push_back({at, false, "pgveil.equality($0)", std::nullopt});
    }
  }
  flow_plain(scope, node.field("aggfilter"));
}

// lag, lead and their like give one of the values that they are given.
Flow Lineage::flow_of_window(const Scope& scope, const Node& node) {
  const std::uint32_t oid = oid_field(node, "winfnoid");
  note_function(node, oid);
  const CatalogFunction* function = catalog.function(oid);
  const Node arguments = node.field("args");
  const bool chooses =
      function != nullptr && function->builtin && arguments.size() >= 1 && arguments.size() <= 2 &&
      (function->name == "lag" || function->name == "lead" || function->name == "first_value" ||
       function->name == "last_value" || function->name == "nth_value");
  if (!chooses) {
    return flow_of_children(scope, node);
  }
  Flow chosen = flow(scope, arguments.item(0));
  if (chosen.kind == Flow::Kind::AsIs && !chosen.column.view->access.clear) {
    chosen.casted = true;  // a search by the real value finds rows, not what stands beside them
  }
  if (arguments.size() == 2) {
    flow_plain(scope, arguments.item(1));
  }
  flow_plain(scope, node.field("aggfilter"));
  return chosen;
}

// `dob::date` is no node of the tree, but the server would cast the sealed value.
void Lineage::drop_cast_to_own_type(const Node& var) {
  const sql::NodeRef node{sql::NodeKind::Column, location_of(var)};
  const auto column = node.location >= 0 && syntax.inside_cast(node)
                          ? std::optional(syntax.expression_sql(node))
                          : std::nullopt;
  if (column && *column) {
    edits.push_back({node, true, **column, std::nullopt});
  }
}

// `ssn::text` on a varchar changes nothing but the type that the client sees, which comes from the twin:
// over the sealed value the cast must go.
void Lineage::drop_cast(const Node& relabel, Flow& inner) {
  const Node argument = relabel.field("arg");
  const sql::NodeRef node{sql::NodeKind::Column, location_of(argument)};
  const auto column = syntax.expression_sql(node);
  if (!is(argument, "VAR") || !syntax.inside_cast(node) || !column) {
    inner.casted = true;
    blocked(inner.column, "a cast needs its value");
    return;
  }
  edits.push_back({node, true, *column, std::nullopt});
}

Flow Lineage::flow_of_children(const Scope& scope, const Node& node) {
  const bool negates = is(node, "BOOLEXPR") && node.field("boolop").as_text() == "not";
  negations_ += negates ? 1 : 0;
  for (const Node child : node) {
    flow_plain(scope, child);
  }
  negations_ -= negates ? 1 : 0;
  return {};
}

Flow Lineage::flow_of_operator(const Scope& scope, const Node& node) {
  note_function(node, oid_field(node, "opfuncid"));
  if (adopt_equality(scope, node)) {
    return {};
  }
  if (const auto atom = equality_atom(scope, node)) {
    take_equality(*atom);
    return {};
  }
  return flow_of_children(scope, node);
}

}  // namespace pgveil::policy
