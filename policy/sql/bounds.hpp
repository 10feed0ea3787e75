#pragma once

/// What may be given to libpg_query. Its protobuf reader and its deparser recurse without a check of
/// their own and die of `1+1+…`, so size, nesting and chains are counted here first, lexically.
/// Source of the numbers: measured; a stack of 64 MB carries 10,000 levels through parse and deparse,
/// one of 8 MB about 1,000. The functions of SyntaxTree check by themselves.

#include "policy/sql/error.hpp"
#include "policy/sql/scan.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace pgveil::policy::sql {

struct SqlLimits {
  std::uint32_t max_bytes = 1U << 20;
  std::uint32_t max_tokens = 200'000;
  /// Levels of the tree: nesting plus operator, UNION and JOIN chains, counted so that the real tree
  /// is never deeper. 10,000 needs threads with 64 MB of stack.
  std::uint32_t max_depth = 10'000;
};

/// Errors: TooLarge, TooDeep, Syntax (what scan says).
[[nodiscard]] Result<void> check_bounds(std::string_view sql, const SqlLimits& limits);

/// The same for text that is already scanned.
[[nodiscard]] Result<void> check_bounds(std::string_view sql,
                                        const std::vector<Token>& tokens,
                                        const SqlLimits& limits);

/// An upper bound of the depth of the tree that the grammar will build.
[[nodiscard]] std::uint32_t depth_bound(std::string_view sql, const std::vector<Token>& tokens);

}  // namespace pgveil::policy::sql
