#pragma once

/// CREATE TEMP TABLE AS and SELECT INTO TEMP over tagged columns: a Split whose rows are stored in the table
/// that the statement makes. A column that carries sealed values is sealed there: in the field that it comes
/// from and with its terms if it is a bare column that the role sees clear, else in the session's field.
/// Masked values are stored as masked. The table is the session's, and what it holds the role has seen.
///   CREATE TEMP TABLE t AS SELECT id, upper(last_name) AS name FROM patients
///   server  SELECT 0, int4send(id), last_name::bytea FROM public.patients
///   twin    SELECT id, upper(last_name) AS name FROM patients
///   write   CREATE TEMPORARY TABLE t (id, name) AS SELECT pgveil_1::int4, pgveil_2::pgveil.text FROM …
/// docs/adr/0019.

#include "policy/rewrite/in_place.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pgveil::policy {

struct FilledTable {
  struct Column {
    std::string name;
    TypeOid type = 0;
    std::int32_t typmod = -1;
  };

  std::string prefix;  // CREATE TEMPORARY TABLE t (id, name) AS
  std::string suffix;
  std::vector<Column> columns;  // of the query
  /// The field for computed values. Null: only say what would happen.
  std::function<std::optional<FieldId>()> field;
};

/// Patients: all whose rows are in the slice.
[[nodiscard]] std::variant<Split, Refuse> build_filled_table(const RewriteInput& input,
                                                             const FilledTable& table,
                                                             Evidence& evidence);

}  // namespace pgveil::policy
