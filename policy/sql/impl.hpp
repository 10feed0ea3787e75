#pragma once

/// Inside policy/sql: what a SyntaxTree holds, for the files that implement it.

#include "policy/sql/facts.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "policy/sql/tree.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgveil::policy::sql {

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

  /// The one statement.
  [[nodiscard]] PgQuery__Node& statement() const;
};

/// Wrappers that hold the node, the innermost first; with those around each, nearest first.
struct FoundNode {
  PgQuery__Node* node = nullptr;
  std::vector<PgQuery__Node*> around;
};

[[nodiscard]] std::vector<FoundNode> find_nodes(PgQuery__Node& root, NodeRef ref);

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

/// Puts the expression in place of each found node; `$0` in it stands for what was there.
[[nodiscard]] Result<void> replace_in(Arena& arena,
                                      PgQuery__Node& root,
                                      NodeRef ref,
                                      std::string_view expression_sql,
                                      bool with_casts,
                                      const SqlLimits& limits);

}  // namespace pgveil::policy::sql
