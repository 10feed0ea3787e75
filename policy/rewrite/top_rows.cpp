#include "policy/rewrite/top_rows.hpp"

#include "policy/lineage/sql_text.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy {
namespace {

constexpr std::uint32_t kCollationC = 950, kCollationPosix = 951;
// bool, bytea, integers, oid, floats, dates and times, numeric, uuid
constexpr std::array<TypeOid, 15> kPlainTypes = {16,  17,   20,   21,   23,   26,   700, 701,
                                                 790, 1082, 1083, 1114, 1184, 1700, 2950};

Node without_casts(Node node) {
  while (is(node, "RELABELTYPE") || (is(node, "FUNCEXPR") && node.field("args").size() == 1)) {
    node = is(node, "RELABELTYPE") ? node.field("arg") : node.field("args").item(0);
  }
  return node;
}

// Text sorts on the server as in the twin for certain only where bytes are compared; so does what may hold
// text.
bool sorts_alike(const Catalog& catalog, const CatalogColumn& column) {
  if (column.collation == kCollationC || column.collation == kCollationPosix) {
    return true;
  }
  const TypeOid base = catalog.base_type(column.type);
  const CatalogType* type = catalog.type(base);
  return std::ranges::find(kPlainTypes, base) != kPlainTypes.end() ||
         (type != nullptr && type->kind == 'e');
}

// One relation, whose rows become rows of the answer one by one.
bool is_plain(const Lineage& lineage, const Occurrence& at) {
  const Scope& top = lineage.tree.top();
  const Node from = top.query.field("jointree").field("fromlist");
  const bool alone = from.size() == 1 && is(from.item(0), "RANGETBLREF") &&
                     from.item(0).field("rtindex").as_int_or(0) == at.entry->index;
  const auto has = [&](const char* flag) { return top.query.field(flag).as_bool(); };
  const auto appearances = std::ranges::count_if(
      lineage.occurrences, [&](const Occurrence& each) { return each.relation == at.relation; });
  return at.scope == &top && at.use == Occurrence::Use::Read && alone && appearances == 1 &&
         top.command == Command::Select && top.query.field("setOperations").is_null() &&
         !top.has("groupClause") && !top.has("groupingSets") && !top.has("distinctClause") &&
         top.query.field("havingQual").is_null() && !has("hasAggs") && !has("hasWindowFuncs") &&
         !has("hasTargetSRFs") && !at.relation->has_children;
}

// Half of the highest bigint, so that two of them can be added.
std::string bounded(const std::string& count, const char* if_null) {
  return "LEAST(COALESCE((" + count + ")::pg_catalog.int8, " + if_null + "), 4611686018427387903)";
}

/// One key; `last`: rows that it does not tell apart may differ for the statement.
struct Key {
  std::string sql;
  bool last = false;
};

Key key_of(Lineage& lineage, const Occurrence& at, const Node& clause) {
  const Scope& top = lineage.tree.top();
  const auto reference = static_cast<int>(clause.field("tleSortGroupRef").as_int_or(0));
  const auto target = std::ranges::find(top.targets, reference, &TargetEntry::sort_group_ref);
  const CatalogOperator* sorts =
      lineage.catalog.operator_of(static_cast<std::uint32_t>(clause.field("sortop").as_int_or(0)));
  if (target == top.targets.end() || sorts == nullptr || sorts->schema != "pg_catalog" ||
      (sorts->name != "<" && sorts->name != ">") || !is(target->expr, "VAR")) {
    return {};
  }
  const ColumnAt column = lineage.base_column(top, target->expr);
  if (!column || column.at != &at) {
    return {};
  }
  const std::string name = quote_identifier(column.view->column->name);
  const std::string direction =
      std::string(sorts->name == ">" ? " DESC" : " ASC") +
      (clause.field("nulls_first").as_bool() ? " NULLS FIRST" : " NULLS LAST");
  if (column.view->flows_sealed) {
    const bool ordered =
        column.view->access.clear && !column.view->column->sealed->terms.order.empty();
    return ordered ? Key{"pgveil.order_term(" + name + ")" + direction, true} : Key{};
  }
  return sorts_alike(lineage.catalog, *column.view->column) && !column.view->replaced_at_leaf
             ? Key{name + direction, false}
             : Key{};
}

}  // namespace

std::optional<std::string> constant_sql(const Lineage& lineage,
                                        StatementEdit& edit,
                                        const Node& node,
                                        const std::vector<std::uint16_t>& free_literals) {
  const auto value = lineage.client_value(without_casts(node), 0);
  if (!value) {
    return std::nullopt;
  }
  const bool literal = value->source.from == ValueSource::From::Literal;
  if (literal && std::ranges::find(free_literals, value->source.index) == free_literals.end()) {
    return std::string(lineage.syntax.literal_text(value->source.index));
  }
  return edit.slot_sql({value->source, {}});
}

std::optional<std::string> exact_rows(Lineage& lineage,
                                      StatementEdit& edit,
                                      Pushdown& pushdown,
                                      const Occurrence& at,
                                      const std::vector<std::uint16_t>& free_literals) {
  const Scope& top = lineage.tree.top();
  const Node limit = top.query.field("limitCount");
  const Node offset = top.query.field("limitOffset");
  if (!is_plain(lineage, at) || at.scope->in_view || !pushdown.is_exact(at)) {
    return std::nullopt;
  }
  if (limit.is_null() && offset.is_null()) {
    return std::string();
  }
  std::string keys;
  for (const Node clause : top.query.field("sortClause")) {
    const Key key = key_of(lineage, at, clause);
    if (key.sql.empty() || key.last) {
      return std::nullopt;
    }
    keys += (keys.empty() ? " ORDER BY " : ", ") + key.sql;
  }
  const auto rows = limit.is_null() ? std::optional<std::string>("NULL")
                                    : constant_sql(lineage, edit, limit, free_literals);
  const auto skipped = offset.is_null() ? std::optional<std::string>()
                                        : constant_sql(lineage, edit, offset, free_literals);
  if (!rows || (!offset.is_null() && !skipped) || lineage.syntax.facts().with_ties) {
    return std::nullopt;
  }
  return keys + " LIMIT " + bounded(*rows, "4611686018427387903") +
         (skipped ? " + " + bounded(*skipped, "0") : std::string());
}

std::string top_rows(Lineage& lineage,
                     StatementEdit& edit,
                     Pushdown& pushdown,
                     const Occurrence& at,
                     const std::vector<std::uint16_t>& free_literals) {
  const Scope& top = lineage.tree.top();
  const Node limit = top.query.field("limitCount");
  const Node offset = top.query.field("limitOffset");
  if (limit.is_null() || !is_plain(lineage, at)) {
    return {};
  }
  std::string keys;
  for (const Node clause : top.query.field("sortClause")) {
    const Key key = key_of(lineage, at, clause);
    if (key.sql.empty()) {
      break;  // what comes before it still orders
    }
    keys += (keys.empty() ? " ORDER BY " : ", ") + key.sql;
    if (key.last) {
      break;
    }
  }
  if ((keys.empty() && top.has("sortClause")) || !pushdown.is_exact(at)) {
    return {};
  }
  const auto rows = constant_sql(lineage, edit, limit, free_literals);
  const auto skipped = offset.is_null() ? std::optional<std::string>()
                                        : constant_sql(lineage, edit, offset, free_literals);
  if (!rows || (!offset.is_null() && !skipped)) {
    return {};
  }
  const std::string count = bounded(*rows, "4611686018427387903") +
                            (skipped ? " + " + bounded(*skipped, "0") : std::string());
  return keys + " FETCH FIRST (" + count + ") ROWS " + (keys.empty() ? "ONLY" : "WITH TIES");
}

}  // namespace pgveil::policy
