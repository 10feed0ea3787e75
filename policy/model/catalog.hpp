#pragma once

/// What the planner knows of the logical schema: the relations, functions, operators and types of the
/// twin's `model` database, with what pgveil.sealed_column says of sealed columns.
/// proxy/catalog fills one; from then on it is immutable and shared between threads.
/// Source: PostgreSQL, "System Catalogs". OIDs are the twin's, which are the server's own for all
/// objects that existed when the twin was loaded.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pgveil::policy {

enum class TwinOid : std::uint32_t {};
/// What a sealed value is bound to; pgveil.field.id. Never reused, survives renames.
enum class FieldId : std::uint32_t {};
using TypeOid = std::uint32_t;

/// Which search terms the values of a column carry, completely.
struct TermSet {
  bool equality = false;
  bool folded = false;
  bool text = false;
  std::string range = {};  // the unit as policy.toml spells it: "month", "10"; empty: none
  std::string order = {};

  [[nodiscard]] bool any() const {
    return equality || folded || text || !range.empty() || !order.empty();
  }

  friend bool operator==(const TermSet&, const TermSet&) = default;
};

/// A column whose server type is a pgveil domain over bytea.
struct SealedColumn {
  FieldId field{0};
  TypeOid base_type = 0;  // the logical type's base type: text 25, varchar 1043, date 1082 …
  std::int32_t typmod = -1;
  TermSet terms;
  std::string server_type;  // quoted, qualified: pgveil.text

  friend bool operator==(const SealedColumn&, const SealedColumn&) = default;
};

struct CatalogColumn {
  std::string name;
  std::int16_t attnum = 0;  // the same on both sides
  TypeOid type = 0;         // logical, may be a domain or an enum
  std::int32_t typmod = -1;
  std::uint32_t collation = 0;
  bool not_null = false;
  bool has_default = false;
  bool generated_stored = false;
  char identity = 0;        // 'a', 'd' or 0
  std::string default_sql;  // logical default expression, empty if none
  std::optional<SealedColumn> sealed;
};

struct UniqueKey {
  std::string name;
  bool primary = false;
  std::vector<std::int16_t> columns;
};

/// A CHECK that names a sealed column: the server does not have it any more.
struct CheckConstraint {
  std::string name;
  std::vector<std::int16_t> columns;
  std::string expression;  // over the bare column names, everything else qualified
};

struct CatalogRelation {
  TwinOid oid{0};
  std::string schema;
  std::string name;
  char kind = 'r';            // pg_class.relkind
  bool is_catalog = false;    // pg_catalog or information_schema
  bool has_children = false;  // inheritance or partitions
  /// What it is a partition or child of, or, a materialized view, was filled from; at any height.
  std::vector<TwinOid> ancestors;
  bool logical_only = false;  // a view that exists on the twin only
  bool has_check = false;     // CHECK constraints that name a sealed column
  bool row_security = false;
  /// Row triggers that may change or skip a row before it is stored.
  bool before_insert = false;
  bool before_update = false;
  bool before_delete = false;
  bool session_only = false;           // temporary, or changed by the session's open transaction
  std::vector<CatalogColumn> columns;  // live columns, by attnum
  std::vector<UniqueKey> keys;
  std::vector<CheckConstraint> checks;  // by name; empty although has_check: not known yet

  [[nodiscard]] bool is_temporary() const { return session_only && schema == "pg_temp"; }

  [[nodiscard]] const CatalogColumn* column(std::int16_t attnum) const;
  [[nodiscard]] const CatalogColumn* column(std::string_view column_name) const;
};

struct CatalogFunction {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;
  char volatility = 'v';  // pg_proc.provolatile
  bool returns_set = false;
  bool builtin = false;  // lives in pg_catalog
  /// A body that may read or write tables or run dynamic SQL, directly or through what it calls.
  bool opaque = true;
  /// A body that calls what only the server knows (now(), nextval()), directly or through what it calls.
  bool uses_server_state = true;
};

struct CatalogOperator {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;  // "=", "<>", "~~" …
  TypeOid left = 0;
  TypeOid right = 0;
};

struct CatalogType {
  TypeOid oid = 0;
  std::string schema;
  std::string name;
  char kind = 'b';            // pg_type.typtype
  TypeOid base = 0;           // of a domain, else 0
  TypeOid element = 0;        // of a true array, else 0
  std::string sql_name;       // format_type(oid, NULL)
  std::string send_function;  // qualified, quoted: pg_catalog.int4send; empty: no binary form
};

class Catalog {
 public:
  std::uint64_t epoch = 0;
  std::unordered_map<std::uint32_t, CatalogRelation> relations;  // by oid
  std::unordered_map<std::uint32_t, CatalogFunction> functions;
  std::unordered_map<std::uint32_t, CatalogOperator> operators;
  std::unordered_map<TypeOid, CatalogType> types;

  [[nodiscard]] const CatalogRelation* relation(TwinOid oid) const;
  [[nodiscard]] const CatalogRelation* relation(std::string_view schema,
                                                std::string_view name) const;
  [[nodiscard]] const CatalogFunction* function(std::uint32_t oid) const;
  [[nodiscard]] const CatalogOperator* operator_of(std::uint32_t oid) const;
  [[nodiscard]] const CatalogType* type(TypeOid oid) const;
  /// The type under all domains; `oid` itself if it is none or unknown.
  [[nodiscard]] TypeOid base_type(TypeOid oid) const;
};

}  // namespace pgveil::policy
