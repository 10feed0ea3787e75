#pragma once

/// A table as the server has it, with all that hangs on its columns; and what schema pgveil says of it.
/// Read by `plan` without a lock and by `apply` again under one.
/// Source: PostgreSQL, "System Catalogs". Threads: as the connection.

#include "policy/model/catalog.hpp"
#include "proxy/apply/error.hpp"
#include "proxy/apply/view_use.hpp"
#include "proxy/keys/pg.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pgveil::proxy::apply {

using AttributeSet = std::set<std::int16_t>;

/// A row of pgveil.sealed_column.
struct SealedState {
  std::string schema;
  std::string table;
  std::string column;
  std::int16_t attnum = 0;
  policy::FieldId field{0};
  std::string field_name;
  std::string logical_type;  // as format_type prints it
  policy::TypeOid base_type = 0;
  std::int32_t typmod = -1;
  bool not_null = false;
  std::optional<std::string> default_sql;
  policy::TermSet terms;
  std::uint16_t pad = 0;
  std::optional<std::string> collation_sql;
  std::string storage;      // pg_attribute.attstorage
  std::string compression;  // pg_attribute.attcompression, or empty
};

struct ColumnState {
  std::int16_t attnum = 0;
  std::string name;
  std::string type_sql;  // as format_type prints it
  policy::TypeOid base_type = 0;
  std::string base_name;  // pg_type.typname of it
  std::int32_t typmod = -1;
  bool not_null = false;
  std::optional<std::string> default_sql;
  bool identity = false;
  bool generated = false;
  std::optional<std::string> collation_sql;
  std::string storage;
  std::string compression;
  bool deterministic = true;    // its collation takes only equal bytes for equal
  bool compares_bytes = false;  // its collation is C or its like
  bool is_sealed = false;       // its type is a domain of schema pgveil
};

struct IndexKey {
  std::int16_t attnum = 0;  // 0: an expression
  bool is_key = true;       // false: INCLUDE
  std::string sql;
  bool descending = false;
  bool nulls_first = false;
};

struct IndexState {
  std::string name;
  bool unique = false;
  bool exclusion = false;
  bool immediate = true;
  bool replica_identity = false;
  bool clustered = false;
  std::string method;
  std::string definition;  // CREATE INDEX …
  std::optional<std::string> predicate;
  bool nulls_not_distinct = false;
  std::optional<std::string> constraint;  // name, if the index belongs to one
  std::string constraint_definition;      // UNIQUE (…)
  std::optional<std::string> comment;
  AttributeSet columns;  // all that it needs, also in expressions and in its predicate
  std::vector<IndexKey> keys;
};

struct ConstraintState {
  std::string name;
  char type = 'c';  // c, f
  std::string definition;
  std::optional<std::string> comment;
  std::string description;  // "constraint x on table y"
  AttributeSet columns;
};

/// Triggers, policies, generated columns, functions, statistics, sequences.
struct DependentState {
  std::int16_t attnum = 0;
  std::string kind;         // the catalog: pg_trigger …
  std::string description;  // "trigger x on table y"
  std::string oid;
};

struct StatisticsState {
  std::string schema;
  std::string name;
  std::string definition;
  std::string oid;
  std::optional<std::string> comment;
};

struct ViewState {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;
  bool materialized = false;
  std::string owner;
  std::string options;
  std::string query;      // SELECT …
  std::string tree;       // pg_rewrite.ev_action
  bool has_more = false;  // triggers, rules or column defaults of its own
  std::set<std::uint32_t> relations;
  std::vector<std::string> rights;  // statements: grants, comments
};

struct TableState {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;
  char kind = 'r';
  bool in_hierarchy = false;  // a partition, a parent or a child
  bool typed = false;
  char persistence = 'p';
  std::uint64_t rows = 0;  // the planner's estimate
  std::uint64_t bytes = 0;
  std::string triggers;              // names
  std::vector<ColumnState> columns;  // by attnum
  std::vector<IndexState> indexes;
  std::vector<ConstraintState> constraints;
  std::vector<DependentState> dependents;
  std::vector<StatisticsState> statistics;
  std::vector<ViewState> views;  // one that names another comes after it

  [[nodiscard]] const ColumnState* column(std::string_view column_name) const;
  [[nodiscard]] const ColumnState* column(std::int16_t attnum) const;
  /// "schema"."name"
  [[nodiscard]] std::string sql_name() const;

  /// schema.name, for messages
  [[nodiscard]] std::string text_name() const { return schema + '.' + name; }
};

/// No value: there is no such relation.
[[nodiscard]] Result<std::optional<TableState>> read_table(keys::PgConnection& connection,
                                                           const std::string& schema,
                                                           const std::string& name);

/// All rows of pgveil.sealed_column; none if the schema is not there.
[[nodiscard]] Result<std::vector<SealedState>> read_sealed(keys::PgConnection& connection);

/// Every column of the database whose type is a domain of schema pgveil, views' columns too.
[[nodiscard]] Result<SealedAttributes> read_sealed_attributes(keys::PgConnection& connection);

/// "1 2 3" → {1, 2, 3}
[[nodiscard]] std::vector<std::int64_t> numbers_of(const std::string& text);

}  // namespace pgveil::proxy::apply
