#pragma once

/// DDL that concerns tagged tables: asks apply::SchemaChanges and makes a plan of the answer.
/// Inside proxy/planner.

#include "policy/decide/decide.hpp"
#include "proxy/apply/error.hpp"
#include "proxy/planner/statement_planner.hpp"

#include <optional>

namespace pgveil::proxy {

/// Whether the statement has to be asked about: it names a table with tagged columns, or makes one that
/// the policy wants sealed.
[[nodiscard]] bool changes_tagged_table(const policy::DecideContext& context,
                                        const policy::sql::SyntaxTree& syntax,
                                        const policy::UtilityAnswers& answers);

/// CREATE TABLE AS and SELECT INTO of a table that the policy wants sealed, from a query (`inner`) that the
/// server would compute by itself.
[[nodiscard]] std::optional<policy::Plan> refuse_filled_table(const policy::DecideContext& context,
                                                              const policy::sql::SyntaxTree& syntax,
                                                              const policy::Decision& inner);

/// What schema changes could not do: PostgreSQL's own error about the statement, or ours.
[[nodiscard]] protocol::ErrorFields error_of(const apply::Error& error);

/// DROP TABLE of a partition or child of a tagged table: as for DELETE.
[[nodiscard]] std::optional<policy::Plan> refuse_drop_of_part(
    const policy::DecideContext& context,
    const policy::sql::SyntaxTree& syntax,
    const policy::UtilityAnswers& answers);

/// Fills `out`; an error is PostgreSQL's own about the statement.
[[nodiscard]] std::optional<protocol::ErrorFields> plan_table_ddl(
    const PlanningState& state,
    const policy::DecideContext& context,
    const policy::sql::SyntaxTree& syntax,
    const PlanRequest& request,
    const std::vector<std::string>& names,
    PreparedPlan& out);

}  // namespace pgveil::proxy
