#pragma once

/// Inside policy/sql: reads the facts of a parsed statement. See statement.hpp and syntax_tree.hpp.

#include "policy/sql/statement.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "policy/sql/tree.hpp"

#include <string>
#include <vector>

namespace pgveil::policy::sql {

/// The clause of SELECT INTO stands in the first arm of a set operation. Null: there is none.
[[nodiscard]] PgQuery__IntoClause* into_of(const PgQuery__Node& statement);
[[nodiscard]] StatementKind kind_of(const PgQuery__Node& statement);
[[nodiscard]] StatementFacts facts_of(PgQuery__Node& statement);
/// The text of a SELECT INTO with blanks for the clause; empty: it could not be found.
[[nodiscard]] std::string without_into(const PgQuery__Node& statement, std::string_view sql);
/// `sql` is the text of the statement, within the bounds.
[[nodiscard]] UtilityFacts utility_of(const PgQuery__Node& statement, std::string_view sql);
[[nodiscard]] TableDdl table_ddl(const PgQuery__Node& statement);

/// A constant as text: digits, the string's value, "true"; empty for NULL and what is no constant.
[[nodiscard]] std::string constant_text(const PgQuery__Node* node);

/// What one walk over the tree finds; each sorted by location, without duplicates.
struct References {
  std::vector<TableRef> tables;
  std::vector<ParameterRef> parameters;
  std::vector<std::string> cte_names;

  struct Constant {
    std::int32_t location = -1;
    bool expression = true;  // false: a $n could not stand there (type modifiers, CYCLE, XML)
  };

  std::vector<Constant> constants;
};

[[nodiscard]] References references_of(PgQuery__Node& statement);

/// Names in object lists (DROP TABLE a, COMMENT ON COLUMN a.b), which are no RangeVar.
[[nodiscard]] std::vector<TableRef> named_objects(const PgQuery__Node& statement);

}  // namespace pgveil::policy::sql
