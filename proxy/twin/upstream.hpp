#pragma once

/// The upstream schema as one value: what pg_dump says of it, the roles, and what schema pgveil says of
/// sealed columns. Enough to make a twin without asking upstream again.
/// The admin login needs no superuser: it reads the catalogs, and pg_dump takes an ACCESS SHARE lock on
/// each table, which needs SELECT on it.
/// Errors: Upstream, Program. Threads: any; blocks.

#include "proxy/twin/control.hpp"
#include "proxy/twin/script.hpp"
#include "proxy/twin/twin.hpp"

#include <string>
#include <vector>

namespace pgveil::proxy::twin {

struct UpstreamRole {
  std::uint32_t oid = 0;
  std::string name;
  bool superuser = false;
  bool inherits = true;
  bool can_login = false;
  bool bypasses_rls = false;
};

/// A column that the server stores as a pgveil domain.
struct SealedName {
  std::string schema;
  std::string table;
  std::string column;
  std::string logical_type;  // as format_type prints it: character varying(20)
  std::string default_sql;   // over the logical type; empty: none
};

/// What only makes sense over logical types, and so is not in the server's own catalog.
struct LogicalObject {
  std::string kind;  // constraint, index, check, statistics, view; default
  std::string schema;
  std::string table;
  std::string name;
  std::string definition;  // as pg_get_constraintdef, pg_get_indexdef, pg_get_viewdef print it
  std::string owner;
  std::string restore_sql;  // complete, with rights and comments; may be empty
};

struct UpstreamSchema {
  std::string database;
  std::uint32_t database_oid = 0;
  std::string database_owner;
  std::string encoding;
  std::string collate;
  std::string ctype;
  char locale_provider = 'c';
  std::string icu_locale;
  std::string collation_version;
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<UpstreamRole> roles;
  std::vector<std::pair<std::string, std::string>> members;  // group, member
  std::vector<std::pair<std::string, std::string>> rights;   // in the database: SQL of whom, right
  std::vector<SealedName> sealed;
  std::vector<LogicalObject> logical;
  bool binary_upgrade = true;  // the dump carries OIDs
  std::vector<DumpEntry> dump;
};

[[nodiscard]] Result<UpstreamSchema> read_upstream(const TwinConfig& config);

}  // namespace pgveil::proxy::twin
