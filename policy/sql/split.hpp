#pragma once

/// Cuts the text of a Query message into its statements, syntactically. Semicolons inside strings,
/// comments, dollar quotes, parentheses (CREATE RULE) and BEGIN ATOMIC bodies do not end a statement.
/// The server parses the whole text before it runs the first statement: plan all of them before the
/// first is sent, so that an error in the last one leaves nothing done.
/// Thread rule: a text with the word ATOMIC goes through libpg_query, so run it on the worker pool.

#include "policy/sql/bounds.hpp"
#include "policy/sql/error.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace pgveil::policy::sql {

/// Bytes of the text from the first token of a statement to its last, without the semicolon.
struct StatementRange {
  std::uint32_t location = 0;
  std::uint32_t length = 0;

  friend bool operator==(const StatementRange&, const StatementRange&) = default;
};

/// In order; empty statements are dropped. An empty result is PostgreSQL's EmptyQueryResponse.
/// Errors: Syntax, TooLarge, TooDeep.
[[nodiscard]] Result<std::vector<StatementRange>> split(std::string_view sql,
                                                        const SqlLimits& limits = {});

}  // namespace pgveil::policy::sql
