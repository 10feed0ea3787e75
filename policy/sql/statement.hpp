#pragma once

/// What kind of statement it is and what stands at its top level: plain facts that SyntaxTree fills.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgveil::policy::sql {

enum class StatementKind {
  Select,  // also VALUES and TABLE t
  Insert,
  Update,
  Delete,
  Merge,
  SelectInto,
  CreateTableAs,  // also CREATE MATERIALIZED VIEW
  View,
  Transaction,
  Set,  // SET, RESET
  SetConstraints,
  Show,
  Discard,
  Prepare,
  Execute,
  Deallocate,
  Declare,
  Fetch,  // also MOVE
  ClosePortal,
  Copy,
  Explain,
  Listen,
  Notify,
  Unlisten,
  Lock,
  Truncate,
  Vacuum,
  Analyze,
  Cluster,
  Reindex,
  Refresh,  // REFRESH MATERIALIZED VIEW
  Comment,
  Grant,   // also REVOKE, of objects and of roles
  Role,    // CREATE, ALTER, DROP ROLE, also ALTER ROLE … SET
  System,  // ALTER SYSTEM, CREATE/ALTER/DROP DATABASE and TABLESPACE
  Code,  // what brings code to the server: functions, triggers, rules, policies, operators, casts,
         // extensions, languages, foreign servers and tables, publications, subscriptions
  Ddl,   // every other CREATE, ALTER, DROP
  Do,
  Call,
  Checkpoint,
  Load,
  Other
};

/// Top level facts of SELECT, INSERT, UPDATE, DELETE, MERGE.
struct StatementFacts {
  bool plain_select = false;  // SELECT without set operation; not VALUES
  bool set_operation = false;
  bool values = false;  // VALUES (…), as statement or as the source of INSERT
  std::uint32_t values_rows = 0;
  bool with = false;
  bool with_modifying = false;  // a WITH query, at any depth, that is not a SELECT
  bool distinct = false;
  bool distinct_on = false;
  bool group_by = false;
  bool having = false;
  bool window_clause = false;
  bool where = false;
  bool order_by = false;
  bool limit = false;  // LIMIT or FETCH FIRST
  bool offset = false;
  bool with_ties = false;
  bool locking = false;  // FOR UPDATE, SHARE … at the top level
  bool locking_anywhere = false;
  bool into = false;
  bool returning = false;
  bool on_conflict = false;
  bool on_conflict_update = false;
  bool insert_columns = false;  // INSERT has a column list
  bool default_values = false;  // INSERT … DEFAULT VALUES
  bool insert_select = false;   // INSERT … SELECT (not VALUES)
  bool overriding = false;      // OVERRIDING SYSTEM or USER VALUE
  bool overriding_user = false;
  /// DEFAULT stands for a value: positions in the INSERT's list of columns where it does in every row,
  /// names of the columns that an UPDATE sets to it.
  std::vector<std::uint32_t> default_positions;
  std::vector<std::string> default_columns;
  bool default_mixed = false;  // in some rows of VALUES only
  bool where_current_of = false;
  std::uint32_t outputs = 0;  // items of the SELECT or RETURNING list, stars counted once
  std::vector<std::string> insert_column_names;
  std::vector<std::string> conflict_columns;  // ON CONFLICT (a, b); "" for an expression
  std::string conflict_constraint;            // ON CONFLICT ON CONSTRAINT name
};

enum class TransactionKind {
  None,
  Begin,     // also START TRANSACTION
  Commit,    // also END
  Rollback,  // also ABORT
  Savepoint,
  Release,
  RollbackTo,
  Prepare,
  CommitPrepared,
  RollbackPrepared
};

/// FETCH, MOVE.
enum class FetchDirection { Forward, Backward, Absolute, Relative };

/// A statement inside a utility statement: its bytes in the client's text, so that locations in the
/// inner tree are offsets from `location` and a rewritten one can be spliced back.
struct InnerStatement {
  std::uint32_t location = 0;
  std::uint32_t length = 0;
};

/// An argument of EXECUTE.
struct ExecuteArgument {
  std::string sql;  // as spelled
  bool constant = false;

  friend bool operator==(const ExecuteArgument&, const ExecuteArgument&) = default;
};

/// One option of COPY.
struct CopyOption {
  std::string name;                  // lower case
  std::optional<std::string> value;  // a constant
  std::vector<std::string> names;    // a list of columns
  bool star = false;                 // *
};

/// DDL on ordinary tables that can be followed column by column.
enum class TableDdl {
  None,    // something else, or with parts whose effect is not followed
  Create,  // CREATE TABLE of columns and constraints only
  Alter,   // actions that compute nothing from stored values; also RENAME
  Index,   // CREATE INDEX
  DropTable,
  DropIndex
};

struct UtilityFacts {
  TableDdl table_ddl = TableDdl::None;
  /// EXPLAIN, PREPARE, DECLARE, CREATE TABLE AS, SELECT INTO, CREATE VIEW, COPY (query). Absent also when the text
  /// could not be cut out with certainty; then has_inner is true and the statement is not understood.
  std::optional<InnerStatement> inner;
  bool has_inner = false;
  /// SELECT INTO: the statement's text with blanks for the INTO clause; `inner` is all of it.
  std::string into_query;
  /// PREPARE, EXECUTE, DEALLOCATE (empty: ALL), DECLARE, FETCH, CLOSE (empty: ALL), savepoint, LISTEN,
  /// NOTIFY, UNLISTEN (empty: *), CREATE TABLE, TABLE AS, VIEW, SEQUENCE (without the schema), the new name of a table, SET/SHOW/RESET variable (empty: RESET ALL), prepared transaction.
  std::string name;
  std::vector<std::string> prepare_types;  // SQL of PREPARE's declared parameter types

  TransactionKind transaction = TransactionKind::None;
  bool chain = false;  // COMMIT AND CHAIN

  bool set_local = false;
  bool set_reset = false;               // RESET, RESET ALL, SET … TO DEFAULT
  bool set_multi = false;               // SET TRANSACTION, SET SESSION CHARACTERISTICS
  std::vector<std::string> set_values;  // constants as text, one per list item

  bool copy_from = false;
  bool copy_program = false;
  bool copy_file = false;  // a file or program on the server; neither: STDIN or STDOUT
  bool copy_where = false;
  std::vector<std::string> copy_columns;
  std::vector<CopyOption> copy_options;  // also of the old syntax: CSV HEADER
  /// COPY, EXPLAIN, VACUUM, BEGIN, SET TRANSACTION: lower-case name, and the value if it is a constant.
  std::vector<std::pair<std::string, std::string>> options;

  bool fetch_move = false;
  FetchDirection fetch_direction = FetchDirection::Forward;
  std::int64_t fetch_count = 1;  // kFetchAll: ALL
  bool cursor_no_scroll = false;
  bool cursor_hold = false;
  bool cursor_binary = false;

  bool explain_analyze = false;
  bool discard_all = false;
  bool discard_temp = false;  // ALL and TEMP
  bool temporary = false;     // CREATE TEMP TABLE, TABLE AS, VIEW, SEQUENCE; SELECT INTO TEMP
  bool drop_on_commit = false;
  bool if_not_exists = false;  // CREATE TABLE AS
  bool drops = false;          // DROP of relations
  bool cascade = false;
  bool concurrently = false;  // CREATE INDEX, DROP INDEX
  bool materialized = false;  // CREATE MATERIALIZED VIEW
  std::vector<ExecuteArgument> execute_arguments;
};

inline constexpr std::int64_t kFetchAll = std::numeric_limits<std::int64_t>::max();

[[nodiscard]] const char* name(StatementKind kind);

}  // namespace pgveil::policy::sql
