#pragma once

/// ORDER BY … LIMIT of a Split: the server sends the first rows only, in an order that never contradicts
/// the statement's, together with all that tie with the last of them. The twin sorts and cuts exactly.
///   ORDER BY last_name LIMIT 25 OFFSET 50
///   ORDER BY pgveil.order_term("last_name") FETCH FIRST (25 + 50) ROWS WITH TIES
/// Why that is enough: of all rows, at least LIMIT + OFFSET come before or tie with the last one sent, so a
/// row that was not sent has as many rows before it in the statement's order too.

#include "policy/rewrite/pushdown.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgveil::policy {

/// What stands behind WHERE in the arm of `at`; empty: every row is needed.
[[nodiscard]] std::string top_rows(Lineage& lineage,
                                   StatementEdit& edit,
                                   Pushdown& pushdown,
                                   const Occurrence& at,
                                   const std::vector<std::uint16_t>& free_literals);

/// ORDER BY and LIMIT that leave exactly the rows of the statement, however their equals are chosen;
/// nothing: the server does not know them.
[[nodiscard]] std::optional<std::string> exact_rows(
    Lineage& lineage,
    StatementEdit& edit,
    Pushdown& pushdown,
    const Occurrence& at,
    const std::vector<std::uint16_t>& free_literals);

/// A literal or parameter of the client; nothing: it is no constant.
[[nodiscard]] std::optional<std::string> constant_sql(
    const Lineage& lineage,
    StatementEdit& edit,
    const Node& node,
    const std::vector<std::uint16_t>& free_literals);

}  // namespace pgveil::policy
