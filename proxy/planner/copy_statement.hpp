#pragma once

/// COPY as the planner sees it: the statement that is planned in its place, and what is made of that plan.
/// Source: PostgreSQL 15, src/backend/commands/copy.c (DoCopy, CopyGetAttnums).

#include "policy/decide/decide.hpp"
#include "proxy/session/services.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgveil::proxy {

struct CopyStatement {
  const policy::CatalogRelation* relation = nullptr;  // null: COPY (query), or unknown
  std::vector<std::string> columns;                   // of the relation, as they are copied
  std::string query;                                  // empty: nothing of it can be tagged
};

/// Columns and query of COPY of a table. The error is PostgreSQL's, about the list of columns.
[[nodiscard]] std::optional<protocol::ErrorFields> describe_copy(
    const policy::DecideContext& context,
    const policy::sql::SyntaxTree& syntax,
    CopyStatement& copy);

/// `inner`: the query's plan after policy::decide_copy. The error is PostgreSQL's, about the options.
[[nodiscard]] std::optional<protocol::ErrorFields> finish_copy(
    const policy::sql::SyntaxTree& syntax,
    const CopyStatement& copy,
    PreparedPlan inner,
    PreparedPlan& out);

}  // namespace pgveil::proxy
