#pragma once

/// What someone with the whole server, its logs and its backups learns from a sealed column, in words: a
/// ceiling, not an average. Printed by `pgveil check`. Pure.

#include "policy/model/policy.hpp"

#include <string>
#include <vector>

namespace pgveil::proxy::apply {

struct Leak {
  std::string column;  // schema.table.column
  std::string search;  // "equality, text"
  std::string at_once;
  std::string in_time;  // after watching every query for ever
  std::string never;
  std::string warning;  // a choice that shows more than its kind of data should; or empty
};

/// One per sealed column of the policy, in its order.
[[nodiscard]] std::vector<Leak> leaks_of(const policy::Policy& policy);
void print(const std::vector<Leak>& leaks, std::ostream& out);
void print_json(const std::vector<Leak>& leaks, std::ostream& out);

}  // namespace pgveil::proxy::apply
