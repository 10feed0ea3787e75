#pragma once

/// CREATE TABLE AS and SELECT INTO: what planning has to know of the table that a query fills, and what the
/// session has to know of it afterwards. Inside proxy/planner.

#include "policy/rewrite/filled_table.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "protocol/message/rows.hpp"
#include "proxy/planner/statement_planner.hpp"

#include <optional>
#include <string>
#include <variant>

namespace pgveil::proxy {

/// CREATE TABLE AS or SELECT INTO, of a temporary table or of one that stays.
[[nodiscard]] bool fills_table(const policy::sql::SyntaxTree& syntax);

/// `columns`: of the query. Null: the statement cannot be taken apart.
[[nodiscard]] std::optional<policy::FilledTable> filled_table(
    const policy::sql::SyntaxTree& syntax,
    const protocol::RowDescription& columns,
    const PlanningState& state);

/// The statement that makes the table without running `query`, its text in the statement, and under no
/// parameters. Empty: it cannot be told.
[[nodiscard]] std::string without_rows(const policy::sql::SyntaxTree& syntax,
                                       const std::string& query,
                                       const std::vector<std::string>& parameter_types);

using StayingAnswer = std::variant<std::monostate, policy::Plan, protocol::ErrorFields>;

/// For a table that stays: how the policy wants its columns sealed, as DDL of the client that makes it would
/// (apply::SchemaChanges). A refusal, or PostgreSQL's own error about the statement; else `table` is filled in.
[[nodiscard]] StayingAnswer make_staying(const policy::sql::SyntaxTree& syntax,
                                         const std::string& made,
                                         const PlanningState& state,
                                         const policy::DecideContext& context,
                                         const PlanRequest& request,
                                         policy::FilledTable& table);

/// `table`: as planned, null if it could not be; `plan`: of the statement. The twin makes the table from `made`.
void note_filled(const policy::sql::SyntaxTree& syntax,
                 const policy::FilledTable* table,
                 std::string made,
                 const policy::Plan& plan,
                 SqlSchema& schema);

}  // namespace pgveil::proxy
