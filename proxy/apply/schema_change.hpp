#pragma once

/// DDL that a client sends for a table with sealed columns, or for one that the policy wants sealed: what
/// the server has to be sent instead, so that no plaintext is ever stored and indexes lie over terms. What
/// the statement means is not guessed: the twin runs it in a transaction that is rolled back, and the
/// table before is compared with the table after.
/// Threads: as the connection; blocks.

#include "policy/model/role_view.hpp"
#include "policy/sql/statement.hpp"
#include "proxy/apply/table_plan.hpp"
#include "proxy/keys/key_encryption_key.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pgveil::proxy::apply {

struct ChangeRequest {
  std::string sql;  // the client's statement
  policy::sql::TableDdl kind = policy::sql::TableDdl::None;
  bool concurrently = false;         // CREATE INDEX, DROP INDEX
  std::vector<std::string> names;    // relations that it names, quoted
  std::vector<std::string> prelude;  // what the session's open block has done before
  std::string user;                  // whose rights count; empty: the connection's
  std::string search_path;
  const policy::RoleView* role = nullptr;    // whose tags, masks and fields
  const policy::Catalog* catalog = nullptr;  // which columns are sealed
};

/// A statement for the server.
struct ServerStatement {
  std::string sql;
  std::string if_exists;  // only if this relation is there; empty: always
};

/// A row of pgveil.logical_object that goes.
struct GoneObject {
  std::string kind;
  std::string schema;
  std::string table;
  std::string name;
};

/// A column that is sealed from now on. Its field may have to be made.
struct NewSealedColumn {
  std::string schema;
  std::string table;
  ColumnState column;
  ColumnChange change;
  /// What the rows that are there get: canonical bytes, hexadecimal. Absent: NULL.
  std::optional<std::string> initial = {};
};

/// Stands for the sealed initial value in the statement that adds the column.
inline constexpr std::string_view kInitialValue = "{initial value}";

/// A sealed column with another default or a wider type: the server has neither.
struct ChangedColumn {
  std::string schema;
  std::string table;
  ColumnState column;
};

struct SchemaChange {
  /// The client's own statement does it: nothing sealed is concerned.
  bool plain = false;
  std::vector<std::string> absent;  // conditions that must not hold before
  std::vector<ServerStatement> statements;
  std::vector<NewSealedColumn> sealed;
  std::vector<ChangedColumn> changed;
  std::vector<LogicalObject> logical;
  std::vector<GoneObject> gone;
  /// Tables with tagged columns that lose rows or such columns, as schema and name.
  std::vector<std::pair<std::string, std::string>> losing;
  std::optional<Problem> problem;  // it cannot be done
};

/// `twin`: to the model database, as its superuser. An error is PostgreSQL's own about the statement.
[[nodiscard]] Result<SchemaChange> plan_change(keys::PgConnection& twin,
                                               const ChangeRequest& request);

struct PreparedChange {
  std::string token;
  std::vector<policy::FieldId> fields;  // one per SchemaChange::sealed
  std::string initial_value;            // sealed, hexadecimal
};

/// Makes the fields that the change needs and leaves in schema pgveil what the statement will record there
/// (pgveil.take_change). One transaction of the admin login.
[[nodiscard]] Result<PreparedChange> prepare_change(keys::PgConnection& admin,
                                                    const keys::KeyEncryptionKey& kek,
                                                    const SchemaChange& change,
                                                    const std::string& login);

/// One statement that does all of it, in whatever transaction it is run.
[[nodiscard]] std::string change_statement(const SchemaChange& change, const std::string& token);

}  // namespace pgveil::proxy::apply
