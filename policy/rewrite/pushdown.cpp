#include "policy/rewrite/pushdown.hpp"

#include "policy/lineage/function_rules.hpp"
#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/leaf.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy {
namespace {

constexpr std::int64_t kInner = 0, kLeft = 1, kRight = 3;
constexpr std::size_t kJoinHops = 3;

std::uint32_t oid_field(const Node& node, std::string_view name) {
  return static_cast<std::uint32_t>(node.field(name).as_int_or(0));
}

// BETWEEN and NOT IN are analysed into an AND, but stay one condition of the text.
std::vector<Node> flattened(const sql::SyntaxTree& syntax, const Node& quals) {
  std::vector<Node> conjuncts;
  const bool is_and = is(quals, "BOOLEXPR") && quals.field("boolop").as_text() == "and";
  const auto form = is_and ? syntax.operator_form(location_of(quals)) : std::nullopt;
  if (is_and && form != sql::OperatorForm::Between && form != sql::OperatorForm::In) {
    for (const Node item : quals.field("args")) {
      for (Node& inner : flattened(syntax, item)) {
        conjuncts.push_back(inner);
      }
    }
  } else if (quals.kind() == Node::Kind::List) {
    for (const Node item : quals) {
      for (Node& inner : flattened(syntax, item)) {
        conjuncts.push_back(inner);
      }
    }
  } else if (!quals.is_null()) {
    conjuncts.push_back(quals);
  }
  return conjuncts;
}

std::string joined(const std::vector<std::string>& parts, std::string_view word) {
  std::string sql;
  for (const std::string& part : parts) {
    sql += (sql.empty() ? "" : std::string(word)) + "(" + part + ")";
  }
  return sql;
}

}  // namespace

Pushdown::Pushdown(Lineage& lineage, StatementEdit& edit, std::vector<std::uint16_t> free_literals)
    : lineage_(lineage), edit_(edit), free_literals_(std::move(free_literals)) {
  for (const Scope& scope : lineage.tree.scopes()) {
    const bool reads = scope.command == Command::Select || scope.command == Command::Update ||
                       scope.command == Command::Delete;
    if (reads && scope.query.field("setOperations").is_null()) {
      collect(scope, scope.query.field("jointree"), {});
    }
  }
}

void Pushdown::collect(const Scope& scope, const Node& node, std::vector<Node> applicable) {
  if (is(node, "RANGETBLREF")) {
    if (Occurrence* at =
            lineage_.occurrence(scope, static_cast<int>(node.field("rtindex").as_int_or(0)));
        at != nullptr) {
      applicable_[at] = std::move(applicable);
    }
    return;
  }
  std::vector<Node> with_own = applicable;
  for (Node& conjunct : flattened(lineage_.syntax, node.field("quals"))) {
    with_own.push_back(conjunct);
  }
  if (is(node, "FROMEXPR")) {
    for (const Node item : node.field("fromlist")) {
      collect(scope, item, with_own);
    }
  } else if (is(node, "JOINEXPR")) {
    const std::int64_t type = node.field("jointype").as_int_or(-1);
    const std::vector<Node> on(with_own.begin() + static_cast<std::ptrdiff_t>(applicable.size()),
                               with_own.end());
    const std::vector<Node> none;
    collect(scope, node.field("larg"),
            type == kInner   ? with_own
            : type == kLeft  ? applicable
            : type == kRight ? on
                             : none);
    collect(scope, node.field("rarg"),
            type == kInner   ? with_own
            : type == kRight ? applicable
            : type == kLeft  ? on
                             : none);
  }
}

std::string Pushdown::condition(const Occurrence& at) { return build(at, {}); }

std::string Pushdown::build(const Occurrence& at, std::set<const Occurrence*> from) {
  std::vector<std::string> parts;
  if (at.row_filter != nullptr) {
    parts.push_back(*at.row_filter);
  }
  if (std::string own = own_conditions(at); !own.empty()) {
    parts.push_back(std::move(own));
  }
  if (std::string keys = join_keys(at, std::move(from)); !keys.empty()) {
    parts.push_back(std::move(keys));
  }
  return joined(parts, " AND ");
}

std::string Pushdown::own_conditions(const Occurrence& at) {
  std::vector<Node> conjuncts = applicable_[&at];
  std::vector<std::string> parts = take_ranges(at, conjuncts);
  for (const Node& conjunct : conjuncts) {
    if (std::string weak = weaken(at, conjunct, true); !weak.empty()) {
      parts.push_back(std::move(weak));
    }
  }
  return joined(parts, " AND ");
}

// `v.patient_id = p.id` narrows v to the keys of the rows of p that matter.
std::string Pushdown::join_keys(const Occurrence& at, std::set<const Occurrence*> from) {
  from.insert(&at);
  if (from.size() > kJoinHops) {
    return {};
  }
  std::vector<std::string> parts;
  for (const Node& conjunct : applicable_[&at]) {
    if (!is(conjunct, "OPEXPR") || conjunct.field("args").size() != 2) {
      continue;
    }
    const CatalogOperator* operation = lineage_.catalog.operator_of(oid_field(conjunct, "opno"));
    const Node left = conjunct.field("args").item(0);
    const Node right = conjunct.field("args").item(1);
    if (operation == nullptr || operation->schema != "pg_catalog" || operation->name != "=" ||
        !is(left, "VAR") || !is(right, "VAR")) {
      continue;
    }
    ColumnAt mine = lineage_.base_column(*at.scope, left);
    ColumnAt other = lineage_.base_column(*at.scope, right);
    if (other.at == &at) {
      std::swap(mine, other);
    }
    if (!mine || !other || mine.at != &at || other.at == &at || other.at->scope != at.scope ||
        from.contains(other.at) || other.at->use != Occurrence::Use::Read) {
      continue;
    }
    const bool plain = !mine.view->flows_sealed && !mine.view->replaced_at_leaf &&
                       !other.view->flows_sealed && !other.view->replaced_at_leaf;
    const std::string narrowed = plain ? build(*other.at, from) : std::string();
    if (!narrowed.empty()) {
      parts.push_back(quote_identifier(mine.view->column->name) + " IN (SELECT " +
                      quote_identifier(other.view->column->name) + " FROM " +
                      qualified(other.at->relation->schema, other.at->relation->name) + " WHERE " +
                      narrowed + ")");
    }
  }
  return joined(parts, " AND ");
}

std::string Pushdown::weaken(const Occurrence& at, const Node& node, bool conjunct) {
  if (is(node, "BOOLEXPR") && !reference(node)) {
    return {};
  }
  if (is(node, "BOOLEXPR")) {
    const std::string word = node.field("boolop").as_text();
    std::vector<Node> one{node};
    if (const auto between = take_ranges(at, one); !between.empty()) {
      return joined(between, " AND ");
    }
    if (word == "not" || reference(node)->kind == sql::NodeKind::Operator) {
      return exact(at, node);
    }
    std::vector<Node> arguments;
    for (const Node argument : node.field("args")) {
      arguments.push_back(argument);
    }
    std::vector<std::string> parts;
    if (word == "and") {
      parts = take_ranges(at, arguments);
    }
    for (const Node& argument : arguments) {
      std::string weak = weaken(at, argument, conjunct && word == "and");
      if (weak.empty() && word == "or") {
        return {};
      }
      if (!weak.empty()) {
        parts.push_back(std::move(weak));
      }
    }
    return joined(parts, word == "or" ? " OR " : " AND ");
  }
  if (std::string sql = equality(at, node, conjunct); !sql.empty()) {
    return sql;
  }
  if (std::string sql = superset(at, node); !sql.empty()) {
    return sql;
  }
  std::vector<Node> one{node};
  if (const auto ranges = take_ranges(at, one); !ranges.empty()) {
    return joined(ranges, " AND ");
  }
  if (std::string sql = bucket_list(at, node); !sql.empty()) {
    return sql;
  }
  return exact(at, node);
}

std::string Pushdown::value_sql(const ClientValue& value, const ValueUse& use) {
  ValueUse typed = use;
  typed.value_type = value.type;
  return edit_.slot_sql({value.source, typed});
}

std::string Pushdown::equality(const Occurrence& at, const Node& node, bool conjunct) {
  const bool operation = is(node, "OPEXPR") || is(node, "SCALARARRAYOPEXPR");
  const auto atom = operation ? lineage_.equality_atom(*at.scope, node) : std::nullopt;
  if (!atom || atom->column.at != &at || atom->other || !atom->column.view->column->sealed) {
    return {};
  }
  const ColumnAccess& access = atom->column.view->access;
  const SealedColumn& sealed = *atom->column.view->column->sealed;
  if (!sealed.terms.equality || !(access.clear || access.search)) {
    return {};
  }
  if (!access.clear) {
    if (!conjunct || atom->negated) {
      return {};
    }
    searches_.insert(atom->node.location);
  }
  ValueUse use;
  use.kind = atom->array ? ValueUse::Kind::EqualityTerms : ValueUse::Kind::EqualityTerm;
  use.field = sealed.field;
  use.base_type = sealed.base_type;
  use.typmod = sealed.typmod;
  const std::string term =
      "pgveil.equality(" + quote_identifier(atom->column.view->column->name) + ")";
  if (atom->array) {
    const std::string array = value_sql(atom->values.front(), use);
    return term + (atom->negated ? " <> ALL (" : " = ANY (") + array + ")";
  }
  if (is(node, "SCALARARRAYOPEXPR")) {
    std::string list;
    for (const ClientValue& value : atom->values) {
      list += (list.empty() ? "" : ", ") + value_sql(value, use);
    }
    return term + (atom->negated ? " NOT IN (" : " IN (") + list + ")";
  }
  return term + (atom->negated ? " <> " : " = ") + value_sql(atom->values.front(), use);
}

std::string Pushdown::superset(const Occurrence& at, const Node& node) {
  const auto atom = lineage_.superset_atom(*at.scope, node);
  if (!atom || atom->column.at != &at) {
    return {};
  }
  const SealedColumn& sealed = *atom->column.view->column->sealed;
  ValueUse use;
  use.kind = atom->kind;
  use.field = sealed.field;
  use.base_type = sealed.base_type;
  use.typmod = sealed.typmod;
  const std::string column = quote_identifier(atom->column.view->column->name);
  const std::string value = value_sql(atom->value, use);
  if (atom->kind == ValueUse::Kind::EqualityTerm) {
    return "pgveil.equality(" + column + ") = " + value;
  }
  if (atom->kind == ValueUse::Kind::FoldedTerm) {
    return "pgveil.equality_folded(" + column + ") = " + value;
  }
  // A pattern without a usable run gives NULL: then every row has to be looked at.
  return value + " IS NULL OR pgveil.text_terms(" + column + ") @@ " + value;
}

std::optional<sql::NodeRef> Pushdown::reference(const Node& node) const {
  const std::int32_t location = location_of(node);
  if (location < 0) {
    return std::nullopt;
  }
  using Form = sql::OperatorForm;
  const auto form = lineage_.syntax.operator_form(location);
  sql::NodeRef found{sql::NodeKind::Operator, location};
  if (is(node, "OPEXPR")) {
    const bool one_item =
        form && *form == Form::In && lineage_.syntax.list_size(location) == 1;  // x IN (3)
    const bool whole = form && (*form == Form::Op || *form == Form::Like || *form == Form::ILike ||
                                *form == Form::Similar || one_item);
    return whole ? std::optional(found) : std::nullopt;
  }
  if (is(node, "SCALARARRAYOPEXPR")) {
    // `x IN (1, 2, y)` is `x IN (1, 2) OR x = y`, all at one place.
    const bool whole =
        form && (*form == Form::OpAny || *form == Form::OpAll ||
                 (*form == Form::In && lineage_.syntax.list_size(location) ==
                                           node.field("args").item(1).field("elements").size()));
    return whole ? std::optional(found) : std::nullopt;
  }
  if (is(node, "DISTINCTEXPR")) {
    const bool whole = form && *form == Form::Distinct;
    return whole ? std::optional(found) : std::nullopt;
  }
  if (is(node, "BOOLEXPR")) {
    if (form && (*form == Form::Between || *form == Form::In)) {
      return found;  // BETWEEN and IN may be analysed into AND and OR
    }
    found.kind = sql::NodeKind::Bool;
  } else if (is(node, "NULLTEST")) {
    found.kind = sql::NodeKind::NullTest;
  } else if (is(node, "BOOLEANTEST")) {
    found.kind = sql::NodeKind::BooleanTest;
  } else if (is(node, "FUNCEXPR")) {
    found.kind = sql::NodeKind::Call;
  } else if (is(node, "VAR")) {
    found.kind = sql::NodeKind::Column;
  } else {
    return std::nullopt;
  }
  return lineage_.syntax.contains(found) ? std::optional(found) : std::nullopt;
}

// Everything in the expression must be the server's to compute: this relation's own columns, constants,
// parameters, functions that are neither opaque nor volatile.
bool Pushdown::gather(const Occurrence& at,
                      const Node& node,
                      std::vector<std::pair<sql::NodeRef, std::string>>& edits) {
  if (node.kind() == Node::Kind::List) {
    return std::ranges::all_of(std::vector<Node>(node.begin(), node.end()),
                               [&](const Node& item) { return gather(at, item, edits); });
  }
  if (node.kind() != Node::Kind::Object) {
    return true;
  }
  const std::string_view label = node.label();
  const auto add = [&edits](sql::NodeRef where, std::string sql) {
    const auto same = std::ranges::find(edits, where, &std::pair<sql::NodeRef, std::string>::first);
    if (same == edits.end()) {
      edits.emplace_back(where, std::move(sql));
    }
  };
  if (label == "VAR") {
    const ColumnAt column = lineage_.base_column(*at.scope, node);
    const sql::NodeRef where{sql::NodeKind::Column, location_of(node)};
    if (node.field("varlevelsup").as_int_or(0) != 0 || !column || column.at != &at ||
        column.view->flows_sealed || !lineage_.syntax.contains(where)) {
      return false;
    }
    add(where, column_sql(lineage_.catalog, *column.view));
    return true;
  }
  if (label == "CONST" || label == "PARAM") {
    const auto value = lineage_.client_value(node, 0);
    if (!value) {
      return label == "CONST" && location_of(node) < 0;  // the analyser's own, in no text
    }
    const bool literal = value->source.from == ValueSource::From::Literal;
    if (literal && std::ranges::find(free_literals_, value->source.index) == free_literals_.end()) {
      return true;  // stays as spelled
    }
    add(value->node, edit_.slot_sql({value->source, {}}));
    return true;
  }
  for (const char* field : {"funcid", "opfuncid"}) {
    const std::uint32_t oid = oid_field(node, field);
    const CatalogFunction* function = oid == 0 ? nullptr : lineage_.catalog.function(oid);
    if (oid != 0 && (function == nullptr || is_opaque(*function) || function->returns_set ||
                     classify(*function) == FunctionRule::Volatile ||
                     classify(*function) == FunctionRule::Random ||
                     classify(*function) == FunctionRule::Size)) {
      return false;
    }
  }
  static constexpr std::array kKnown = {
      "OPEXPR",          "SCALARARRAYOPEXPR", "DISTINCTEXPR",     "BOOLEXPR",    "NULLTEST",
      "BOOLEANTEST",     "FUNCEXPR",          "RELABELTYPE",      "COERCEVIAIO", "ARRAYEXPR",
      "ARRAYCOERCEEXPR", "COALESCEEXPR",      "CASEEXPR",         "CASEWHEN",    "CASETESTEXPR",
      "NULLIFEXPR",      "MINMAXEXPR",        "SQLVALUEFUNCTION", "COLLATEEXPR", "COERCETODOMAIN"};
  if (std::ranges::none_of(kKnown, [&](const char* known) { return label == known; })) {
    return false;
  }
  return std::ranges::all_of(std::vector<Node>(node.begin(), node.end()),
                             [&](const Node& child) { return gather(at, child, edits); });
}

std::string Pushdown::exact(const Occurrence& at, const Node& node) {
  const auto where = reference(node);
  std::vector<std::pair<sql::NodeRef, std::string>> edits;
  if (!where || !gather(at, node, edits)) {
    return {};
  }
  // The node itself may be one of the edits (a bare boolean column).
  if (edits.size() == 1 && edits.front().first == *where) {
    return edits.front().second;
  }
  return edit_.expression(*where, std::move(edits)).value_or(std::string());
}

}  // namespace pgveil::policy
