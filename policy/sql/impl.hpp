#pragma once

/// Inside policy/sql: what a SyntaxTree holds, for the files that implement it.

#include "policy/sql/facts.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "policy/sql/tree.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgveil::policy::sql {

/// Wrappers that hold the node, the innermost first; with those around each, nearest first.
struct FoundNode {
  PgQuery__Node* node = nullptr;
  std::vector<PgQuery__Node*> around;
};

/// Where each node of a long statement is, so that looking for thousands of values does not walk the tree
/// for each of them. `around` holds what casts and one wrapper more.
using NodeIndex = std::multimap<std::pair<NodeKind, std::int32_t>, FoundNode>;

struct SyntaxTree::Impl {
  std::string sql;
  SqlLimits limits;
  Arena arena;
  PgQuery__ParseResult* result = nullptr;

  StatementKind kind = StatementKind::Other;
  StatementFacts facts;
  UtilityFacts utility;
  References references;
  std::vector<LiteralRef> literals;
  bool cacheable = true;

  /// Of a long statement, as long as nothing but `replace` has changed it.
  std::optional<NodeIndex> index;

  /// The one statement.
  [[nodiscard]] PgQuery__Node& statement() const;
  /// The same, to be changed in other ways than by `replace`.
  [[nodiscard]] PgQuery__Node& changing();
  [[nodiscard]] std::vector<FoundNode> find(NodeRef ref) const;
  /// Makes the index where it is worth it.
  void make_index();
};

[[nodiscard]] std::vector<FoundNode> find_nodes(PgQuery__Node& root, NodeRef ref);
[[nodiscard]] NodeIndex index_nodes(PgQuery__Node& root);
/// Takes out what lies in the node and below, which is about to be overwritten.
void forget_nodes(NodeIndex& index, PgQuery__Node& root);

/// Every FuncCall and SQLValueFunction.
[[nodiscard]] std::vector<NodeRef> find_calls(PgQuery__Node& root);

/// Every ColumnRef.
[[nodiscard]] std::vector<NodeRef> find_columns(PgQuery__Node& root);

/// Every constant of the tree, by location.
[[nodiscard]] std::multimap<std::int32_t, FoundNode> find_constants(PgQuery__Node& root);

/// The wrapper to overwrite: with TRUE and FALSE the cast that the grammar put around them.
[[nodiscard]] PgQuery__Node* whole_of(const FoundNode& found, NodeRef ref, bool with_casts);

/// One expression as a wrapper in the arena, without locations. BadFragment otherwise.
[[nodiscard]] Result<PgQuery__Node*> parse_expression(Arena& arena,
                                                      std::string_view expression_sql,
                                                      const SqlLimits& limits);

/// Puts the expression in place of each found node; `$0` in it stands for what was there. The index follows,
/// or is given up.
[[nodiscard]] Result<void> replace_in(Arena& arena,
                                      const std::vector<FoundNode>& found,
                                      NodeRef ref,
                                      std::string_view expression_sql,
                                      bool with_casts,
                                      const SqlLimits& limits,
                                      std::optional<NodeIndex>& index);

}  // namespace pgveil::policy::sql
