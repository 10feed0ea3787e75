// Comparisons that a range term narrows.
#include "policy/lineage/lineage.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy {
namespace {

constexpr std::int64_t kImplicitCast = 2;
constexpr std::array<TypeOid, 4> kNumbers = {20, 21, 23, 1700};
constexpr std::array<TypeOid, 3> kMoments = {1082, 1114, 1184};

std::uint32_t oid_field(const Node& node, std::string_view name) {
  return static_cast<std::uint32_t>(node.field(name).as_int_or(0));
}

bool number(TypeOid type) { return std::ranges::find(kNumbers, type) != kNumbers.end(); }

bool moment(TypeOid type) { return std::ranges::find(kMoments, type) != kMoments.end(); }

// Casts that PostgreSQL adds between numbers, or between dates, change no order.
Node without_implicit_casts(Node node) {
  for (;;) {
    if (is(node, "RELABELTYPE") && node.field("relabelformat").as_int_or(0) == kImplicitCast) {
      node = node.field("arg");
    } else if (is(node, "FUNCEXPR") && node.field("funcformat").as_int_or(0) == kImplicitCast &&
               node.field("args").size() == 1) {
      node = node.field("args").item(0);
    } else {
      return node;
    }
  }
}

}  // namespace

std::optional<RangeAtom> Lineage::range_atom(const Scope& scope, const Node& node) {
  const CatalogOperator* operation =
      is(node, "OPEXPR") ? catalog.operator_of(oid_field(node, "opno")) : nullptr;
  if (operation == nullptr || operation->schema != "pg_catalog" || node.field("args").size() != 2) {
    return std::nullopt;
  }
  const bool numbers = number(operation->left) && number(operation->right);
  if (!numbers && !(moment(operation->left) && moment(operation->right))) {
    return std::nullopt;
  }
  using Bound = ValueUse::Bound;
  RangeAtom atom;
  const std::string& name = operation->name;
  if (name == "<" || name == "<=") {
    atom.bound = Bound::High;
  } else if (name == ">" || name == ">=") {
    atom.bound = Bound::Low;
  } else if (name != "=") {
    return std::nullopt;
  }
  Node column = without_implicit_casts(node.field("args").item(0));
  Node value = without_implicit_casts(node.field("args").item(1));
  if (!is(column, "VAR")) {
    std::swap(column, value);
    atom.bound = atom.bound == Bound::High  ? Bound::Low
                 : atom.bound == Bound::Low ? Bound::High
                                            : Bound::Exact;
  }
  if (!is(column, "VAR")) {
    return std::nullopt;
  }
  atom.column = base_column(scope, column);
  if (!atom.column || !atom.column.view->flows_sealed || !atom.column.view->access.clear ||
      atom.column.view->column->sealed->terms.range.empty()) {
    return std::nullopt;
  }
  const TypeOid type = atom.column.view->column->sealed->base_type;
  const auto found = client_value(value, 0);
  if (!found ||
      (numbers ? !number(type) || !number(found->type) : !moment(type) || !moment(found->type))) {
    return std::nullopt;
  }
  atom.value = *found;
  return atom;
}

}  // namespace pgveil::policy
