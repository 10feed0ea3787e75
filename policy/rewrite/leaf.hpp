#pragma once

/// The leaf: what stands for a relation so that the role's virtual table is all that the rest of the
/// statement can see. Masked columns that are not sealed become their masks, columns that the role may
/// not read become NULL, rows are filtered. Sealed columns stay sealed: they are opened and masked on
/// the way out.
///   patients → (SELECT "id", "ssn", <mask of zip> AS "zip" FROM "public"."patients" WHERE (not vip))

#include "policy/lineage/lineage.hpp"

#include <string>

namespace pgveil::policy {

/// The stored relation would show this role more than it may see, given what the statement reads.
[[nodiscard]] bool needs_leaf(Lineage& lineage, const Occurrence& at);
/// The SELECT that replaces it; every column, in order.
[[nodiscard]] std::string leaf_sql(Lineage& lineage, const Occurrence& at);
/// What an expression gets for one column: its name, its mask over the name, or a typed NULL.
[[nodiscard]] std::string column_sql(const Catalog& catalog, const ColumnView& view);
/// The type with its modifier, as SQL.
[[nodiscard]] std::string type_sql(const Catalog& catalog, TypeOid type, std::int32_t typmod);

}  // namespace pgveil::policy
