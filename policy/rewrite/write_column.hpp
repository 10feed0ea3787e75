#pragma once

/// How values of an unsealed column travel from the twin to the server.

#include "policy/model/catalog.hpp"
#include "policy/rewrite/plan.hpp"

#include <string>

namespace pgveil::policy {

inline constexpr TypeOid kBytea = 17;

/// The array's element type, and the form in which the twin yields a value.
[[nodiscard]] WriteColumn plain_column(const Catalog& catalog, std::string name, TypeOid type);

}  // namespace pgveil::policy
