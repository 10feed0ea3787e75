#include "policy/lineage/lineage.hpp"

#include "policy/lineage/function_rules.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr std::int64_t kExistsLink = 0, kExprLink = 4;
constexpr std::int64_t kUnion = 1;
constexpr std::int64_t kExternParam = 0;
constexpr std::int64_t kImplicitCast = 2;
constexpr std::uint32_t kCountAny = 2147;

std::uint32_t oid_field(const Node& node, std::string_view name) {
  return static_cast<std::uint32_t>(node.field(name).as_int_or(0));
}

std::string spelled(const ColumnAt& column) {
  return column.at->relation->schema + "." + column.at->relation->name + "." +
         column.view->column->name;
}

bool same_mask(const Flow& a, const Flow& b) {
  return a.column.view->access.mask == b.column.view->access.mask &&
         a.column.view->access.clear == b.column.view->access.clear;
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
  for (const Scope& scope : tree.scopes()) {
    walk_scope(scope);
  }
  const Scope& top = tree.top();
  for (const TargetEntry& target : top.outputs()) {
    if (!target.junk) {
      outputs.push_back(flow_of_output(top, target.number));
    }
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
      slot->access.tagged = true;  // sealed, and the policy grants it to nobody
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
    understood_ = false;
    return;
  }
  if (!scope.query.field("setOperations").is_null()) {
    walk_set_operation(scope);
  } else if (scope.command == Command::Select) {
    for (const TargetEntry& target : scope.targets) {
      flow_of_output(scope, target.number);
    }
  } else {
    walk_write(scope);
    for (const TargetEntry& target : scope.returning) {
      flow_of_output(scope, target.number);
    }
  }
  flow_plain(scope, scope.query.field("jointree"));
  flow_plain(scope, scope.query.field("havingQual"));
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
  walk_groups(scope);
}

void Lineage::walk_groups(const Scope& scope) {
  std::set<int> references;
  const auto collect = [&references](const Node& list) {
    for (const Node item : list) {
      references.insert(static_cast<int>(item.field("tleSortGroupRef").as_int_or(0)));
    }
  };
  collect(scope.query.field("sortClause"));
  collect(scope.query.field("groupClause"));
  collect(scope.query.field("distinctClause"));
  for (const Node window : scope.query.field("windowClause")) {
    collect(window.field("partitionClause"));
    collect(window.field("orderClause"));
  }
  for (const TargetEntry& target : scope.targets) {
    if (target.sort_group_ref == 0 || !references.contains(target.sort_group_ref)) {
      continue;
    }
    const Flow found = flow_of_output(scope, target.number);
    if (found.kind == Flow::Kind::AsIs) {
      blocked(found.column, "it is sorted, grouped or made distinct");
    }
  }
}

void Lineage::walk_set_operation(const Scope& scope) {
  for (const TargetEntry& target : scope.targets) {
    flow_of_output(scope, target.number);
  }
}

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
    result = flow(scope, target->expr);
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
        blocked(found.column, "a set operation compares it");
      } else if (!alike) {
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
  const auto attnum = static_cast<std::int16_t>(var.field("varattno").as_int_or(0));
  if (attnum == 0) {
    touch_whole_row(*at, *entry);
    return {};
  }
  switch (entry->kind) {
    case RangeEntry::Kind::Relation: {
      if (attnum < 0) {
        if (Occurrence* found = occurrence(*at, entry->index); found != nullptr) {
          found->system_columns = true;
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
    return flow_of_var(scope, node);
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
  if (label == "SUBLINK") {
    const Scope* inner = tree.scope_of(node.field("subselect"));
    if (inner == nullptr) {
      understood_ = false;
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
    const std::uint32_t function = oid_field(node, "aggfnoid");
    note_function(node, function);
    if (function == kCountAny && node.field("aggdistinct").size() == 0) {
      for (const Node argument : node.field("args")) {
        const Flow found = flow(scope, argument.field("expr"));
        const bool null_mask = found.kind == Flow::Kind::AsIs &&
                               found.column.view->access.mask.kind == MaskKind::Null &&
                               !found.column.view->access.clear;
        if (null_mask) {
          blocked(found.column, "whether it is NULL depends on the mask");
        }
      }
      flow_plain(scope, node.field("aggfilter"));
      return {};
    }
  } else if (label == "FUNCEXPR") {
    note_function(node, oid_field(node, "funcid"));
  } else if (label == "WINDOWFUNC") {
    note_function(node, oid_field(node, "winfnoid"));
  } else if (label == "SQLVALUEFUNCTION") {
    server_values.push_back(node);
    unaddressable_server_value = unaddressable_server_value || location_of(node) < 0;
    return {};
  } else if (label == "NULLIFEXPR") {
    note_function(node, oid_field(node, "opfuncid"));
  }
  return flow_of_children(scope, node);
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
  if (const auto atom = equality_atom(scope, node)) {
    take_equality(*atom);
    return {};
  }
  return flow_of_children(scope, node);
}

void Lineage::take_equality(const EqualityAtom& atom) {
  const ColumnAccess& access = atom.column.view->access;
  const SealedColumn& sealed = *atom.column.view->column->sealed;
  if (atom.other) {
    read(atom.column);
    read(atom.other);
    const SealedColumn& other = *atom.other.view->column->sealed;
    const bool both = access.clear && atom.other.view->access.clear && sealed.terms.equality &&
                      other.terms.equality && sealed.field == other.field &&
                      sealed.base_type == other.base_type;
    const auto first = syntax.expression_sql(atom.column_node);
    const auto second = syntax.expression_sql(atom.other_node);
    if (!both || !first || !second) {
      blocked(atom.column, both ? "the comparison cannot be rewritten"
                                : "the two columns do not share a field with an equality term");
      return;
    }
    edits.push_back({atom.column_node, true, "pgveil.equality(" + *first + ")", std::nullopt});
    edits.push_back({atom.other_node, true, "pgveil.equality(" + *second + ")", std::nullopt});
    return;
  }
  // Finding by the real value of a masked column is equality and nothing else: under NOT it is not.
  const bool may_search = access.search && !atom.negated && !atom.distinct && negations_ == 0;
  if (access.clear || may_search) {
    atom.column.at->searched.insert(atom.column.view->column->attnum);
  } else {
    read(atom.column);
    blocked(atom.column, "the masked value counts in a comparison");
    return;
  }
  if (!access.clear) {
    searches.push_back(atom);
  }
  const auto column = syntax.expression_sql(atom.column_node);
  if (!sealed.terms.equality || !column) {
    if (access.clear) {
      read(atom.column);
    }
    blocked(atom.column, "it has no search term for equality");
    return;
  }
  edits.push_back({atom.column_node, true, "pgveil.equality(" + *column + ")", std::nullopt});
  for (const ClientValue& value : atom.values) {
    ValueUse use;
    use.kind = atom.array ? ValueUse::Kind::EqualityTerms : ValueUse::Kind::EqualityTerm;
    use.field = sealed.field;
    use.base_type = sealed.base_type;
    use.typmod = sealed.typmod;
    use.value_type = value.type;
    edits.push_back({value.node, value.with_casts, {}, Slot{value.source, use}});
  }
}

void Lineage::note_function(const Node& node, std::uint32_t oid) {
  const CatalogFunction* function = catalog.function(oid);
  if (function == nullptr) {
    opaque_function = "an unknown function";
    return;
  }
  if (is_opaque(*function) && opaque_function.empty()) {
    opaque_function = function->schema + "." + function->name;
  }
  switch (classify(*function)) {
    case FunctionRule::Pure:
      break;
    case FunctionRule::ServerValue:
      server_values.push_back(node);
      unaddressable_server_value = unaddressable_server_value || location_of(node) < 0;
      break;
    case FunctionRule::Volatile:
      if (volatile_function.empty()) {
        volatile_function = function->name;
      }
      break;
    case FunctionRule::Schema:
      uses_schema_functions = true;
      break;
    case FunctionRule::Size:
      uses_size_functions = true;
      break;
  }
}

std::optional<std::uint16_t> Lineage::literal_at(std::int32_t location) const {
  const auto& literals = syntax.literals();
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (static_cast<std::int32_t>(literals[i].location) == location && literals[i].in_tree) {
      return static_cast<std::uint16_t>(i);
    }
  }
  return std::nullopt;
}

std::optional<ClientValue> Lineage::client_value(const Node& node, TypeOid wanted) const {
  Node inner = node;
  while (is(inner, "RELABELTYPE")) {
    inner = inner.field("arg");
  }
  ClientValue value;
  const std::int32_t location = location_of(inner);
  if (is(inner, "PARAM") && inner.field("paramkind").as_int_or(-1) == kExternParam) {
    value.node = {sql::NodeKind::Parameter, location};
    value.source = {ValueSource::From::Parameter,
                    static_cast<std::uint16_t>(inner.field("paramid").as_int_or(0))};
    value.type = oid_field(inner, "paramtype");
  } else if (is(inner, "CONST")) {
    const auto index = literal_at(location);
    if (!index) {
      return std::nullopt;
    }
    value.node = {sql::NodeKind::Literal, location};
    value.source = {ValueSource::From::Literal, *index};
    value.type = oid_field(inner, "consttype");
    value.is_null = inner.field("constisnull").as_bool();
  } else {
    return std::nullopt;
  }
  if (!syntax.contains(value.node) || (wanted != 0 && value.type != wanted)) {
    return std::nullopt;
  }
  value.with_casts = syntax.inside_cast(value.node);
  return value;
}

}  // namespace pgveil::policy
