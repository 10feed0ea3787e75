#include "proxy/twin/logical.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace pgveil::proxy::twin {
namespace {

constexpr std::string_view kDomainPrefix = "pgveil.";

// Objects that act by themselves, hold passwords, or describe data that is not there.
constexpr std::array<std::string_view, 11> kNeverMirrored{
    "BLOB",         "BLOB METADATA", "DATABASE PROPERTIES",         "EVENT TRIGGER",
    "LARGE OBJECT", "PUBLICATION",   "PUBLICATION TABLE",           "SEQUENCE SET",
    "SUBSCRIPTION", "USER MAPPING",  "PUBLICATION TABLES IN SCHEMA"};

// Schema pgveil describes these over the logical types.
constexpr std::array<std::string_view, 6> kRestoredFromPgveil{
    "CHECK CONSTRAINT", "CONSTRAINT", "FK CONSTRAINT", "INDEX", "POLICY", "STATISTICS"};

constexpr std::array<std::string_view, 12> kNotForWork{
    "CHECK CONSTRAINT", "COMMENT", "DEFAULT",      "DEFAULT ACL", "FK CONSTRAINT", "INDEX",
    "INDEX ATTACH",     "POLICY",  "ROW SECURITY", "STATISTICS",  "TABLE ATTACH",  "TRIGGER"};

template <std::size_t N>
bool has(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// The name at the front of `text`, quoted or not, as written; empty if there is none.
std::string_view leading_name(std::string_view text) {
  if (text.starts_with('"')) {
    std::size_t at = 1;
    while (at < text.size()) {
      if (text[at] == '"') {
        if (at + 1 >= text.size() || text[at + 1] != '"') {
          return text.substr(0, at + 1);
        }
        ++at;
      }
      ++at;
    }
    return {};
  }
  const std::size_t end = text.find_first_of(" ,;()\n");
  return text.substr(0, std::min(end, text.size()));
}

std::string unquote(std::string_view name) {
  if (!name.starts_with('"')) {
    return std::string(name);
  }
  std::string plain;
  for (std::size_t at = 1; at + 1 < name.size(); ++at) {
    plain += name[at];
    if (name[at] == '"') {
      ++at;
    }
  }
  return plain;
}

void replace_first(std::string& text, std::string_view what, std::string_view by) {
  if (const std::size_t at = text.find(what); at != std::string::npos) {
    text.replace(at, what.size(), by);
  }
}

/// Makes `)\n<clause> …;` a mere `);`.
void cut_clause(std::string& sql, std::string_view clause) {
  const std::size_t at = sql.find("\n)\n" + std::string(clause));
  if (at == std::string::npos) {
    return;
  }
  const std::size_t end = sql.find(";\n", at);
  if (end != std::string::npos) {
    sql.replace(at, end - at, "\n)");
  }
}

/// What pg_dump alters of a foreign table, for a plain one: options of columns go, the owner stays.
void make_plain(std::string& sql) {
  constexpr std::string_view kAlter = "\nALTER FOREIGN TABLE ";
  for (std::size_t at = sql.find(kAlter); at != std::string::npos; at = sql.find(kAlter, at)) {
    const std::size_t line_end = std::min(sql.find('\n', at + 1), sql.size());
    const std::size_t end = sql.find(";\n", at + 1);
    if (std::string_view(sql).substr(0, line_end).ends_with(" OPTIONS (") &&
        end != std::string::npos) {
      sql.erase(at, end + 1 - at);
    } else {
      sql.replace(at, kAlter.size(), "\nALTER TABLE ");
    }
  }
}

/// Relations without storage upstream have storage in `work`; in binary upgrade mode the file's number
/// must be given. Any number that no other relation has will do; the OID is as good as unique.
void give_file_number(std::string& sql, std::string_view kind) {
  const std::string prefix =
      "SELECT pg_catalog.binary_upgrade_set_next_" + std::string(kind) + "_pg_class_oid('";
  const std::string file =
      "SELECT pg_catalog.binary_upgrade_set_next_" + std::string(kind) + "_relfilenode('";
  const std::size_t at = sql.find(prefix);
  if (at == std::string::npos) {
    return;
  }
  const std::size_t digits = at + prefix.size();
  const std::string oid = sql.substr(digits, sql.find('\'', digits) - digits);
  const std::size_t given = sql.find(file);
  if (given == std::string::npos) {
    sql.insert(sql.find('\n', at) + 1, file + oid + "'::pg_catalog.oid);\n");
  } else if (sql.compare(given + file.size(), 2, "0'") == 0) {
    sql.replace(given + file.size(), 1, oid);
  }
}

/// Newer minor releases number the shapes of a table by positions in their log (as pg_lsn) and want them to
/// grow. Those of the other cluster lie ahead of this one's, so that ALTER TABLE would fail here.
void lower_versions(std::string& sql) {
  constexpr std::string_view kVersions = "binary_upgrade_set_next_attribute_versions('{";
  const std::size_t at = sql.find(kVersions);
  const std::size_t end = at == std::string::npos ? at : sql.find('}', at);
  if (end == std::string::npos) {
    return;
  }
  const std::size_t from = at + kVersions.size();
  const auto columns = 1 + std::count(sql.begin() + static_cast<std::ptrdiff_t>(from),
                                      sql.begin() + static_cast<std::ptrdiff_t>(end), ',');
  std::string lowest;
  for (std::ptrdiff_t i = 0; i < columns && end > from; ++i) {
    lowest += i == 0 ? "0/1" : ",0/1";
  }
  sql.replace(from, end - from, lowest);
}

}  // namespace

LogicalRewriter::LogicalRewriter(const std::vector<SealedName>& sealed) {
  for (const SealedName& column : sealed) {
    types_[{column.schema, column.table, column.column}] = column.logical_type;
  }
}

// Columns of CREATE TABLE stand one per line: `    name pgveil.text NOT NULL,`. A domain that
// pgveil.sealed_column does not know (a child table, a copy) still tells the type by its name.
std::string LogicalRewriter::restore_types(const DumpEntry& entry) const {
  std::string out;
  std::set<std::string, std::less<>> restored;
  std::string_view rest = entry.sql;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, std::min(end, rest.size()));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.starts_with("    ")) {
      const std::string_view column = leading_name(line.substr(4));
      const std::size_t type_at = 4 + column.size() + 1;
      if (!column.empty() && line.size() > type_at &&
          line.substr(type_at).starts_with(kDomainPrefix)) {
        const std::string_view domain = leading_name(line.substr(type_at + kDomainPrefix.size()));
        const auto known = types_.find({entry.schema, entry.name, unquote(column)});
        out += line.substr(0, type_at);
        out += known != types_.end() ? known->second : "pg_catalog." + std::string(domain);
        out += line.substr(type_at + kDomainPrefix.size() + domain.size());
        out += '\n';
        restored.emplace(column);
        continue;
      }
    }
    if (line.starts_with("ALTER TABLE ") || line.starts_with("ALTER FOREIGN TABLE ")) {
      const std::size_t at = line.find(" ALTER COLUMN ");
      const std::string_view tail = at == std::string_view::npos ? "" : line.substr(at + 14);
      const std::string_view column = leading_name(tail);
      const std::string_view what = tail.substr(column.size());
      if (restored.contains(column) &&
          (what.starts_with(" SET STORAGE ") || what.starts_with(" SET COMPRESSION "))) {
        continue;  // said of bytea
      }
    }
    out += line;
    out += '\n';
  }
  return out;
}

std::optional<DumpEntry> LogicalRewriter::for_model(const DumpEntry& dumped) const {
  if (has(kNeverMirrored, dumped.type)) {
    return std::nullopt;
  }
  DumpEntry entry = dumped;
  lower_versions(entry.sql);
  if (entry.type == "FOREIGN DATA WRAPPER") {
    DumpEntry unowned = entry;  // its owner must be a superuser, and here no mirrored role is
    replace_first(unowned.sql, "\nALTER FOREIGN DATA WRAPPER ", "\n-- ");
    return unowned;
  }
  if (entry.sql.find(kDomainPrefix) == std::string::npos) {
    return entry;
  }
  if (has(kRestoredFromPgveil, entry.type)) {
    return std::nullopt;
  }
  DumpEntry changed = entry;
  if (entry.type == "TABLE" || entry.type == "FOREIGN TABLE") {
    changed.sql = restore_types(entry);
  }
  return changed;
}

std::optional<DumpEntry> LogicalRewriter::for_work(const DumpEntry& entry) const {
  if (has(kNotForWork, entry.type)) {
    return std::nullopt;
  }
  auto changed = for_model(entry);
  if (!changed) {
    return std::nullopt;
  }
  std::string& sql = changed->sql;
  if (entry.type == "TABLE") {
    replace_first(sql, "\nCREATE TABLE ", "\nCREATE UNLOGGED TABLE ");
    cut_clause(sql, "PARTITION BY ");
    give_file_number(sql, "heap");
  } else if (entry.type == "FOREIGN TABLE") {
    replace_first(sql, "\nCREATE FOREIGN TABLE ", "\nCREATE UNLOGGED TABLE ");
    make_plain(sql);
    cut_clause(sql, "SERVER ");
    give_file_number(sql, "heap");
  } else if (entry.type == "CONSTRAINT") {
    if (sql.find(" PRIMARY KEY ") == std::string::npos) {
      return std::nullopt;
    }
    give_file_number(sql, "index");
  } else if (entry.type == "RULE" && sql.find("\nCREATE OR REPLACE VIEW ") == std::string::npos) {
    return std::nullopt;
  }
  return changed;
}

std::string create_statement(const LogicalObject& object) {
  const std::string table = quote_name(object.schema) + "." + quote_name(object.table);
  if (object.kind == "view") {
    const std::string view = quote_name(object.schema) + "." + quote_name(object.name);
    std::string sql = object.definition;
    if (sql.starts_with("CREATE VIEW ")) {
      sql.insert(7, "OR REPLACE ");
    } else if (!sql.starts_with("CREATE ")) {
      sql = "CREATE OR REPLACE VIEW " + view + " AS " + sql;
    }
    while (!sql.empty() && (sql.back() == ';' || sql.back() == '\n' || sql.back() == ' ')) {
      sql.pop_back();
    }
    if (!object.owner.empty()) {
      sql += "; ALTER VIEW " + view + " OWNER TO " + quote_name(object.owner);
    }
    return sql;
  }
  if (object.definition.starts_with("CREATE ") || object.definition.starts_with("ALTER ")) {
    return object.definition;
  }
  if (object.kind == "default") {
    return "ALTER TABLE " + table + " ALTER COLUMN " + quote_name(object.name) + " SET DEFAULT " +
           object.definition;
  }
  return "ALTER TABLE " + table + " ADD CONSTRAINT " + quote_name(object.name) + " " +
         object.definition;
}

}  // namespace pgveil::proxy::twin
