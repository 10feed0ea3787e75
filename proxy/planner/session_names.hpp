#pragma once

/// What a statement has to do with names that live in one session: those that SQL gives to statements and
/// cursors, and relations that only the session sees.

#include "policy/model/catalog.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "proxy/session/services.hpp"
#include "proxy/twin/operations.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pgveil::proxy {

/// `inner_sql`, `inner`: the statement inside (PREPARE, DECLARE) and its plan. `effect`: of the whole one.
[[nodiscard]] SqlName sql_name(const policy::sql::SyntaxTree& syntax,
                               std::string inner_sql,
                               const std::shared_ptr<const PreparedPlan>& inner,
                               policy::SessionEffect effect);

/// Its answer depends on whether it stands in a transaction block.
[[nodiscard]] bool wants_block(const policy::sql::SyntaxTree& syntax);

/// The catalog as this session sees it: what it made or changed stands before what all see. The OIDs hold
/// for the one answer of the twin that `analysis` is of.
[[nodiscard]] std::unique_ptr<const policy::Catalog> with_session_objects(
    const policy::Catalog& catalog,
    const twin::Analysis& analysis,
    const std::vector<SealedInBlock>& sealed);

}  // namespace pgveil::proxy
