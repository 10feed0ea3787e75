#pragma once

/// What can be asked of the twin, as values. PostgreSQL's own answer to a statement that it does not
/// like is a protocol::ErrorFields, unchanged; so is "the twin is not ready" (57P03).
/// Nothing here is ever printed: statements, parameters and rows are personal data.

#include "protocol/bytes.hpp"
#include "protocol/message/errors.hpp"
#include "protocol/message/rows.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pgveil::proxy::twin {

/// Either what was asked for, or the error that the client gets.
template <class T>
using Answer = std::variant<T, protocol::ErrorFields>;

/// Whom and under which settings a statement runs. `settings` are names with values as SHOW prints
/// them; two equal states make a connection usable again without a round trip. client_encoding is
/// always UTF8 in the twin and is ignored here.
struct SessionState {
  std::string role;  // SET ROLE; empty: the twin's own unprivileged login
  std::vector<std::pair<std::string, std::string>> settings;
  /// Statements run first, in the same transaction: temporary tables and uncommitted schema changes of
  /// the session. Rolled back with everything else.
  std::vector<std::string> prelude;

  friend bool operator==(const SessionState&, const SessionState&) = default;
};

struct SessionColumn {
  std::string name;
  std::int16_t attnum = 0;
  std::uint32_t type = 0;
  std::int32_t typmod = -1;
  bool not_null = false;
  bool has_default = false;  // also identity and generated
};

/// A relation that the prelude made or changed. OIDs hold for this answer only.
struct SessionRelation {
  std::uint32_t oid = 0;
  std::string schema;  // pg_temp for all temporary ones
  std::string name;
  char kind = 'r';
  std::vector<SessionColumn> columns;
};

/// A function that came with a type of the prelude: the constructors of ranges. They compute.
struct SessionFunction {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;
};

struct Analysis {
  /// One list of QUERY nodes for the statement, as debug_print_rewritten shows it. Utility statements
  /// show `:utilityStmt ?`.
  std::vector<std::string> query_trees;
  std::vector<std::uint32_t> parameter_types;
  std::optional<protocol::RowDescription> columns;  // absent: the statement returns no rows
  std::vector<SessionRelation> session_relations;
  std::vector<SessionFunction> session_functions;
};

struct Parameter {
  std::int16_t format = 0;
  std::optional<protocol::Bytes> value;  // absent: NULL
};

struct Statement {
  std::string sql;
  std::vector<std::uint32_t> parameter_types;  // as analysed; 0 lets PostgreSQL infer
  std::vector<Parameter> parameters;
  std::vector<std::int16_t> result_formats;  // none: all text; one: for all; else one per column
};

/// Rows of one relation. `copy` is a complete binary COPY stream: signature, rows, trailer.
struct SliceRows {
  std::string schema;
  std::string name;
  std::vector<std::string> columns;
  protocol::Bytes copy;
  std::uint64_t rows = 0;
  /// Rows that the statement may change: it finds them in the relation like all others, and what it
  /// made of them can be asked for afterwards. The last column is then `pgveil_ctid`.
  bool is_target = false;
  std::string kept_as = {};  // its name in pgveil_target; empty: any
};

/// Where the rows of an evaluation go, on the thread that called.
class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;
  /// Once, before the first row; not called for a statement without rows.
  virtual void on_columns(const protocol::RowDescription& columns) = 0;
  /// The body of a DataRow, valid during the call. false gives up: the statement is cancelled.
  [[nodiscard]] virtual bool on_row(protocol::ByteView body) = 0;
};

/// What is asked after a statement that changed rows of a slice: `selected` of its target's rows, which
/// are called `new`, with the statement's own parameters.
struct ChangedRows {
  std::string selected;
  bool only_changed = true;  // false: all that are left
  std::vector<std::int16_t> formats;
  RowSink* sink = nullptr;
};

struct Outcome {
  std::string tag;  // "SELECT 3"; empty for an empty statement
  std::uint64_t rows = 0;
  std::vector<protocol::ErrorFields> notices;  // what functions raised, in order
  std::vector<std::uint32_t> own_numbers;      // run_local with a prelude: see own_numbers.hpp
};

/// A value to be read, cast and written by PostgreSQL.
struct Conversion {
  std::uint32_t from = 0;  // the type that `value` is a value of
  std::uint32_t to = 0;    // the type of the result; a cast if it is another one
  /// Not -1: the value is also made to fit it as an assignment does (22001, rounding, padding).
  std::int32_t typmod = -1;
  std::int16_t from_format = 0;
  std::int16_t to_format = 1;
  protocol::Bytes value;
};

/// One entry per conversion.
using Converted = std::vector<Answer<protocol::Bytes>>;

/// 57P03: what clients get while there is no twin.
[[nodiscard]] protocol::ErrorFields not_ready();

}  // namespace pgveil::proxy::twin
