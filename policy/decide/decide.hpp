#pragma once

/// The decision: what is done with one statement for one role. Pure and total: whatever is not
/// understood is a Refuse, and the Plan that comes back says what was touched and how, so that what is
/// recorded is what was done.
///
/// Call order: parse the statement (policy/sql/syntax_tree.hpp). Utility statements: decide_utility,
/// which may ask for the analysis of an inner statement or of the relations they name. All others:
/// analyse on the twin, then decide_query with the trees that it printed.
/// Threads: pure, but SyntaxTree needs the worker pool's stacks.

#include "policy/model/catalog.hpp"
#include "policy/model/role_view.hpp"
#include "policy/rewrite/filled_table.hpp"
#include "policy/rewrite/plan.hpp"
#include "policy/sql/node_text.hpp"
#include "policy/sql/syntax_tree.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::policy {

struct DecideContext {
  const Catalog* catalog = nullptr;
  const RoleView* role = nullptr;
  /// Whether the text form of a type can be made without the twin, under the session's settings.
  std::function<bool(TypeOid)> native_output;
  bool over_slice = false;  // the twin has to answer: EXPLAIN ANALYZE of a query
  /// The query fills a temporary table: its rows are not shown but stored. Null: an ordinary query.
  const FilledTable* filled = nullptr;
  bool utf8_client = true;  // client_encoding is UTF8: values may be opened and sealed
};

/// `trees`: the roots that the twin printed for the statement (each a list of QUERY).
/// `parameter_types`: of $1 …, as the twin described them.
[[nodiscard]] Plan decide_query(const DecideContext& context,
                                const sql::SyntaxTree& syntax,
                                std::span<const sql::Node> trees,
                                std::span<const TypeOid> parameter_types);

/// What is asked about a utility statement before it can be decided.
struct UtilityQuestions {
  std::optional<std::string> inner;    // SQL to be planned by itself: of EXPLAIN, COPY (query) …
  std::vector<std::string> relations;  // names as spelled (quoted, qualified): what are they?
};

[[nodiscard]] UtilityQuestions questions(const sql::SyntaxTree& syntax);

struct UtilityAnswers {
  std::optional<Plan> inner;                      // of UtilityQuestions::inner
  std::vector<const CatalogRelation*> relations;  // null: no such relation
};

[[nodiscard]] Plan decide_utility(const DecideContext& context,
                                  const sql::SyntaxTree& syntax,
                                  const UtilityAnswers& answers);

/// COPY, by the statement that stands for it: TO is its query, or SELECT of its columns; FROM is INSERT
/// of its columns with a parameter each, planned for `relation`. Null: COPY (query). A plan that is not
/// Pass or Refuse has the decision of that statement, and evidence of the COPY.
[[nodiscard]] Plan decide_copy(const DecideContext& context,
                               const sql::SyntaxTree& syntax,
                               const CatalogRelation* relation,
                               Plan inner);

/// Sealed columns, or tagged ones.
/// Its own columns, or those of a table that it is a partition or child of (the same rows), or that a
/// materialized view was filled from, unless the policy names that itself.
[[nodiscard]] bool is_tagged(const DecideContext& context, const CatalogRelation& relation);
[[nodiscard]] const CatalogRelation* tagged_ancestor(const DecideContext& context,
                                                     const CatalogRelation& relation);

/// Statements that are analysed as a query; the others are utility statements.
[[nodiscard]] bool is_query(sql::StatementKind kind);

[[nodiscard]] Plan refuse(Rule rule,
                          std::string message,
                          std::string hint,
                          std::string column = {});

}  // namespace pgveil::policy
