#pragma once

/// PostgreSQL analyses `SELECT age(dob) … GROUP BY age(dob)` into one call with one location: the second
/// text stands in no tree. What is replaced at the first place has to be replaced at the others too.

#include "policy/lineage/lineage.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::policy {

/// Calls, and values like CURRENT_DATE, that the analysed tree does not hold.
class Copies {
 public:
  explicit Copies(const Lineage& lineage);

  /// Those that are written like the one at `where`, but for the qualifiers of names.
  [[nodiscard]] std::vector<sql::NodeRef> of(sql::NodeRef where) const;

  /// The analysed tree holds what stands there.
  [[nodiscard]] bool is_analysed(std::int32_t location) const { return seen_.contains(location); }

 private:
  const sql::SyntaxTree& syntax_;
  std::set<std::int32_t> seen_;
  std::vector<sql::NodeRef> unseen_;
};

/// `age(p.dob)` as `age(dob)`.
[[nodiscard]] std::string without_qualifiers(std::string_view sql);

}  // namespace pgveil::policy
