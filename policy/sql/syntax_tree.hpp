#pragma once

/// The syntax tree of one statement: facts about it, edits by location, and the SQL of the result.
/// Nodes are named by kind and byte offset, which is what PostgreSQL's analysed tree prints as
/// :location, so what lineage found on the twin can be edited here. What an edit puts in gets no
/// location and cannot be hit by a later edit; what `$0` carries over keeps its own.
/// Order: parse, read facts, edit (in any order; nested nodes either way round), deparse.
/// Every SQL that comes out was parsed again and is the same tree, or it is an error (Errc::Deparse):
/// libpg_query's deparser drops some DDL clauses silently.
/// Thread rule: every function enters and leaves libpg_query's thread-local state and recurses with the
/// depth of the tree. Run on the fixed worker pool (64 MB stacks); never start a thread per call, since
/// each uses up a process-wide thread key. A tree may move between threads, one at a time.
/// Source: libpg_query 15-4.0.0, PostgreSQL 15 src/backend/parser/gram.y.

#include "policy/sql/bounds.hpp"
#include "policy/sql/error.hpp"
#include "policy/sql/scan.hpp"
#include "policy/sql/statement.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgveil::policy::sql {

enum class NodeKind {
  Column,     // ColumnRef, also * and t.*
  Operator,   // A_Expr; location of the operator
  Bool,       // BoolExpr: AND, OR, NOT; location of the first one of a chain
  Literal,    // A_Const; TRUE and FALSE with the cast that the grammar puts around them
  Parameter,  // ParamRef
  Call,       // FuncCall
  Cast,       // TypeCast; location of ::, -1 in `date '…'`, which cannot be named
  NullTest,
  BooleanTest,
  SubLink,      // a sub-select in an expression
  ServerValue,  // CURRENT_DATE, SESSION_USER …
  Default,      // DEFAULT as a value
  Coalesce,
  MinMax,  // GREATEST, LEAST
  Case,
  Row,
  Array,
  Collate,
  Grouping
};

struct NodeRef {
  NodeKind kind = NodeKind::Column;
  std::int32_t location = -1;

  friend bool operator==(const NodeRef&, const NodeRef&) = default;
};

enum class OperatorForm {
  Op,
  Row,  // a row on either side: what is analysed of each pair of fields stands at this one place
  OpAny,
  OpAll,
  In,  // also NOT IN
  Like,
  ILike,
  Similar,
  Between,  // also NOT BETWEEN, SYMMETRIC
  Distinct,
  NotDistinct,
  NullIf,
  Other
};

/// A relation named in FROM or as a target, in reading order: within one query level that is the order
/// of PostgreSQL's range table. Names in FOR UPDATE OF are not among them.
struct TableRef {
  enum class Use { From, InsertTarget, UpdateTarget, DeleteTarget, MergeTarget, Other };
  std::int32_t location = -1;
  std::string schema;  // empty: not qualified
  std::string name;
  std::string alias;  // empty: none
  bool has_alias_columns = false;
  bool only = false;     // ONLY t
  bool sampled = false;  // TABLESAMPLE
  bool cte = false;      // names a WITH query that is in scope, no relation
  Use use = Use::From;
};

/// A constant of the text. The index in literals() is the index of the plan's slots and the order of
/// shape_of(): both come from the same scan.
struct LiteralRef : Literal {
  /// An expression constant of the tree sits here, which can be a hole. Otherwise the grammar used the
  /// token in another way (varchar(10), COMMENT IS '…', N'…'): the plan depends on its spelling, which
  /// makes it a guard.
  bool in_tree = false;
};

struct ParameterRef {
  std::int32_t location = -1;
  std::int32_t number = 0;
};

/// One query of the text, which PostgreSQL analyses into a Query node of its own. The statement is the
/// first. Arms of a set operation are queries below the one that the operation is.
struct QueryRef {
  enum class Place { Top, CommonTable, From, Arm, SubLink };
  Place place = Place::Top;
  std::size_t parent = 0;      // index in queries()
  std::size_t number = 0;      // From, Arm: among those of its parent, in reading order, from 0
  std::string common_table;    // CommonTable
  std::int32_t sub_link = -1;  // SubLink: its location
  bool distinct = false;       // DISTINCT without ON
};

/// A list of expressions. GROUP BY, DISTINCT ON, and NamedPartition (of WINDOW w AS (…)) belong to a
/// query; Partition is that of the window written at the call of a window function.
struct ClauseRef {
  enum class Clause { GroupBy, DistinctOn, Partition, NamedPartition };
  Clause clause = Clause::GroupBy;
  std::size_t query = 0;
  std::int32_t call = -1;  // Partition
  std::string window;      // NamedPartition
};

class SyntaxTree {
 public:
  /// Errors: TooLarge, TooDeep, Syntax (with libpg_query's message and a byte position),
  /// NotOneStatement. A trailing semicolon is allowed.
  [[nodiscard]] static Result<SyntaxTree> parse(std::string_view sql,
                                                const SqlLimits& limits = SqlLimits{});

  SyntaxTree(SyntaxTree&&) noexcept;
  SyntaxTree& operator=(SyntaxTree&&) noexcept;
  SyntaxTree(const SyntaxTree&) = delete;
  SyntaxTree& operator=(const SyntaxTree&) = delete;
  ~SyntaxTree();
  /// A tree of its own with the same edits; facts stay those of the original text.
  [[nodiscard]] SyntaxTree clone() const;

  // Facts, all of the statement as it was parsed: edits do not change them.

  [[nodiscard]] StatementKind kind() const;
  [[nodiscard]] const StatementFacts& facts() const;
  [[nodiscard]] const UtilityFacts& utility() const;
  [[nodiscard]] const std::vector<TableRef>& tables() const;
  [[nodiscard]] const std::vector<LiteralRef>& literals() const;
  [[nodiscard]] const std::vector<ParameterRef>& parameters() const;
  /// Names of all WITH queries, in reading order.
  [[nodiscard]] std::vector<std::string> cte_names() const;
  /// The statement may be cached by the shape of its text: each constant of the tree is exactly one
  /// literal of the scan. False for the likes of `-(5)`: use the plan once.
  [[nodiscard]] bool cacheable_by_shape() const;
  /// Relation names that a utility statement mentions (DROP, TRUNCATE, LOCK, COPY …), and tables() of
  /// statements inside it. Bodies of functions and DO are opaque and yield none.
  [[nodiscard]] std::vector<TableRef> utility_tables() const;
  /// The client's text of one literal.
  [[nodiscard]] std::string_view literal_text(std::uint16_t index) const;
  [[nodiscard]] const std::string& text() const;

  /// CREATE TABLE AS, SELECT INTO: the statement around its query.
  struct FilledTable {
    std::string prefix;  // CREATE TEMP TABLE t (a, b) ON COMMIT DROP AS
    std::string suffix;
  };

  /// Names given to columns there; fewer than there are columns, or none.
  [[nodiscard]] std::vector<std::string> filled_columns() const;
  /// NotPossible: another statement, or a materialized view. As CREATE TABLE AS, with the columns named. `no_data`: WITH NO DATA, whatever was written.
  [[nodiscard]] Result<FilledTable> filled_table(const std::vector<std::string>& columns,
                                                 bool no_data) const;

  // Single nodes, in the tree as edited so far.

  [[nodiscard]] bool contains(NodeRef node) const;
  /// Those of the literals that no edit has taken out.
  [[nodiscard]] std::vector<std::uint16_t> standing(
      const std::vector<std::uint16_t>& literal_indexes) const;
  [[nodiscard]] std::optional<OperatorForm> operator_form(std::int32_t location) const;
  /// The operator's name without schema ("=", "~~"), empty if there is no such node.
  [[nodiscard]] std::string operator_name(std::int32_t location) const;
  /// Items of an IN list; 0 if there is no such node.
  [[nodiscard]] std::size_t list_size(std::int32_t location) const;
  /// Parts of a ColumnRef: {"t", "c"}; "*" for a star. Empty if there is no such node.
  [[nodiscard]] std::vector<std::string> column_parts(std::int32_t location) const;
  /// Calls, and values like CURRENT_DATE.
  [[nodiscard]] std::vector<NodeRef> calls() const;
  [[nodiscard]] std::vector<NodeRef> columns() const;
  /// An explicit cast stands directly around it.
  [[nodiscard]] bool inside_cast(NodeRef node) const;

  /// Empty: a query stands where none is known to stand.
  [[nodiscard]] std::vector<QueryRef> queries() const;
  [[nodiscard]] std::size_t clause_size(const ClauseRef& clause) const;

  // Edits. NotFound: no node of that kind is there. BadFragment: the SQL given does not parse as what
  // it should be. An edit that fails leaves the tree as it was.

  /// `$0` inside expression_sql stands for the replaced node and may occur several times. with_casts:
  /// the chain of casts around the node goes too, and is not in `$0`. All nodes with this kind and
  /// location are replaced (UPDATE t SET (a, b) = (1, 2) holds its source twice).
  [[nodiscard]] Result<void> replace(NodeRef node,
                                     std::string_view expression_sql,
                                     bool with_casts = false);
  /// The relation in FROM becomes (select_sql) AS alias-or-name, alias columns kept.
  /// NotPossible: a target, TABLESAMPLE, or not in FROM. Rewrite schema.table.column references
  /// yourself: a sub-select has no schema.
  [[nodiscard]] Result<void> replace_table(std::int32_t location, std::string_view select_sql);
  /// Also for targets, so that what was analysed is what runs. NotPossible: the name of a WITH query.
  [[nodiscard]] Result<void> qualify_table(std::int32_t location, std::string_view schema);
  /// The relation without its TABLESAMPLE.
  [[nodiscard]] Result<void> drop_sample(std::int32_t location);
  /// Into the top level SELECT list, or RETURNING list (which is made if there is none).
  /// They are named pgveil_<n>, so that no ORDER BY can mean them.
  /// NotPossible: set operations, VALUES.
  [[nodiscard]] Result<void> append_outputs(const std::vector<std::string>& expressions);
  /// Replaces the top level SELECT or RETURNING list. {expression, name}; empty name: none.
  [[nodiscard]] Result<void> set_outputs(
      const std::vector<std::pair<std::string, std::string>>& outputs);
  /// INSERT without a column list and not DEFAULT VALUES.
  [[nodiscard]] Result<void> set_insert_columns(const std::vector<std::string>& names);
  /// (condition) AND what was there; top level SELECT, UPDATE, DELETE.
  [[nodiscard]] Result<void> and_where(std::string_view condition);
  /// ON CONFLICT (…) or ON CONSTRAINT becomes inference from these expressions; its WHERE stays.
  [[nodiscard]] Result<void> replace_conflict_target(const std::vector<std::string>& expressions);

  // Edits of clauses: before replace_table, which brings queries of its own, and frames from the last
  // query to the first.

  [[nodiscard]] Result<void> replace_item(const ClauseRef& clause,
                                          std::size_t index,
                                          std::string_view expression_sql);
  /// DISTINCT becomes DISTINCT ON (…).
  [[nodiscard]] Result<void> set_distinct_on(std::size_t query,
                                             const std::vector<std::string>& expressions);
  /// A SELECT takes the place of a set operation, with its ORDER BY, LIMIT and WITH. Where the frame has
  /// one empty `(SELECT)` in FROM, the operation goes there as UNION ALL throughout; where it has two,
  /// the operation's two sides.
  [[nodiscard]] Result<void> frame_set_operation(std::size_t query, std::string_view frame_sql);
  /// The output that is this column and nothing else gets its name, which an edit would change.
  void name_output(std::int32_t column);

  /// INSERT, UPDATE, DELETE: all but ON CONFLICT, OVERRIDING and RETURNING becomes that of another statement
  /// of the same kind over the same relation. `*` in RETURNING becomes `star.*`.
  [[nodiscard]] Result<void> replace_write(std::string_view sql, std::string_view star);
  /// INSERT, UPDATE, DELETE become SELECT of their RETURNING list from this table.
  [[nodiscard]] Result<void> select_returning(std::string_view table_sql);
  /// INSERT without its ON CONFLICT.
  [[nodiscard]] Result<void> drop_on_conflict();

  // SQL out.

  [[nodiscard]] Result<std::string> deparse() const;
  /// SQL of one sub-expression, with edits made on a copy. Edits name nodes inside of it.
  [[nodiscard]] Result<std::string> expression_sql(
      NodeRef node, const std::vector<std::pair<NodeRef, std::string>>& edits = {}) const;

  /// SQL with holes: pieces[0] hole[0] pieces[1] … ; pieces.size() == holes.size() + 1. A hole is
  /// filled with one complete expression. A negative number's hole has parentheses around it.
  struct Holes {
    std::vector<std::string> pieces;
    std::vector<std::uint32_t> holes;  // marker numbers, see below
  };

  /// Literal i of literal_indexes becomes the hole numbered marker_base + i. Every $n with
  /// n >= marker_base that an edit put in is a hole too and comes back with its n: number yours from
  /// marker_base + 65536. One marker may come back several times.
  /// NotFound: a literal that no longer stands in the tree (an edit replaced it) or never did.
  [[nodiscard]] Result<Holes> deparse_with_holes(const std::vector<std::uint16_t>& literal_indexes,
                                                 std::uint32_t marker_base = 50'000) const;

 private:
  struct Impl;
  explicit SyntaxTree(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pgveil::policy::sql
