#pragma once

/// EXECUTE and FETCH: statements that stand for something that the session was told before. What they
/// stand for is planned like any other statement, under the policy and the settings of now.
/// Source: PostgreSQL, "PREPARE", "EXECUTE", "DECLARE", "FETCH"; src/backend/commands/portalcmds.c.

#include "proxy/session/names.hpp"

#include <memory>
#include <string>
#include <variant>

namespace pgveil::proxy {

/// The prepared statement with the arguments in the places of $1 …, or what the server says of arguments
/// that do not fit.
[[nodiscard]] std::variant<std::string, protocol::ErrorFields> expand_execute(
    const Statement& prepared, const SqlExecute& execute);

/// FETCH, MOVE or CLOSE of another name: the name is the last thing that is said.
[[nodiscard]] std::string with_cursor_name(std::string_view sql, std::string_view name);

/// The plan of FETCH or MOVE on a cursor that does not pass: one of DECLARE, or a portal of the driver.
[[nodiscard]] std::shared_ptr<const PreparedPlan> plan_of_fetch(
    const std::shared_ptr<const Portal>& cursor, const SqlFetch& fetch);

/// Rows of a cursor that has them here; moves it.
[[nodiscard]] EvaluateResult fetch_rows(Portal& cursor, const SqlFetch& fetch);

/// What goes upstream for a Local plan: nothing that reads, or the FETCH on the server's empty cursor,
/// so that the server says whether the cursor is there.
[[nodiscard]] std::string local_sql(const PreparedPlan& plan);

/// The rows are made at DECLARE and kept here.
[[nodiscard]] const SqlDeclare* declares_buffered(const PreparedPlan& plan);

/// The server's cursor beside the rows that are kept here.
[[nodiscard]] std::string companion_sql(const SqlDeclare& declare);

}  // namespace pgveil::proxy
