#pragma once

/// The analysed statement as scopes: one per Query node, with its range table, its outputs and its
/// place among the others. Built from PostgreSQL's own node text, so names, types and views are already
/// resolved; this only makes the tree walkable from a Var to the base column it comes from.
/// Source: PostgreSQL, src/include/nodes/parsenodes.h and primnodes.h.
/// Lifetime: a StatementTree views the NodeTree it is built from. Threads: immutable once built.

#include "policy/model/catalog.hpp"
#include "policy/sql/node_text.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace pgveil::policy {

using sql::Node;

struct Scope;

/// RangeTblEntry.
struct RangeEntry {
  enum class Kind { Relation, Subquery, Join, Function, TableFunction, Values, Cte, Other };
  Kind kind = Kind::Other;
  int index = 0;  // from 1, as in Var.varno
  TwinOid relation{0};
  char relation_kind = 0;
  std::string alias;
  bool only = false;          // no children
  bool reached = false;       // by the join tree, or the target of the statement
  bool nullable = false;      // on the null side of an outer join
  Scope* subquery = nullptr;  // Subquery
  std::string cte_name;       // Cte
  int cte_levels_up = 0;
  bool self_reference = false;
  std::vector<Node> alias_vars;   // Join: what each of its columns stands for
  std::vector<Node> values_rows;  // Values
  std::set<std::int16_t>
      selected;  // attribute numbers; 0 is the whole row, negative: system columns
  std::set<std::int16_t> inserted;
  std::set<std::int16_t> updated;
  Node node;
};

struct TargetEntry {
  Node expr;
  int number = 0;  // resno; the attribute number for targets of INSERT and UPDATE
  std::string name;
  int sort_group_ref = 0;
  bool junk = false;
};

struct CommonTable {
  std::string name;
  Scope* scope = nullptr;
};

/// Numbers are those of CmdType in nodes.h.
enum class Command {
  Unknown = 0,
  Select = 1,
  Update = 2,
  Insert = 3,
  Delete = 4,
  Merge = 5,
  Utility = 6
};

struct Scope {
  enum class Place { Top, FromSubquery, CommonTable, SubLink };
  Place place = Place::Top;
  Scope* parent = nullptr;
  Node query;
  Command command = Command::Unknown;
  bool in_view = false;  // its text is not in the client's statement: locations are -1
  int result_relation = 0;
  int excluded_relation = 0;  // the range entry that ON CONFLICT calls excluded
  std::vector<RangeEntry> range;
  std::vector<TargetEntry> targets;
  std::vector<TargetEntry> returning;
  std::vector<CommonTable> common_tables;

  [[nodiscard]] const RangeEntry* entry(int index) const;
  [[nodiscard]] const TargetEntry* target(int number) const;
  /// What a sub-select or a CTE with RETURNING yields.
  [[nodiscard]] const std::vector<TargetEntry>& outputs() const;
  [[nodiscard]] bool has(std::string_view list_field) const;  // a list of the Query is not empty
};

class StatementTree {
 public:
  /// Null when the tree holds something this reader does not know: nothing may be concluded from it.
  [[nodiscard]] static std::optional<StatementTree> build(const Node& query);

  [[nodiscard]] const Scope& top() const { return *top_; }

  [[nodiscard]] const std::deque<Scope>& scopes() const { return scopes_; }

  /// The scope made from a Query node of a sub-select.
  [[nodiscard]] const Scope* scope_of(const Node& query) const;
  /// The scope that a CTE entry of `scope` refers to.
  [[nodiscard]] static const Scope* common_table(const Scope& scope, const RangeEntry& entry);

 private:
  Scope* add(const Node& query, Scope* parent, Scope::Place place);
  bool fill(Scope& scope);
  bool fill_range(Scope& scope);
  void find_sublinks(const Node& node, Scope& scope);
  void reach(const Node& node, Scope& scope, bool nullable);

  std::deque<Scope> scopes_;
  std::unordered_map<const void*, Scope*> by_query_;
  Scope* top_ = nullptr;
  bool understood_ = true;
};

/// The tags and fields that the decision reads, spelled once.
[[nodiscard]] std::int32_t location_of(const Node& node);
[[nodiscard]] bool is(const Node& node, std::string_view tag);

}  // namespace pgveil::policy
