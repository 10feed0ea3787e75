// What INSERT, UPDATE and ON CONFLICT store: a sealed column takes a client's value, which is sealed on
// its way, or a sealed value of the same field; anything else would have to be computed first.
#include "policy/lineage/lineage.hpp"
#include "policy/lineage/sql_text.hpp"

#include <algorithm>
#include <cstring>

namespace pgveil::policy {
namespace {

constexpr std::int64_t kExplicitCast = 1, kImplicitCast = 2;

// The casts that an assignment adds: varchar length, numeric scale, integer to numeric.
Node without_assignment_casts(Node node) {
  while (true) {
    if (is(node, "RELABELTYPE") && node.field("relabelformat").as_int_or(0) == kImplicitCast) {
      node = node.field("arg");
    } else if (is(node, "FUNCEXPR") && node.field("funcformat").as_int_or(0) == kImplicitCast &&
               node.field("args").size() > 0) {
      node = *node.field("args").begin();
    } else {
      return node;
    }
  }
}

// A cast that is spelled out and only adds the column's own length: what does not fit is an error when
// it is sealed. All others compute, and so does AT TIME ZONE, which looks like one.
bool adds_length_of(const SealedColumn& sealed, const Node& call) {
  if (!is(call, "FUNCEXPR") || call.field("args").size() < 2 ||
      call.field("funcformat").as_int_or(0) != kExplicitCast) {
    return false;
  }
  const Node length = call.field("args").item(1);
  const std::vector<std::byte> bytes = length.field("constvalue").as_bytes();
  std::int32_t typmod = 0;
  if (!is(length, "CONST") || bytes.size() < sizeof typmod) {
    return false;
  }
  std::memcpy(&typmod, bytes.data(), sizeof typmod);
  return typmod == sealed.typmod &&
         static_cast<TypeOid>(call.field("funcresulttype").as_int_or(0)) == sealed.base_type;
}

Node without_casts(const SealedColumn& sealed, Node node) {
  while (true) {
    if (is(node, "RELABELTYPE")) {
      node = node.field("arg");
    } else if (adds_length_of(sealed, node)) {
      node = *node.field("args").begin();
    } else {
      const Node inner = without_assignment_casts(node);
      if (inner.raw().data() == node.raw().data()) {
        return node;
      }
      node = inner;
    }
  }
}

Node item_at(const Node& list, std::size_t index) { return list.item(index); }

/// No value: left out by the rewriter, or NULL, which a domain may be put around.
bool is_null_constant(Node node) {
  while (is(node, "COERCETODOMAIN") || is(node, "RELABELTYPE")) {
    node = node.field("arg");
  }
  return node.is_null() || is(node, "SETTODEFAULT") ||
         (is(node, "CONST") && node.field("constisnull").as_bool());
}

/// Something of it is the client's: what comes from the catalog has no locations.
bool stands_in_text(const Node& node) {
  if (node.kind() != Node::Kind::Object && node.kind() != Node::Kind::List) {
    return false;
  }
  if (is(node, "PARAM") || (node.kind() == Node::Kind::Object && location_of(node) >= 0)) {
    return true;
  }
  return std::ranges::any_of(std::vector<Node>(node.begin(), node.end()), stands_in_text);
}

}  // namespace

void Lineage::walk_write(const Scope& scope) {
  Occurrence* target = occurrence(scope, scope.result_relation);
  if (target == nullptr) {
    understood_ = false;
    return;
  }
  if (scope.command == Command::Delete) {
    return;
  }
  for (const TargetEntry& entry : scope.targets) {
    if (!entry.junk) {
      assign(scope, *target, entry);
    }
  }
  const Node on_conflict = scope.query.field("onConflict");
  if (!on_conflict.is_null()) {
    walk_on_conflict(scope, *target);
  }
}

void Lineage::assign(const Scope& scope, Occurrence& target, const TargetEntry& entry) {
  const auto attnum = static_cast<std::int16_t>(entry.number);
  if (target.relation->column(attnum) == nullptr) {
    understood_ = false;
    return;
  }
  const ColumnAt column{&target, &view_of(target, attnum)};
  const Node inner = without_assignment_casts(entry.expr);
  const RangeEntry* source = is(inner, "VAR") && inner.field("varlevelsup").as_int_or(0) == 0
                                 ? scope.entry(static_cast<int>(inner.field("varno").as_int_or(0)))
                                 : nullptr;
  std::vector<Node> cells{entry.expr};
  if (source != nullptr && source->kind == RangeEntry::Kind::Values) {
    const auto position = static_cast<std::size_t>(inner.field("varattno").as_int_or(1)) - 1;
    cells.clear();
    for (const Node& row : source->values_rows) {
      cells.push_back(item_at(row, position));
    }
  }
  if (&scope == &tree.top() && !answer_only_ && defaulted.contains(attnum) &&
      std::ranges::none_of(cells, stands_in_text)) {
    assign_default(scope, column, cells.empty() ? Node() : cells.front());
    return;
  }
  for (const Node& cell : cells) {
    if (column.view->column->sealed) {
      assign_value(scope, column, cell);
    } else {
      flow_plain(scope, cell);
    }
  }
}

/// What the statement gives no value.
void Lineage::find_defaulted() {
  const Scope& top = tree.top();
  const Occurrence* target = occurrence(top, top.result_relation);
  if (target == nullptr) {
    return;
  }
  const sql::StatementFacts& facts = syntax.facts();
  const CatalogRelation& relation = *target->relation;
  for (const std::string& name : facts.default_columns) {
    if (const CatalogColumn* column = relation.column(name)) {
      defaulted.insert(column->attnum);
    }
  }
  if (top.command != Command::Insert) {
    return;
  }
  std::size_t position = 0;
  for (const CatalogColumn& column : relation.columns) {
    const auto named = std::ranges::find(facts.insert_column_names, column.name);
    const bool given = target->entry->inserted.contains(column.attnum);
    const auto at = facts.insert_columns
                        ? static_cast<std::size_t>(named - facts.insert_column_names.begin())
                        : position++;
    const bool is_default =
        std::ranges::find(facts.default_positions, at) != facts.default_positions.end();
    if (!given || is_default) {
      defaulted.insert(column.attnum);
    }
  }
}

/// The server computes the default of a plain column. That of a sealed one has to be computed first.
void Lineage::assign_default(const Scope& scope, ColumnAt column, const Node& value) {
  const std::string before = volatile_function;
  const std::size_t values = server_values.size();
  const bool unaddressable = unaddressable_server_value;
  volatile_function.clear();
  if (column.view->column->sealed && column.view->column->default_sql.empty() &&
      !is_null_constant(value)) {
    understood_ = false;  // its domain has a default
  }
  if (!column.view->column->sealed || column.view->column->default_sql.empty()) {
    flow_plain(scope, column.view->column->sealed ? Node() : value);
  } else {
    SealedDefault found;
    found.attnum = column.view->column->attnum;
    flow_plain(scope, value);
    found.per_row = !volatile_function.empty();
    found.server = found.per_row || server_values.size() > values;
    sealed_defaults.push_back(found);
    blocked(column, "its default would have to be stored");
  }
  volatile_function = before;
  server_values.resize(values);
  unaddressable_server_value = unaddressable;
}

void Lineage::seal_value(const ColumnAt& column, const ClientValue& sent) {
  const SealedColumn& sealed = *column.view->column->sealed;
  ValueUse use;
  use.kind = ValueUse::Kind::Seal;
  use.field = sealed.field;
  use.base_type = sealed.base_type;
  use.typmod = sealed.typmod;
  use.terms = sealed.terms;
  use.pad = column.view->access.pad;
  use.value_type = sent.type;
  edits.push_back({sent.node, sent.with_casts, {}, Slot{sent.source, use}});
}

void Lineage::assign_value(const Scope& scope, ColumnAt column, const Node& value) {
  const SealedColumn& sealed = *column.view->column->sealed;
  const Node inner = without_assignment_casts(value);
  if (is(inner, "CONST") && inner.field("constisnull").as_bool() && location_of(inner) < 0) {
    return;  // a column that was not named, or DEFAULT, and has no default
  }
  if (const auto sent = client_value(inner, 0)) {
    seal_value(column, *sent);
    return;
  }
  if (is(inner, "VAR")) {
    if (adopt(scope, inner, column)) {
      return;
    }
    const Flow found = flow(scope, inner);
    if (found.kind == Flow::Kind::AsIs && found.column.view->access.clear) {
      const SealedColumn& from = *found.column.view->column->sealed;
      if (from.field == sealed.field && from.base_type == sealed.base_type &&
          from.terms == sealed.terms &&  // carried along: without them it would not be found
          (from.typmod == sealed.typmod || sealed.typmod < 0)) {
        return;  // copied on the server as it is
      }
    }
    blocked(column, "the copied column belongs to another field, or carries other search terms");
    return;
  }
  if (assign_choice(scope, column, without_casts(sealed, value))) {
    return;
  }
  flow(scope, value);
  blocked(column, location_of(inner) < 0 && !is(inner, "FUNCEXPR")
                      ? "its default would have to be stored"
                      : "the value to store would have to be computed first");
}

// CASE and COALESCE choose among values that are each stored as they are: `SET x = COALESCE($1, x)`.
bool Lineage::assign_choice(const Scope& scope, ColumnAt column, const Node& choice) {
  const bool is_case = is(choice, "CASEEXPR");
  if (!is_case && !is(choice, "COALESCEEXPR")) {
    return false;
  }
  const sql::NodeRef node{is_case ? sql::NodeKind::Case : sql::NodeKind::Coalesce,
                          location_of(choice)};
  if (node.location < 0 || !syntax.contains(node)) {
    return false;
  }
  const SealedColumn& sealed = *column.view->column->sealed;
  edits.push_back({node, true, "$0", std::nullopt});
  if (!is_case) {
    for (const Node argument : choice.field("args")) {
      assign_value(scope, column, without_casts(sealed, argument));
    }
    return true;
  }
  flow_plain(scope, choice.field("arg"));
  for (const Node when : choice.field("args")) {
    flow_plain(scope, when.field("expr"));
    assign_value(scope, column, without_casts(sealed, when.field("result")));
  }
  if (!choice.field("defresult").is_null()) {
    assign_value(scope, column, without_casts(sealed, choice.field("defresult")));
  }
  return true;
}

void Lineage::walk_on_conflict(const Scope& scope, Occurrence& target) {
  const Node on_conflict = scope.query.field("onConflict");
  std::vector<std::int16_t> columns;
  bool only_columns = true;
  for (const Node element : on_conflict.field("arbiterElems")) {
    const Node expression = element.field("expr");
    if (is(expression, "VAR")) {
      columns.push_back(static_cast<std::int16_t>(expression.field("varattno").as_int_or(0)));
    } else {
      only_columns = false;
      flow_plain(scope, expression);
    }
  }
  if (on_conflict.field("constraint").as_int_or(0) != 0) {
    const auto key = std::ranges::find(target.relation->keys, syntax.facts().conflict_constraint,
                                       &UniqueKey::name);
    if (key == target.relation->keys.end()) {
      understood_ = false;
      return;
    }
    columns = key->columns;
  }
  bool any_sealed = false;
  std::vector<std::string> expressions;
  for (const std::int16_t attnum : columns) {
    const CatalogColumn* column = target.relation->column(attnum);
    if (column == nullptr) {
      understood_ = false;
      return;
    }
    const std::string name = quote_identifier(column->name);
    if (!column->sealed) {
      expressions.push_back(name);
      continue;
    }
    any_sealed = true;
    const ColumnAt at{&target, &view_of(target, attnum)};
    if (!column->sealed->terms.equality || !only_columns) {
      blocked(at, "ON CONFLICT needs its equality term");
    }
    target.searched.insert(attnum);
    expressions.push_back("pgveil.equality(" + name + ")");
    if (&scope != &tree.top()) {
      blocked(at, "ON CONFLICT over it stands in a WITH query");
    }
  }
  if (any_sealed) {
    conflict_target = std::move(expressions);
  }
  flow_plain(scope, on_conflict.field("arbiterWhere"));
  flow_plain(scope, on_conflict.field("onConflictWhere"));
  for (const Node item : on_conflict.field("onConflictSet")) {
    TargetEntry entry;
    entry.expr = item.field("expr");
    entry.number = static_cast<int>(item.field("resno").as_int_or(0));
    if (!item.field("resjunk").as_bool()) {
      assign(scope, target, entry);
    }
  }
}

}  // namespace pgveil::policy
