// Predicates that a search term answers, exactly or as a superset.
#include "policy/lineage/lineage.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy {
namespace {

constexpr std::int64_t kAllLink = 1, kAnyLink = 2;
constexpr TypeOid kText = 25, kVarchar = 1043, kBpchar = 1042;

std::uint32_t oid_field(const Node& node, std::string_view name) {
  return static_cast<std::uint32_t>(node.field(name).as_int_or(0));
}

Node without_relabel(Node node) {
  while (is(node, "RELABELTYPE")) {
    node = node.field("arg");
  }
  return node;
}

// A list of varchar is made a list of text element by element.
Node without_array_relabel(Node node) {
  node = without_relabel(node);
  while (is(node, "ARRAYCOERCEEXPR") && is(node.field("elemexpr"), "RELABELTYPE")) {
    node = without_relabel(node.field("arg"));
  }
  return node;
}

bool text_like(TypeOid type) { return type == kText || type == kVarchar; }

bool integer(TypeOid type) { return type == 20 || type == 21 || type == 23; }

// The operator compares values of the sealed type by its own rules: text = on a varchar column, but not
// bpchar = on it, which would ignore trailing blanks.
bool compares(const CatalogOperator& operation, const SealedColumn& sealed) {
  if (text_like(sealed.base_type)) {
    return operation.left == kText && operation.right == kText;
  }
  if (integer(sealed.base_type)) {
    return integer(operation.left) && integer(operation.right);
  }
  return operation.left == sealed.base_type && operation.right == sealed.base_type;
}

// lower(x) or upper(x) of one text argument.
Node inside_case_fold(const Node& node, const Catalog& catalog) {
  if (!is(node, "FUNCEXPR") || node.field("args").size() != 1) {
    return {};
  }
  const CatalogFunction* function = catalog.function(oid_field(node, "funcid"));
  if (function == nullptr || !function->builtin ||
      (function->name != "lower" && function->name != "upper")) {
    return {};
  }
  return *node.field("args").begin();
}

}  // namespace

ColumnAt Lineage::sealed_operand(const Scope& scope, const Node& node, sql::NodeRef& at) {
  const Node inner = without_relabel(node);
  if (!is(inner, "VAR") || location_of(inner) < 0) {
    return {};
  }
  at = {sql::NodeKind::Column, location_of(inner)};
  if (!syntax.contains(at)) {
    return {};
  }
  if (inner.field("varlevelsup").as_int_or(0) > 0 && is_group_key(scope, inner)) {
    return {};  // a sub-select sees group keys only if they are columns
  }
  if (const ColumnAt column = base_column(scope, inner)) {
    return column.view->flows_sealed ? column : ColumnAt{};
  }
  const Flow through = flow_of_var(scope, inner);
  return through.kind == Flow::Kind::AsIs && !through.casted ? through.column : ColumnAt{};
}

std::optional<EqualityAtom> Lineage::equality_atom(const Scope& scope, const Node& node) {
  const CatalogOperator* operation = catalog.operator_of(oid_field(node, "opno"));
  const Node arguments = node.field("args");
  if (operation == nullptr || operation->schema != "pg_catalog" || arguments.size() != 2 ||
      (operation->name != "=" && operation->name != "<>")) {
    return std::nullopt;
  }
  EqualityAtom atom;
  atom.node = {sql::NodeKind::Operator, location_of(node)};
  atom.distinct = is(node, "DISTINCTEXPR");
  const Node left = arguments.item(0);
  const Node right = arguments.item(1);
  if (is(node, "SCALARARRAYOPEXPR")) {
    const bool any = node.field("useOr").as_bool();
    atom.negated = !any;
    if (any != (operation->name == "=")) {
      return std::nullopt;
    }
    atom.column = sealed_operand(scope, left, atom.column_node);
    if (!atom.column || !compares(*operation, *atom.column.view->column->sealed)) {
      return std::nullopt;
    }
    const Node list = without_array_relabel(right);
    if (is(list, "ARRAYEXPR")) {
      if (list.field("multidims").as_bool()) {
        return std::nullopt;
      }
      for (const Node element : list.field("elements")) {
        const auto value = client_value(element, 0);
        if (!value) {
          return std::nullopt;
        }
        atom.values.push_back(*value);
      }
      return atom.values.empty() ? std::nullopt : std::optional(std::move(atom));
    }
    const auto value = client_value(list, 0);
    if (!value) {
      return std::nullopt;
    }
    atom.array = true;
    atom.values.push_back(*value);
    return atom;
  }
  atom.negated = operation->name == "<>";
  sql::NodeRef right_node;
  atom.column = sealed_operand(scope, left, atom.column_node);
  const ColumnAt right_column = sealed_operand(scope, right, right_node);
  for (const ColumnAt& side : {atom.column, right_column}) {
    if (side && !compares(*operation, *side.view->column->sealed)) {
      return std::nullopt;  // date = timestamp and the like: other bytes for equal values
    }
  }
  if (atom.column && right_column) {
    atom.other = right_column;
    atom.other_node = right_node;
    return atom;
  }
  Node value_side = right;
  if (!atom.column) {
    // 5 IN (a, b) is a = 5 OR b = 5 with one 5: it cannot be a term for a and a number for b.
    if (!right_column || syntax.operator_form(location_of(node)) == sql::OperatorForm::In) {
      return std::nullopt;
    }
    atom.column = right_column;
    atom.column_node = right_node;
    value_side = left;
  }
  const auto value = client_value(value_side, 0);
  if (!value) {
    return std::nullopt;
  }
  atom.values.push_back(*value);
  return atom;
}

bool Lineage::take_sub_select(const Scope& scope, const Node& sub_link, const Scope& inner) {
  const bool any = sub_link.field("subLinkType").as_int_or(-1) == kAnyLink;
  const Node test = sub_link.field("testexpr");
  const CatalogOperator* operation =
      is(test, "OPEXPR") ? catalog.operator_of(oid_field(test, "opno")) : nullptr;
  if (operation == nullptr || operation->schema != "pg_catalog" ||
      operation->name != (any ? "=" : "<>") || test.field("args").size() != 2 ||
      (!any && sub_link.field("subLinkType").as_int_or(-1) != kAllLink) ||
      !inner.query.field("setOperations").is_null() || inner.command != Command::Select) {
    return false;
  }
  sql::NodeRef outer_node;
  const ColumnAt outer = sealed_operand(scope, test.field("args").item(0), outer_node);
  const TargetEntry* target = inner.target(1);
  const auto outer_text = outer ? syntax.expression_sql(outer_node) : std::string();
  if (!outer || !outer_text || target == nullptr || !is(target->expr, "VAR")) {
    return false;
  }
  const Flow found = flow_of_output(inner, 1);
  const sql::NodeRef inner_node{sql::NodeKind::Column, location_of(target->expr)};
  const auto inner_parts = syntax.column_parts(inner_node.location);
  if (found.kind != Flow::Kind::AsIs || found.casted || inner_parts.empty() ||
      inner_parts.back() == "*") {
    return false;
  }
  const SealedColumn& left = *outer.view->column->sealed;
  const SealedColumn& right = *found.column.view->column->sealed;
  if (!can_compare(outer) || !can_compare(found.column) || left.field != right.field ||
      left.base_type != right.base_type || !compares(*operation, left)) {
    return false;
  }
  note_function(test, oid_field(test, "opfuncid"));
  read(outer);
  edits.push_back({outer_node, true, "pgveil.equality(" + *outer_text + ")", std::nullopt});
  edits.push_back({inner_node, false, "pgveil.equality($0)", std::nullopt});
  return true;
}

// `ssn::text = $1`, which is what `ssn = $1` means where a driver declares its strings as text: values that
// are equal as text are equal as char(n), whose trailing blanks do not count.
std::optional<SupersetAtom> Lineage::blank_padded_atom(const Scope& scope, const Node& node) {
  const CatalogOperator* operation = catalog.operator_of(oid_field(node, "opno"));
  if (operation == nullptr || operation->schema != "pg_catalog" || operation->name != "=" ||
      operation->left != kText || operation->right != kText) {
    return std::nullopt;
  }
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const Node call = without_relabel(node.field("args").item(side));
    const CatalogFunction* function =
        is(call, "FUNCEXPR") ? catalog.function(oid_field(call, "funcid")) : nullptr;
    if (function == nullptr || !function->builtin || function->name != "text" ||
        call.field("args").size() != 1 || !is(call.field("args").item(0), "VAR")) {
      continue;
    }
    SupersetAtom atom;
    atom.column = base_column(scope, call.field("args").item(0));
    const auto value = client_value(without_relabel(node.field("args").item(1 - side)), 0);
    if (!atom.column || !atom.column.view->flows_sealed || !atom.column.view->access.clear ||
        atom.column.view->column->sealed->base_type != kBpchar ||
        !atom.column.view->column->sealed->terms.equality || !value || value->is_null) {
      continue;
    }
    atom.value = *value;
    atom.kind = ValueUse::Kind::EqualityTerm;
    return atom;
  }
  return std::nullopt;
}

std::optional<SupersetAtom> Lineage::superset_atom(const Scope& scope, const Node& node) {
  if (is(node, "OPEXPR") && node.field("args").size() == 2) {
    if (auto atom = blank_padded_atom(scope, node)) {
      return atom;
    }
  }
  if (!is(node, "OPEXPR") || node.field("args").size() != 2) {
    return std::nullopt;
  }
  const CatalogOperator* operation = catalog.operator_of(oid_field(node, "opno"));
  if (operation == nullptr || operation->schema != "pg_catalog") {
    return std::nullopt;
  }
  const bool like = operation->name == "~~" || operation->name == "~~*";
  if (!like && operation->name != "=") {
    return std::nullopt;
  }
  Node column_side = node.field("args").item(0);
  Node value_side = node.field("args").item(1);
  const auto strip = [this](Node side) {
    side = without_relabel(side);
    const Node inner = inside_case_fold(side, catalog);
    return inner.exists() ? without_relabel(inner) : side;
  };
  column_side = strip(column_side);
  value_side = strip(value_side);
  if (!is(column_side, "VAR") && !like) {
    std::swap(column_side, value_side);
  }
  if (!is(column_side, "VAR")) {
    return std::nullopt;
  }
  SupersetAtom atom;
  atom.column = base_column(scope, column_side);
  if (!atom.column || !atom.column.view->flows_sealed || !atom.column.view->access.clear) {
    return std::nullopt;
  }
  const SealedColumn& sealed = *atom.column.view->column->sealed;
  if (!text_like(sealed.base_type) || operation->left != kText) {
    return std::nullopt;
  }
  const auto value = client_value(value_side, 0);
  if (!value || value->is_null) {
    return std::nullopt;
  }
  atom.value = *value;
  if (like) {
    atom.kind = ValueUse::Kind::TextQuery;
    return sealed.terms.text ? std::optional(atom) : std::nullopt;
  }
  atom.kind = ValueUse::Kind::FoldedTerm;
  return sealed.terms.folded ? std::optional(atom) : std::nullopt;
}

}  // namespace pgveil::policy
