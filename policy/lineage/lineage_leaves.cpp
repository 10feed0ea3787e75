// The leaves of expressions: comparisons that a term answers, functions, and what the client sent.
#include "policy/lineage/function_rules.hpp"
#include "policy/lineage/lineage.hpp"

namespace pgveil::policy {
namespace {

constexpr std::int64_t kExternParam = 0;

std::uint32_t oid_field(const Node& node, std::string_view name) {
  return static_cast<std::uint32_t>(node.field(name).as_int_or(0));
}

// One value per statement: its arguments must not depend on rows.
bool takes_client_values_only(const Lineage& lineage, const Node& call) {
  for (const Node argument : call.field("args")) {
    if (!lineage.client_value(argument, 0)) {
      return false;
    }
  }
  return true;
}

}  // namespace

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
    case FunctionRule::Random:
      break;
    case FunctionRule::ServerValue:
      if (!takes_client_values_only(*this, node)) {
        volatile_function = volatile_function.empty() ? function->name : volatile_function;
        break;
      }
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
