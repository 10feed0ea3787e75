#pragma once

/// CREATE TABLE AS and SELECT INTO: what planning has to know of the table that a query fills, and what the
/// session has to know of it afterwards. Inside proxy/planner.

#include "policy/rewrite/filled_table.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "protocol/message/rows.hpp"
#include "proxy/planner/statement_planner.hpp"

#include <optional>
#include <string>

namespace pgveil::proxy {

/// CREATE TABLE AS or SELECT INTO, of a temporary table or of one that stays.
[[nodiscard]] bool fills_table(const policy::sql::SyntaxTree& syntax);

/// `columns`: of the query. Null: the statement cannot be taken apart.
[[nodiscard]] std::optional<policy::FilledTable> filled_table(
    const policy::sql::SyntaxTree& syntax,
    const protocol::RowDescription& columns,
    const PlanningState& state);

/// `query`: the text in the statement; `plan`: of the statement. The twin makes the table without running the
/// query, under no parameters.
void note_filled(const policy::sql::SyntaxTree& syntax,
                 const std::string& query,
                 const std::vector<std::string>& parameter_types,
                 const policy::Plan& plan,
                 SqlSchema& schema);

}  // namespace pgveil::proxy
