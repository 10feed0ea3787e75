// What the twin cannot answer by itself: values that only the server knows, and searches by masked columns.
#include "policy/rewrite/leaf.hpp"
#include "policy/rewrite/split_builder.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr std::uint32_t kAgeOfTimestamptz = 1386, kAgeOfTimestamp = 2059;
constexpr TypeOid kDate = 1082;

void find_ages(const Node& node, std::vector<Node>& found) {
  if (is(node, "FUNCEXPR")) {
    const auto oid = static_cast<std::uint32_t>(node.field("funcid").as_int_or(0));
    if (oid == kAgeOfTimestamptz || oid == kAgeOfTimestamp) {
      found.push_back(node);
    }
  }
  if (node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) {
    for (const Node child : node) {
      find_ages(child, found);
    }
  }
}

}  // namespace

Refuse refusal(Rule rule, std::string message, std::string hint, std::string column) {
  return Refuse{rule, std::move(column), std::move(message), std::move(hint)};
}

std::optional<Refuse> check_reads(const Lineage& lineage) {
  const std::string& column = lineage.obstacle_column;
  if (!lineage.volatile_function.empty()) {
    return refusal(Rule::VolatileFunction,
                   "the function " + lineage.volatile_function +
                       " belongs to the server and cannot be combined with " + lineage.obstacle,
                   "compute it in a statement of its own", column);
  }
  if (lineage.unaddressable_server_value) {
    return refusal(Rule::VolatileFunction, "a view takes its time or user from the server",
                   "select from its tables instead", column);
  }
  for (const Occurrence& at : lineage.occurrences) {
    if (at.relation->is_catalog) {
      return refusal(Rule::CatalogMixed,
                     "a statement cannot combine system catalogs with sealed or masked columns",
                     "ask for them in two statements", column);
    }
  }
  return std::nullopt;
}

std::optional<Refuse> check_write_reads(const Lineage& lineage) {
  const std::string& column = lineage.obstacle_column;
  if (lineage.syntax.facts().locking_anywhere) {
    return refusal(
        Rule::LockOfMasked, "rows cannot be locked by a condition that the server cannot evaluate",
        "lock them by a plain key, or by equality on a column with an equality term", column);
  }
  for (const Occurrence& at : lineage.occurrences) {
    if (at.system_columns) {
      return refusal(Rule::NotUnderstood,
                     "system columns cannot be combined with expressions over sealed columns",
                     "leave out ctid, xmin, tableoid and the like", column);
    }
    if (!at.entry->node.field("tablesample").is_null()) {
      return refusal(Rule::NotUnderstood,
                     "TABLESAMPLE cannot be combined with expressions over sealed columns",
                     "leave it out", column);
    }
  }
  return check_reads(lineage);
}

// A search by a value that the role sees masked only was answered by the server: over the masked
// slice it would find nothing.
std::optional<Refuse> SplitBuilder::take_searches() {
  for (const EqualityAtom& atom : lineage_.searches) {
    const auto same_relation = std::ranges::count_if(
        lineage_.occurrences,
        [&](const Occurrence& at) { return at.relation == atom.column.at->relation; });
    const bool pushed = pushdown_.pushed_searches().contains(atom.node.location) &&
                        same_relation == 1 && !atom.negated && !atom.distinct;
    if (!pushed || !twin_.replace(atom.node, "true")) {
      return refusal(Rule::SealedColumnExpression,
                     "a search by a masked column has to stand alone in WHERE, joined by AND",
                     "write column = value as a condition of its own",
                     atom.column.at->relation->schema + "." + atom.column.at->relation->name + "." +
                         atom.column.view->column->name);
    }
  }
  return std::nullopt;
}

std::optional<Refuse> SplitBuilder::take_server_values() {
  const Refuse inaddressable =
      refusal(Rule::VolatileFunction,
              "a value that only the server knows stands where it cannot be replaced",
              "compute it in a statement of its own", lineage_.obstacle_column);
  for (const Node& node : lineage_.server_values) {
    const bool call = is(node, "FUNCEXPR");
    const sql::NodeRef where{call ? sql::NodeKind::Call : sql::NodeKind::ServerValue,
                             location_of(node)};
    const auto text = server_.expression(where, values_in(node));
    const auto type =
        static_cast<TypeOid>(node.field(call ? "funcresulttype" : "type").as_int_or(0));
    if (!text || !replace_server_value(*text, type, where)) {
      return inaddressable;
    }
  }
  std::vector<Node> ages;
  find_ages(lineage_.tree.top().query, ages);
  for (const Node& node : ages) {
    if (!take_age(node)) {
      return inaddressable;
    }
  }
  return std::nullopt;
}

std::string SplitBuilder::twin_value(const std::string& expression, TypeOid type) {
  const CatalogType* found = lineage_.catalog.type(type);
  if (found == nullptr || found->send_function.empty()) {
    return {};
  }
  const std::string name = type_sql(lineage_.catalog, type, -1);
  const std::string cell = found->send_function + "((" + expression + ")::" + name + ")";
  const auto same = std::ranges::find(values_.cells, cell);
  const auto index = static_cast<std::size_t>(same - values_.cells.begin());
  if (same == values_.cells.end()) {
    values_.cells.push_back(cell);
    split_.slice.server_values.push_back(type);
  }
  return "($" + std::to_string(input_.parameter_types.size() + 1 + index) + "::" + name + ")";
}

bool SplitBuilder::replace_server_value(const std::string& text, TypeOid type, sql::NodeRef where) {
  const std::string parameter = twin_value(text, type);
  const std::vector<sql::NodeRef> copies = copies_.of(where);
  return !parameter.empty() && twin_.replace(where, parameter) &&
         std::ranges::all_of(
             copies, [&](const sql::NodeRef& copy) { return twin_.replace(copy, parameter); });
}

// What the client sent as an argument, as in current_setting($1).
std::vector<std::pair<sql::NodeRef, std::string>> SplitBuilder::values_in(const Node& call) {
  std::vector<std::pair<sql::NodeRef, std::string>> edits;
  for (const Node argument : call.field("args")) {
    const auto value = lineage_.client_value(argument, 0);
    const bool spelled =
        value && value->source.from == ValueSource::From::Literal &&
        std::ranges::find(input_.free_literals, value->source.index) == input_.free_literals.end();
    if (value && !spelled) {
      edits.emplace_back(value->node, server_.slot_sql({value->source, {}}));
    }
  }
  return edits;
}

// age(x) counts from the server's current_date.
bool SplitBuilder::take_age(const Node& node) {
  const bool zoned = node.field("funcid").as_int_or(0) == kAgeOfTimestamptz;
  const std::string type = zoned ? "pg_catalog.timestamptz" : "pg_catalog.timestamp";
  Node argument = *node.field("args").begin();
  while (is(argument, "FUNCEXPR") || is(argument, "RELABELTYPE")) {
    argument = is(argument, "FUNCEXPR") ? *argument.field("args").begin() : argument.field("arg");
  }
  const sql::NodeRef where{sql::NodeKind::Call, location_of(node)};
  const auto text = is(argument, "VAR")
                        ? server_.expression({sql::NodeKind::Column, location_of(argument)}, {})
                        : std::nullopt;
  const std::string today = twin_value("CURRENT_DATE", kDate);
  const auto replace = [&](sql::NodeRef call, const std::string& of) {
    return twin_.replace(call,
                         "pg_catalog.age(" + today + "::" + type + ", (" + of + ")::" + type + ")");
  };
  if (!text || today.empty() || !replace(where, *text)) {
    return false;
  }
  const std::vector<sql::NodeRef> copies = copies_.of(where);
  return std::ranges::all_of(copies, [&](const sql::NodeRef& copy) {
    const std::string call = server_.expression(copy, {}).value_or("()");
    const std::size_t from = call.find('(') + 1;
    return replace(copy, call.substr(from, call.rfind(')') - from));
  });
}

}  // namespace pgveil::policy
