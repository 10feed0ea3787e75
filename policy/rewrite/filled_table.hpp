#pragma once

/// CREATE TABLE AS and SELECT INTO over tagged columns: a Split whose rows are stored in the table that the
/// statement makes. A column that carries sealed values is sealed there. Masked values are stored as masked.
/// A temporary table is the session's, and what it holds the role has seen: a bare column that the role sees
/// clear keeps field and terms, what is computed is sealed in the session's field.
/// A table that stays has to stand in the policy, which says how its columns are sealed and who sees them;
/// the same statement records in schema pgveil that they are.
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
    std::optional<ValueUse> sealed = {};  // as the policy wants it: tables that stay
  };

  bool stays = false;      // not temporary
  bool in_policy = false;  // a table that stays: the policy names it
  std::string schema;  // where it will be; of one that the policy does not name, as far as known
  std::string name;
  std::string prefix;  // CREATE TEMPORARY TABLE t (id, name) AS
  std::string suffix;
  std::vector<Column> columns;  // of the query
  std::string record;  // SQL that notes the sealed columns in schema pgveil; empty: nothing to note
  /// The field for computed values. Null: only say what would happen.
  std::function<std::optional<FieldId>()> field;
};

/// Patients: all whose rows are in the slice.
[[nodiscard]] std::variant<Split, Refuse> build_filled_table(const RewriteInput& input,
                                                             const FilledTable& table,
                                                             Evidence& evidence);

}  // namespace pgveil::policy
