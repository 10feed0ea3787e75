#include "policy/lineage/statement_tree.hpp"

#include <boost/assert.hpp>

#include <array>

namespace pgveil::policy {
namespace {

constexpr int kAttributeOffset = 7;  // bit of attribute 0: FirstLowInvalidHeapAttributeNumber is -7
constexpr std::int64_t kRelation = 0, kSubquery = 1, kJoin = 2, kFunction = 3, kTableFunction = 4,
                       kValues = 5, kCte = 6, kResult = 8;
constexpr std::int64_t kLeftJoin = 1, kFullJoin = 2, kRightJoin = 3;

RangeEntry::Kind kind_of(std::int64_t rtekind) {
  switch (rtekind) {
    case kRelation:
      return RangeEntry::Kind::Relation;
    case kSubquery:
      return RangeEntry::Kind::Subquery;
    case kJoin:
      return RangeEntry::Kind::Join;
    case kFunction:
      return RangeEntry::Kind::Function;
    case kTableFunction:
      return RangeEntry::Kind::TableFunction;
    case kValues:
      return RangeEntry::Kind::Values;
    case kCte:
      return RangeEntry::Kind::Cte;
    case kResult:
      return RangeEntry::Kind::Other;
    default:
      return RangeEntry::Kind::Other;
  }
}

std::int64_t int_field(const Node& node, std::string_view name) {
  return node.field(name).as_int_or(0);
}

std::string text_field(const Node& node, std::string_view name) {
  const Node found = node.field(name);
  return found.is_null() ? std::string() : found.as_text();
}

std::set<std::int16_t> attributes(const Node& bitmap) {
  std::set<std::int16_t> found;
  for (const std::int64_t bit : bitmap.as_ints()) {
    found.insert(static_cast<std::int16_t>(bit - kAttributeOffset));
  }
  return found;
}

std::vector<TargetEntry> target_list(const Node& list) {
  std::vector<TargetEntry> targets;
  for (const Node item : list) {
    TargetEntry target;
    target.expr = item.field("expr");
    target.number = static_cast<int>(int_field(item, "resno"));
    target.name = text_field(item, "resname");
    target.sort_group_ref = static_cast<int>(int_field(item, "ressortgroupref"));
    target.junk = item.field("resjunk").as_bool();
    targets.push_back(std::move(target));
  }
  return targets;
}

std::vector<Node> nodes_of(const Node& list) {
  std::vector<Node> nodes;
  for (const Node item : list) {
    nodes.push_back(item);
  }
  return nodes;
}

}  // namespace

bool is(const Node& node, std::string_view tag) { return node.is_object(tag); }

std::int32_t location_of(const Node& node) {
  return static_cast<std::int32_t>(node.field("location").as_int_or(-1));
}

const RangeEntry* Scope::entry(int index) const {
  if (index < 1 || static_cast<std::size_t>(index) > range.size()) {
    return nullptr;
  }
  return &range[static_cast<std::size_t>(index) - 1];
}

const TargetEntry* Scope::target(int number) const {
  for (const TargetEntry& candidate : outputs()) {
    if (candidate.number == number) {
      return &candidate;
    }
  }
  return nullptr;
}

const std::vector<TargetEntry>& Scope::outputs() const {
  return command == Command::Select ? targets : returning;
}

bool Scope::has(std::string_view list_field) const { return query.field(list_field).size() > 0; }

std::optional<StatementTree> StatementTree::build(const Node& query) {
  StatementTree tree;
  if (!is(query, "QUERY")) {
    return std::nullopt;
  }
  tree.top_ = tree.add(query, nullptr, Scope::Place::Top);
  if (tree.top_ == nullptr || !tree.understood_) {
    return std::nullopt;
  }
  return tree;
}

const Scope* StatementTree::scope_of(const Node& query) const {
  const auto found = by_query_.find(query.raw().data());
  return found == by_query_.end() ? nullptr : found->second;
}

const Scope* StatementTree::common_table(const Scope& scope, const RangeEntry& entry) {
  const Scope* at = &scope;
  for (int up = 0; up < entry.cte_levels_up && at != nullptr; ++up) {
    at = at->parent;
  }
  if (at == nullptr) {
    return nullptr;
  }
  for (const CommonTable& table : at->common_tables) {
    if (table.name == entry.cte_name) {
      return table.scope;
    }
  }
  return nullptr;
}

Scope* StatementTree::add(const Node& query, Scope* parent, Scope::Place place) {
  Scope& scope = scopes_.emplace_back();
  scope.place = place;
  scope.parent = parent;
  scope.query = query;
  by_query_[query.raw().data()] = &scope;
  understood_ = understood_ && fill(scope);
  return &scope;
}

bool StatementTree::fill(Scope& scope) {
  const Node& query = scope.query;
  const std::int64_t command = int_field(query, "commandType");
  if (command < 1 || command > 5) {
    return false;
  }
  scope.command = static_cast<Command>(command);
  scope.in_view = query.field("stmt_location").as_int_or(0) == -1;
  scope.result_relation = static_cast<int>(int_field(query, "resultRelation"));
  for (const Node item : query.field("cteList")) {
    if (!is(item, "COMMONTABLEEXPR") || !is(item.field("ctequery"), "QUERY")) {
      return false;
    }
    CommonTable table{text_field(item, "ctename"), nullptr};
    scope.common_tables.push_back(table);
    scope.common_tables.back().scope =
        add(item.field("ctequery"), &scope, Scope::Place::CommonTable);
  }
  if (!fill_range(scope)) {
    return false;
  }
  scope.targets = target_list(query.field("targetList"));
  scope.returning = target_list(query.field("returningList"));
  reach(query.field("jointree"), scope, false);
  reach(query.field("setOperations"), scope, false);
  if (scope.result_relation > 0) {
    scope.range[static_cast<std::size_t>(scope.result_relation) - 1].reached = true;
  }
  const Node on_conflict = query.field("onConflict");
  if (is(on_conflict, "ONCONFLICTEXPR")) {
    scope.excluded_relation = static_cast<int>(int_field(on_conflict, "exclRelIndex"));
  }
  constexpr std::array kExpressionFields = {"jointree",   "targetList",   "returningList",
                                            "havingQual", "limitOffset",  "limitCount",
                                            "onConflict", "windowClause", "mergeActionList"};
  for (const char* field : kExpressionFields) {
    find_sublinks(query.field(field), scope);
  }
  for (const RangeEntry& entry : scope.range) {
    if (entry.kind == RangeEntry::Kind::Function || entry.kind == RangeEntry::Kind::TableFunction ||
        entry.kind == RangeEntry::Kind::Values) {
      find_sublinks(entry.node, scope);
    }
    find_sublinks(entry.node.field("tablesample"), scope);
    find_sublinks(entry.node.field("securityQuals"), scope);
  }
  return true;
}

bool StatementTree::fill_range(Scope& scope) {
  int index = 0;
  for (const Node item : scope.query.field("rtable")) {
    if (!is(item, "RANGETBLENTRY")) {
      return false;
    }
    RangeEntry entry;
    entry.index = ++index;
    entry.node = item;
    entry.kind = kind_of(int_field(item, "rtekind"));
    entry.alias = text_field(item.field("eref"), "aliasname");
    entry.selected = attributes(item.field("selectedCols"));
    entry.inserted = attributes(item.field("insertedCols"));
    entry.updated = attributes(item.field("updatedCols"));
    if (entry.kind == RangeEntry::Kind::Relation) {
      entry.relation = static_cast<TwinOid>(int_field(item, "relid"));
      const std::string relkind = text_field(item, "relkind");
      entry.relation_kind = relkind.empty() ? '\0' : relkind.front();
      entry.only = !item.field("inh").as_bool();
    } else if (entry.kind == RangeEntry::Kind::Subquery) {
      if (!is(item.field("subquery"), "QUERY")) {
        return false;
      }
      entry.subquery = add(item.field("subquery"), &scope, Scope::Place::FromSubquery);
    } else if (entry.kind == RangeEntry::Kind::Join) {
      entry.alias_vars = nodes_of(item.field("joinaliasvars"));
    } else if (entry.kind == RangeEntry::Kind::Values) {
      entry.values_rows = nodes_of(item.field("values_lists"));
    } else if (entry.kind == RangeEntry::Kind::Cte) {
      entry.cte_name = text_field(item, "ctename");
      entry.cte_levels_up = static_cast<int>(int_field(item, "ctelevelsup"));
      entry.self_reference = item.field("self_reference").as_bool();
    }
    scope.range.push_back(std::move(entry));
  }
  return true;
}

void StatementTree::find_sublinks(const Node& node, Scope& scope) {
  if (node.is_object("QUERY")) {
    if (by_query_.find(node.raw().data()) == by_query_.end()) {
      add(node, &scope, Scope::Place::SubLink);
    }
    return;
  }
  if (node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) {
    for (const Node item : node) {
      find_sublinks(item, scope);
    }
  }
}

void StatementTree::reach(const Node& node, Scope& scope, bool nullable) {
  if (node.is_null()) {
    return;
  }
  if (is(node, "RANGETBLREF")) {
    const auto index = static_cast<std::size_t>(int_field(node, "rtindex"));
    if (index < 1 || index > scope.range.size()) {
      understood_ = false;
      return;
    }
    scope.range[index - 1].reached = true;
    scope.range[index - 1].nullable = nullable;
  } else if (is(node, "FROMEXPR")) {
    for (const Node item : node.field("fromlist")) {
      reach(item, scope, nullable);
    }
  } else if (is(node, "JOINEXPR")) {
    const std::int64_t type = int_field(node, "jointype");
    reach(node.field("larg"), scope, nullable || type == kRightJoin || type == kFullJoin);
    reach(node.field("rarg"), scope, nullable || type == kLeftJoin || type == kFullJoin);
    const auto index = static_cast<std::size_t>(int_field(node, "rtindex"));
    if (index >= 1 && index <= scope.range.size()) {
      scope.range[index - 1].reached = true;
    }
  } else if (is(node, "SETOPERATIONSTMT")) {
    reach(node.field("larg"), scope, nullable);
    reach(node.field("rarg"), scope, nullable);
  } else {
    understood_ = false;
  }
}

}  // namespace pgveil::policy
