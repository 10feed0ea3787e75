// Sealed values that are grouped, made distinct, counted or partitioned: the server does it over their
// equality terms, and any value of a group stands for it.
#include "policy/lineage/lineage.hpp"
#include "policy/lineage/sql_text.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr TypeOid kBpchar = 1042, kNumeric = 1700;
constexpr std::int64_t kUnion = 1, kIntersect = 2;

std::string term_of(const std::string& column) { return "pgveil.equality(" + column + ")"; }

// `(a JOIN b ON …) AS j` hides a and b.
bool hides_names(const Node& node) {
  if (is(node, "JOINEXPR")) {
    return !node.field("alias").is_null() || hides_names(node.field("larg")) ||
           hides_names(node.field("rarg"));
  }
  if (is(node, "FROMEXPR")) {
    for (const Node item : node.field("fromlist")) {
      if (hides_names(item)) {
        return true;
      }
    }
  }
  return false;
}

void find(const Node& node, std::string_view tag, std::vector<Node>& found) {
  if (is(node, tag)) {
    found.push_back(node);
  }
  if ((node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) &&
      !is(node, "QUERY")) {
    for (const Node child : node) {
      find(child, tag, found);
    }
  }
}

std::pair<std::int64_t, std::int64_t> numbers_of(const Node& var) {
  return {var.field("varno").as_int_or(0), var.field("varattno").as_int_or(0)};
}

std::string name_of(const Node& node, std::string_view field) {
  const Node found = node.field(field);
  return found.is_null() ? std::string() : found.as_text();
}

}  // namespace

bool Lineage::can_compare(const ColumnAt& column) const {
  return column.view->access.clear && column.view->column->sealed->terms.equality;
}

bool Lineage::one_spelling(const ColumnAt& column) {
  const SealedColumn& sealed = *column.view->column->sealed;
  return sealed.typmod >= 0 || (sealed.base_type != kNumeric && sealed.base_type != kBpchar);
}

std::optional<std::string> Lineage::column_text(const Scope& scope, const Node& var) const {
  const std::int32_t location = location_of(var);
  const std::vector<std::string> parts = syntax.column_parts(location);
  if (parts.empty() || var.field("varlevelsup").as_int_or(0) != 0) {
    return std::nullopt;
  }
  if (parts.back() != "*") {
    const auto text = syntax.expression_sql({sql::NodeKind::Column, location});
    return text ? std::optional(*text) : std::nullopt;
  }
  const RangeEntry* entry = scope.entry(static_cast<int>(var.field("varno").as_int_or(0)));
  if (entry == nullptr || hides_names(scope.query.field("jointree")) ||
      (entry->kind != RangeEntry::Kind::Relation && entry->kind != RangeEntry::Kind::Subquery &&
       entry->kind != RangeEntry::Kind::Cte)) {
    return std::nullopt;
  }
  const Node names = entry->node.field("eref").field("colnames");
  const auto number = static_cast<std::size_t>(var.field("varattno").as_int_or(0));
  if (number < 1 || number > names.size()) {
    return std::nullopt;
  }
  return qualified(entry->alias, names.item(number - 1).as_text());
}

const TargetEntry* Lineage::grouped_target(const Scope& scope, const Node& clause) const {
  const auto reference = static_cast<int>(clause.field("tleSortGroupRef").as_int_or(0));
  for (const TargetEntry& target : scope.targets) {
    if (target.sort_group_ref == reference && reference != 0) {
      return &target;
    }
  }
  return nullptr;
}

std::optional<std::size_t> Lineage::query_of(const Scope& scope) {
  if (!queries_known_) {
    queries_known_ = true;
    const std::vector<sql::QueryRef> queries = syntax.queries();
    std::vector<const Scope*> scopes(queries.size(), nullptr);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const sql::QueryRef& query = queries[i];
      const Scope* parent = i == 0 ? nullptr : scopes[query.parent];
      using Place = sql::QueryRef::Place;
      if (i == 0) {
        scopes[i] = &tree.top();
      } else if (parent == nullptr) {
        continue;
      } else if (query.place == Place::CommonTable) {
        for (const CommonTable& table : parent->common_tables) {
          scopes[i] = table.name == query.common_table ? table.scope : scopes[i];
        }
      } else if (query.place == Place::SubLink) {
        std::vector<Node> links;
        for (const char* field : {"targetList", "jointree", "havingQual", "returningList",
                                  "limitOffset", "limitCount", "onConflict"}) {
          find(parent->query.field(field), "SUBLINK", links);
        }
        for (const Node& link : links) {
          if (location_of(link) == query.sub_link) {
            scopes[i] = tree.scope_of(link.field("subselect"));
          }
        }
      } else {
        std::size_t number = 0;
        for (const RangeEntry& entry : parent->range) {
          if (entry.kind == RangeEntry::Kind::Subquery && !entry.subquery->in_view &&
              number++ == query.number) {
            scopes[i] = entry.subquery;
          }
        }
      }
      if (scopes[i] != nullptr && scopes[i]->in_view) {
        scopes[i] = nullptr;
      }
    }
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      if (scopes[i] != nullptr) {
        queries_.emplace(scopes[i], i);
      }
    }
  }
  const auto found = queries_.find(&scope);
  return found == queries_.end() ? std::nullopt : std::optional(found->second);
}

const Lineage::ColumnNumbers& Lineage::group_keys(const Scope& scope) {
  const auto [at, fresh] = group_keys_.try_emplace(&scope);
  ColumnNumbers& keys = at->second;
  const Node clauses = scope.query.field("groupClause");
  if (!fresh || scope.command != Command::Select || clauses.size() == 0 ||
      scope.has("groupingSets") || scope.has("constraintDeps")) {
    return keys;
  }
  std::size_t index = 0;
  for (const Node clause : clauses) {
    const std::size_t item = index++;
    const TargetEntry* target = grouped_target(scope, clause);
    if (target == nullptr || !is(target->expr, "VAR")) {
      continue;
    }
    const Flow found = flow_of_var(scope, target->expr);
    if (found.kind != Flow::Kind::AsIs || found.casted || !can_compare(found.column)) {
      continue;
    }
    const auto query = query_of(scope);
    const auto text = column_text(scope, target->expr);
    if (!query || !text) {
      continue;
    }
    const sql::ClauseRef clause_ref{sql::ClauseRef::Clause::GroupBy, *query, -1, {}};
    if (syntax.clause_size(clause_ref) != clauses.size()) {
      continue;  // an item stands there twice, or is a row
    }
    keys.insert(numbers_of(target->expr));
    clause_edits.items.push_back({clause_ref, item, term_of(*text)});
  }
  return keys;
}

bool Lineage::is_group_key(const Scope& scope, const Node& var) {
  const Scope* at = level(scope, var);
  return at != nullptr && group_keys(*at).contains(numbers_of(var));
}

void Lineage::behind_grouping(const Scope& scope, const Node& var, const ColumnAt& column) {
  if (!is_group_key(scope, var)) {
    return;
  }
  if (var.field("varlevelsup").as_int_or(0) > 0) {
    return blocked(column, "a sub-select uses what is grouped");
  }
  if (after_grouping_ != &scope || aggregates_ > 0) {
    return;
  }
  const sql::NodeRef at{sql::NodeKind::Column, location_of(var)};
  const std::vector<std::string> parts = syntax.column_parts(at.location);
  if (parts.empty() || parts.back() == "*") {
    return blocked(column, "it is grouped");
  }
  if (!one_spelling(column)) {
    return blocked(column, "equal values of it can be spelled in several ways");
  }
  edits.push_back({at, false, "(pg_catalog.array_agg($0))[1]", std::nullopt});
  clause_edits.named_outputs.push_back(at.location);
}

void Lineage::block_sorted(const Scope& scope, const Node& sort_clause) {
  for (const Node clause : sort_clause) {
    const TargetEntry* target = grouped_target(scope, clause);
    const Flow found = target == nullptr ? Flow{} : flow_of_output(scope, target->number);
    if (found.kind == Flow::Kind::AsIs) {
      blocked(found.column, "it is sorted");
    }
  }
}

void Lineage::walk_groups(const Scope& scope) {
  block_sorted(scope, scope.query.field("sortClause"));
  for (const Node window : scope.query.field("windowClause")) {
    block_sorted(scope, window.field("orderClause"));
  }
  for (const Node clause : scope.query.field("groupClause")) {
    const TargetEntry* target = grouped_target(scope, clause);
    const Flow found = target == nullptr ? Flow{} : flow_of_output(scope, target->number);
    const bool key = target != nullptr && is(target->expr, "VAR") && !found.casted &&
                     is_group_key(scope, target->expr);
    if (found.kind == Flow::Kind::AsIs && !key) {
      blocked(found.column, "it is grouped");
    }
  }
  walk_distinct(scope);
  walk_partitions(scope);
}

void Lineage::walk_distinct(const Scope& scope) {
  if (!scope.has("distinctClause")) {
    return;
  }
  std::vector<std::string> expressions;
  ColumnAt sealed;
  bool possible = true;
  for (const Node clause : scope.query.field("distinctClause")) {
    const TargetEntry* target = grouped_target(scope, clause);
    if (target == nullptr) {
      understood_ = false;
      return;
    }
    const Flow found = flow_of_output(scope, target->number);
    if (found.kind != Flow::Kind::AsIs) {
      expressions.push_back(std::to_string(target->number));
      possible = possible && !target->junk;
      continue;
    }
    sealed = found.column;
    const auto text = is(target->expr, "VAR") ? column_text(scope, target->expr) : std::nullopt;
    const bool on = scope.query.field("hasDistinctOn").as_bool();
    possible = possible && text && !found.casted && can_compare(found.column) &&
               (on || one_spelling(found.column));
    expressions.push_back(text ? term_of(*text) : std::string());
  }
  if (!sealed) {
    return;
  }
  const auto query = query_of(scope);
  // ON (…) is matched with ORDER BY, which puts its items in another order.
  const bool on = scope.query.field("hasDistinctOn").as_bool();
  if (!possible || !query || (on && scope.has("sortClause"))) {
    return blocked(sealed, "it is made distinct");
  }
  if (!on) {
    clause_edits.distinct_on[*query] = std::move(expressions);
    return;
  }
  const sql::ClauseRef clause{sql::ClauseRef::Clause::DistinctOn, *query, -1, {}};
  if (syntax.clause_size(clause) != expressions.size()) {
    return blocked(sealed, "it is made distinct");
  }
  std::size_t index = 0;
  for (std::string& expression : expressions) {
    if (expression.starts_with("pgveil.")) {
      clause_edits.items.push_back({clause, index, std::move(expression)});
    }
    ++index;
  }
}

void Lineage::walk_partitions(const Scope& scope) {
  std::vector<Node> calls;
  find(scope.query.field("targetList"), "WINDOWFUNC", calls);
  for (const Node window : scope.query.field("windowClause")) {
    const Node partition = window.field("partitionClause");
    const std::string name = name_of(window, "name");
    const bool copied = !name_of(window, "refname").empty();
    std::vector<sql::ClauseRef> places;
    using Clause = sql::ClauseRef::Clause;
    if (!name.empty()) {
      const auto query = query_of(scope);
      places.push_back({Clause::NamedPartition, query.value_or(SIZE_MAX), -1, name});
    } else {
      for (const Node& call : calls) {
        if (call.field("winref").as_int_or(-1) == window.field("winref").as_int_or(0)) {
          places.push_back({Clause::Partition, 0, location_of(call), {}});
        }
      }
    }
    std::size_t index = 0;
    for (const Node clause : partition) {
      const std::size_t item = index++;
      const TargetEntry* target = grouped_target(scope, clause);
      const Flow found = target == nullptr ? Flow{} : flow_of_output(scope, target->number);
      if (found.kind != Flow::Kind::AsIs || copied) {
        continue;  // a copy is of a window that is looked at by itself
      }
      const bool placed = std::ranges::all_of(places, [&](const sql::ClauseRef& place) {
        return syntax.clause_size(place) == partition.size();
      });
      if (!is(target->expr, "VAR") || found.casted || !can_compare(found.column) || !placed) {
        blocked(found.column, "it parts a window");
        continue;
      }
      for (const sql::ClauseRef& place : places) {
        const auto text = column_text(scope, target->expr);
        if (!text) {
          return blocked(found.column, "it parts a window");
        }
        clause_edits.items.push_back({place, item, term_of(*text)});
      }
    }
  }
}

// The UNION of WITH RECURSIVE has to stay what it is.
bool Lineage::is_recursive(const Scope& scope) const {
  const auto inside = [&scope](const Scope* inner) {
    while (inner != nullptr && inner != &scope) {
      inner = inner->parent;
    }
    return inner == &scope;
  };
  return std::ranges::any_of(tree.scopes(), [&](const Scope& other) {
    return inside(&other) && std::ranges::any_of(other.range, &RangeEntry::self_reference);
  });
}

void Lineage::frame_set_operation(const Scope& scope) {
  const Node operation = scope.query.field("setOperations");
  const std::int64_t kind = operation.field("op").as_int_or(0);
  const auto query = query_of(scope);
  std::string inner_names;
  std::string selected;
  std::string keys;
  ColumnAt sealed;
  bool possible = query.has_value() && !is_recursive(scope);
  for (const TargetEntry& target : scope.targets) {
    const Flow found = flow_of_output(scope, target.number);
    const bool as_is = found.kind == Flow::Kind::AsIs;
    sealed = as_is ? found.column : sealed;
    const std::string name = "pgveil_c" + std::to_string(target.number);
    const std::string comma = target.number == 1 ? "" : ", ";
    const bool one_of_group = as_is && kind != kUnion;
    inner_names += comma + name;
    selected += comma + (one_of_group ? "(pg_catalog.array_agg(" + name + "))[1]" : name) + " AS " +
                quote_identifier(target.name);
    keys += comma + (as_is ? term_of(name) : name);
    possible = possible && !target.junk;
  }
  // Each side becomes a sub-select, in which a bare literal would not get the type of the other side.
  for (const RangeEntry& entry : scope.range) {
    if (entry.subquery == nullptr) {
      possible = false;
      continue;
    }
    for (const TargetEntry& target : entry.subquery->outputs()) {
      possible = possible && (kind == kUnion || target.junk || is(target.expr, "VAR"));
    }
  }
  if (!possible) {
    return blocked(sealed, "a set operation compares it");
  }
  const std::string from = " FROM (SELECT";
  clause_edits.set_operations[*query] =
      kind == kUnion
          ? "SELECT DISTINCT ON (" + keys + ") " + selected + from + ") AS pgveil_u (" +
                inner_names + ")"
          : "SELECT " + selected + from + " *, 1" + from + ") AS pgveil_l UNION ALL SELECT *, 2" +
                from + ") AS pgveil_r) AS pgveil_u (" + inner_names + ", pgveil_side) GROUP BY " +
                keys + " HAVING pg_catalog.bool_or(pgveil_side = 1) AND " +
                (kind == kIntersect ? "" : "NOT ") + "pg_catalog.bool_or(pgveil_side = 2)";
}

}  // namespace pgveil::policy
