#pragma once

/// Inside policy/sql: puts `$n` in place of expressions for the time of a deparse.

#include "policy/sql/scan.hpp"
#include "policy/sql/tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgveil::policy::sql {

/// What was overwritten comes back when it goes out of scope.
class Markers {
 public:
  explicit Markers(Arena& arena);

  Markers(const Markers&) = delete;
  Markers& operator=(const Markers&) = delete;
  ~Markers();

  void put(PgQuery__Node& place, std::uint32_t number);

 private:
  Arena& arena_;
  struct Saved;
  std::vector<Saved> saved_;
};

/// n of a `$n` token; 0 for anything else.
[[nodiscard]] std::uint32_t parameter_number(const Token& token, std::string_view sql);

}  // namespace pgveil::policy::sql
