#pragma once

/// Where values come from: per output, predicate and assignment of an analysed statement, which columns
/// of which tables reach it, and whether a sealed value arrives there *as is* or would have to be opened
/// to compute it. Knows columns and the role's view of them, not secrets.
///
/// Two questions are answered in one walk: which tagged columns are read, searched and written (for the
/// permission check and the audit record), and whether the server can compute the statement over sealed
/// values once some leaves are replaced (then every replacement is in `edits`), or else the first reason
/// why not.
/// Lifetime: views the StatementTree and the catalog. Threads: immutable once made.

#include "policy/lineage/statement_tree.hpp"
#include "policy/model/catalog.hpp"
#include "policy/model/role_view.hpp"
#include "policy/rewrite/plan.hpp"
#include "policy/sql/syntax_tree.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pgveil::policy {

/// One appearance of a base relation in the statement.
struct Occurrence {
  enum class Use { Read, InsertTarget, UpdateTarget, DeleteTarget, MergeTarget, Excluded };
  const Scope* scope = nullptr;
  const RangeEntry* entry = nullptr;
  const CatalogRelation* relation = nullptr;
  const TablePolicy* table = nullptr;       // null: nothing tagged
  const std::string* row_filter = nullptr;  // null: every row
  Use use = Use::Read;
  std::set<std::int16_t> read;      // columns whose value (clear or masked) matters
  std::set<std::int16_t> searched;  // columns compared by term only
  std::set<std::int16_t> written;
  bool system_columns = false;
  bool deletes = false;  // rows of it: DELETE, or a branch of MERGE

  [[nodiscard]] bool inserts() const {
    return use == Use::InsertTarget || (use == Use::MergeTarget && !entry->inserted.empty());
  }

  [[nodiscard]] bool updates() const {
    return use == Use::UpdateTarget || (use == Use::MergeTarget && !entry->updated.empty());
  }
};

/// What a role sees in one column, worked out once.
struct ColumnView {
  const CatalogColumn* column = nullptr;
  ColumnAccess access;
  /// The server's value is sealed and reaches expressions as such. False for a sealed column whose mask
  /// is NULL: it is replaced by NULL at the leaf.
  bool flows_sealed = false;
  /// The leaf must compute something else than the stored column.
  bool replaced_at_leaf = false;
};

/// A base column at a certain appearance.
struct ColumnAt {
  Occurrence* at = nullptr;
  const ColumnView* view = nullptr;

  explicit operator bool() const { return at != nullptr; }
};

/// A value that the client sent, where it stands in the text.
struct ClientValue {
  sql::NodeRef node;
  ValueSource source;
  TypeOid type = 0;
  bool with_casts = false;
  bool is_null = false;
};

/// `column = value(s)`, `column = other column` of one field, in any spelling that a term answers.
struct EqualityAtom {
  ColumnAt column;
  ColumnAt other;                   // or
  std::vector<ClientValue> values;  // one for =, several for IN, one array for ANY
  bool array = false;
  bool negated = false;   // <>, NOT IN, <> ALL
  bool distinct = false;  // IS DISTINCT FROM
  sql::NodeRef column_node;
  sql::NodeRef other_node;
  sql::NodeRef node;  // the operator
};

/// `column LIKE pattern` or `lower(column) = lower(value)`: a superset that a term answers.
struct SupersetAtom {
  ColumnAt column;
  ClientValue value;
  ValueUse::Kind kind = ValueUse::Kind::TextQuery;
};

/// `column < value` and its like: what a range term narrows.
struct RangeAtom {
  ColumnAt column;
  ClientValue value;
  ValueUse::Bound bound = ValueUse::Bound::Exact;
};

/// ctid, xmin and the like, where the statement names one.
struct SystemColumn {
  Occurrence* at = nullptr;
  std::int16_t attnum = 0;     // negative
  std::int32_t location = -1;  // -1: inside a view
};

struct Edit {
  sql::NodeRef node;
  bool with_casts = false;
  std::string sql;           // `$0` is the node itself; used where `slot` is empty
  std::optional<Slot> slot;  // a value on its way to the server
};

/// Edits of whole clauses, made before those of single nodes: where sealed values are grouped, made
/// distinct or partitioned, their equality terms are.
struct ClauseEdits {
  struct Item {
    sql::ClauseRef clause;
    std::size_t index = 0;
    std::string sql;
  };

  std::vector<Item> items;
  std::map<std::size_t, std::vector<std::string>> distinct_on;  // by query
  std::map<std::size_t, std::string> set_operations;            // by query: the frame
  std::vector<std::int32_t> named_outputs;                      // locations of columns
};

/// How a value reaches a place.
struct Flow {
  enum class Kind { Plain, AsIs, Derived };
  Kind kind = Kind::Plain;
  ColumnAt column;      // AsIs
  bool casted = false;  // AsIs, under an explicit cast that changes nothing
};

/// A sealed column that is given its default: who can compute that.
struct SealedDefault {
  std::int16_t attnum = 0;
  bool server = false;   // it needs a value that only the server knows
  bool per_row = false;  // and a new one for each row
};

class Lineage {
 public:
  Lineage(const StatementTree& tree,
          const sql::SyntaxTree& syntax,
          const Catalog& catalog,
          const RoleView& role);

  /// Walks everything. False: something is not understood, and nothing may be concluded.
  [[nodiscard]] bool run();
  /// Instead of `run`: only what is left of a write once its rows are known, RETURNING and ON CONFLICT.
  [[nodiscard]] bool run_answer();
  /// Instead of `run`: everything but RETURNING.
  [[nodiscard]] bool run_write();

  const StatementTree& tree;
  const sql::SyntaxTree& syntax;
  const Catalog& catalog;
  const RoleView& role;

  std::deque<Occurrence> occurrences;
  std::vector<Edit> edits;  // for the server to compute the statement over sealed values
  ClauseEdits clause_edits;
  std::vector<SystemColumn> system_columns;
  std::vector<EqualityAtom> searches;  // by a value that the role sees masked only
  std::vector<Flow> outputs;           // of the top level, junk left out
  /// Why the server alone cannot answer, in words for a client; empty if it can.
  std::string obstacle;
  std::string obstacle_column;
  /// The first function that no side may run over tagged data, or at all.
  std::string opaque_function;
  std::string volatile_function;
  std::vector<Node> server_values;          // now(), current_user …: what only the server knows
  bool unaddressable_server_value = false;  // one of them stands inside a view
  bool uses_schema_functions = false;       // pg_get_…def, regclass …: answered by the twin
  bool uses_size_functions = false;         // pg_relation_size …
  bool modifies_in_cte = false;
  std::vector<SealedDefault> sealed_defaults;
  /// Columns of the target that the statement gives no value: left out, or DEFAULT.
  std::set<std::int16_t> defaulted;
  /// False: `carried_by` came to something that it does not know, or too deep.
  bool carried_known = true;
  /// ON CONFLICT over sealed columns: what the server infers its index from. Empty: as written.
  std::vector<std::string> conflict_target;

  [[nodiscard]] Occurrence* occurrence(const Scope& scope, int range_index);
  [[nodiscard]] const ColumnView& view_of(const Occurrence& at, std::int16_t attnum);
  /// The base column behind a Var, through joins but not through sub-selects.
  [[nodiscard]] ColumnAt base_column(const Scope& scope, const Node& var);
  [[nodiscard]] std::optional<EqualityAtom> equality_atom(const Scope& scope, const Node& node);
  [[nodiscard]] std::optional<SupersetAtom> blank_padded_atom(const Scope& scope, const Node& node);
  [[nodiscard]] std::optional<SupersetAtom> superset_atom(const Scope& scope, const Node& node);
  [[nodiscard]] std::optional<RangeAtom> range_atom(const Scope& scope, const Node& node);
  /// A literal or a parameter, through casts that change nothing. Null: something else.
  [[nodiscard]] std::optional<ClientValue> client_value(const Node& node, TypeOid wanted) const;
  /// A sealed column of whose value the expression tells more than a condition would; null: none, if
  /// `carried_known` still holds.
  [[nodiscard]] const ColumnView* carried_by(const Scope& scope, const Node& node);
  [[nodiscard]] const ColumnView* carried_by_output(const Scope& scope, int number);
  /// Scope that a Var's varlevelsup points to.
  [[nodiscard]] static const Scope* level(const Scope& scope, const Node& var);

 private:
  void find_occurrences();
  void walk_scope(const Scope& scope);
  void walk_groups(const Scope& scope);
  void walk_distinct(const Scope& scope);
  void walk_distinct_on(const Scope& scope, std::size_t query);
  void walk_partitions(const Scope& scope);
  void frame_set_operation(const Scope& scope);
  [[nodiscard]] bool is_recursive(const Scope& scope) const;
  void block_sorted(const Scope& scope, const Node& sort_clause);
  /// Sealed columns that the scope groups by, of which the server groups the equality terms: Var's varno
  /// and varattno.
  using ColumnNumbers = std::set<std::pair<std::int64_t, std::int64_t>>;
  const ColumnNumbers& group_keys(const Scope& scope);
  [[nodiscard]] bool is_group_key(const Scope& scope, const Node& var);
  /// A sealed value in an output or in HAVING: behind GROUP BY it is one of its group.
  void behind_grouping(const Scope& scope, const Node& var, const ColumnAt& column);
  /// `x IN (SELECT y …)` over equality terms.
  [[nodiscard]] bool take_sub_select(const Scope& scope, const Node& sub_link, const Scope& inner);
  [[nodiscard]] bool can_compare(const ColumnAt& column) const;
  /// Equal values are equal bytes, so that any of them may stand for all.
  [[nodiscard]] static bool one_spelling(const ColumnAt& column);
  /// SQL of a column where the statement names it, or by its relation's alias where a star does.
  [[nodiscard]] std::optional<std::string> column_text(const Scope& scope, const Node& var) const;
  [[nodiscard]] const TargetEntry* grouped_target(const Scope& scope, const Node& clause) const;
  [[nodiscard]] std::optional<std::size_t> query_of(const Scope& scope);
  [[nodiscard]] const ColumnView* carried_by_outputs(const Scope* scope);
  [[nodiscard]] const ColumnView* carried_by_var(const Scope& scope, const Node& var);
  void find_copies();
  void find_copies_in_aggregates(const Node& node);
  void block_if_edited(const Node& node);
  void walk_write(const Scope& scope);
  void walk_on_conflict(const Scope& scope, Occurrence& target);
  void find_defaulted();
  void assign_default(const Scope& scope, ColumnAt column, const Node& value);
  static void find_merge_target(Occurrence& found, const Node& query);
  void walk_merge(const Scope& scope);
  void check_adopted();
  /// A column of MERGE's source that is nothing but the client's values; empty: something else.
  [[nodiscard]] std::vector<ClientValue> values_of_source(const Scope& scope,
                                                          const Node& var) const;
  /// They are sealed as values of the column.
  [[nodiscard]] bool adopt(const Scope& scope, const Node& var, const ColumnAt& column);
  [[nodiscard]] bool adopt_equality(const Scope& scope, const Node& node);
  void seal_value(const ColumnAt& column, const ClientValue& sent);
  void assign(const Scope& scope, Occurrence& target, const TargetEntry& entry);
  bool assign_choice(const Scope& scope, ColumnAt column, const Node& choice);
  void assign_value(const Scope& scope, ColumnAt column, const Node& value);
  [[nodiscard]] ColumnAt sealed_operand(const Scope& scope, const Node& node, sql::NodeRef& at);
  void walk_set_operation(const Scope& scope);
  Flow flow(const Scope& scope, const Node& node);
  Flow flow_of_var(const Scope& scope, const Node& var);
  Flow flow_of_output(const Scope& scope, int number);
  Flow flow_of_operator(const Scope& scope, const Node& node);
  Flow flow_of_children(const Scope& scope, const Node& node);
  void flow_of_aggregate(const Scope& scope, const Node& node);
  Flow flow_of_window(const Scope& scope, const Node& node);
  void flow_plain(const Scope& scope, const Node& node);  // a sealed value here is an obstacle
  void take_equality(const EqualityAtom& atom);
  void note_function(const Node& node, std::uint32_t oid);
  void touch_whole_row(const Scope& scope, const RangeEntry& entry);
  void drop_cast_to_own_type(const Node& var);
  void drop_cast(const Node& relabel, Flow& inner);
  Flow read(ColumnAt column);
  void blocked(const ColumnAt& column, std::string why);
  std::optional<std::uint16_t> literal_at(std::int32_t location) const;

  std::map<std::pair<const Scope*, int>, Occurrence*> by_entry_;
  std::map<std::pair<std::uint32_t, std::int16_t>, std::unique_ptr<ColumnView>> views_;
  std::map<std::pair<const Scope*, int>, Flow> output_flows_;
  std::set<std::pair<const Scope*, int>> in_progress_;
  using SourceColumn = std::pair<const RangeEntry*, std::int16_t>;
  std::set<SourceColumn> adopted_;     // of MERGE's source: sealed where they stand
  std::set<SourceColumn> used_plain_;  // and used as they are
  std::set<std::pair<const Scope*, int>> carried_in_;
  std::size_t carried_depth_ = 0;
  std::set<const void*> walked_;
  std::map<const Scope*, ColumnNumbers> group_keys_;
  std::map<const Scope*, std::size_t> queries_;  // places in syntax.queries()
  bool queries_known_ = false;
  std::set<const Scope*> framed_;          // set operations over equality terms
  const Scope* after_grouping_ = nullptr;  // whose outputs or HAVING is being walked
  int aggregates_ = 0;                     // around the node being walked
  int negations_ = 0;                      // NOTs around the node being walked
  bool understood_ = true;
  bool answer_only_ = false;
  bool without_returning_ = false;
};

}  // namespace pgveil::policy
