#pragma once

/// What an analysed tree mentions at all, found without understanding it: the relations, the functions
/// and where its constants stand. A statement may only pass untouched if nothing here is tagged, so this
/// walk knows no node type and skips nothing.

#include "policy/sql/node_text.hpp"

#include <cstdint>
#include <set>

namespace pgveil::policy {

struct Survey {
  std::set<std::uint32_t> relations;  // every RANGETBLENTRY's relid, views included
  std::set<std::uint32_t> functions;  // called, also as operators, aggregates and windows
  std::set<std::int32_t> constants;   // locations
  bool modifies = false;              // some QUERY in it is not a SELECT
};

[[nodiscard]] Survey survey(const sql::Node& root);

}  // namespace pgveil::policy
