#pragma once

/// Values in DDL: CREATE TABLE with defaults and CHECK constraints over columns that are to be sealed.
///   ssn text DEFAULT '000' CHECK (ssn <> '666')
///   ssn text DEFAULT NULL CHECK (ssn <> NULL)
/// The server is sent the second: it drops both again in the same transaction.
/// Thread rule: as SyntaxTree's.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::policy::sql {

/// The statement with other constants of the same kinds in the defaults of `columns`, and in CHECK
/// constraints that name one of them; everything else as spelled. Nothing: it cannot be written so.
[[nodiscard]] std::optional<std::string> without_values_of(std::string_view statement,
                                                           const std::set<std::string>& columns);

/// One action of ALTER TABLE.
struct AlterAction {
  enum class Kind { Default, Type, Other };
  Kind kind = Kind::Other;
  std::string column;  // Default, Type
};

/// Empty: not an ALTER TABLE.
[[nodiscard]] std::vector<AlterAction> alter_actions(std::string_view statement);

/// The statement without its CONCURRENTLY.
[[nodiscard]] std::string not_concurrently(std::string_view statement);

/// The expression has a constant in it.
[[nodiscard]] bool has_value(std::string_view expression);

}  // namespace pgveil::policy::sql
