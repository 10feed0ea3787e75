#include "proxy/apply/ddl_on_twin.hpp"

#include "policy/sql/ddl_values.hpp"

namespace pgveil::proxy::apply {
namespace {

using keys::quote_name;
using keys::quote_text;

/// The tables that the names mean, an index being part of its table.
Result<std::vector<std::uint32_t>> resolve(keys::PgConnection& twin, const ChangeRequest& request) {
  std::vector<std::uint32_t> oids;
  if (auto done = twin.query("SELECT pg_catalog.set_config('search_path', " +
                             quote_text(request.search_path) + ", true)");
      !done) {
    return from_keys(done.error());
  }
  for (const std::string& name : request.names) {
    const auto rows = twin.query(
        "SELECT coalesce(i.indrelid, c.oid) FROM pg_catalog.pg_class c LEFT JOIN "
        "pg_catalog.pg_index i ON i.indexrelid = c.oid WHERE c.oid = pg_catalog.to_regclass($1) "
        "AND c.relkind IN ('r', 'p', 'i', 'I')",
        {name});
    if (!rows) {
      return from_keys(rows.error());
    }
    if ((*rows).size() == 1) {
      oids.push_back(static_cast<std::uint32_t>((*rows).number(0, 0)));
    }
  }
  if (auto done = twin.query("SELECT pg_catalog.set_config('search_path', '', true)"); !done) {
    return from_keys(done.error());
  }
  return oids;
}

Result<std::optional<TableState>> read_by_oid(keys::PgConnection& twin, std::uint32_t oid) {
  const auto rows = twin.query(
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
      "n.oid = c.relnamespace WHERE c.oid = $1::oid",
      {std::to_string(oid)});
  if (!rows) {
    return from_keys(rows.error());
  }
  if ((*rows).size() == 0) {
    return std::optional<TableState>();
  }
  return read_table(twin, (*rows).text(0, 0), (*rows).text(0, 1));
}

/// As the client's user: a cast may be anybody's function. What cannot be computed stays away.
void read_defaults(keys::PgConnection& twin, const ChangeRequest& request, Versions& versions) {
  if (!versions.before || !versions.after || request.user.empty()) {
    return;
  }
  for (const ColumnState& column : versions.after->columns) {
    if (versions.before->column(column.attnum) != nullptr || !column.default_sql ||
        column.default_sql->find('(') != std::string::npos || !can_seal(column.base_type)) {
      continue;
    }
    const auto send = twin.query("SELECT typsend FROM pg_catalog.pg_type WHERE oid = $1::oid",
                                 {std::to_string(column.base_type)});
    if (!send || (*send).size() != 1 || !twin.query("SET LOCAL ROLE " + quote_name(request.user))) {
      return;
    }
    const auto value =
        twin.query("SELECT pg_catalog.encode(pg_catalog." + quote_name((*send).text(0, 0)) + "((" +
                   *column.default_sql + ")::" + column.type_sql + "), 'hex')");
    if (!value || !twin.query("SET LOCAL ROLE NONE")) {
      return;
    }
    if (!(*value).is_null(0, 0)) {
      versions.initial[column.attnum] = (*value).text(0, 0);
    }
  }
}

}  // namespace

Result<Tables> run_on_twin(keys::PgConnection& twin, const ChangeRequest& request) {
  for (const std::string& statement : request.prelude) {
    if (auto done = twin.query(statement); !done) {
      return from_keys(done.error());
    }
  }
  if (auto done = twin.query("SET LOCAL ROLE NONE"); !done) {
    return from_keys(done.error());
  }
  Tables tables;
  const auto before = resolve(twin, request);
  if (!before) {
    return before.error();
  }
  for (const std::uint32_t oid : *before) {
    auto state = read_by_oid(twin, oid);
    if (!state) {
      return state.error();
    }
    tables[oid].before = std::move(*state);
  }
  std::string run =
      "SELECT pg_catalog.set_config('search_path', " + quote_text(request.search_path) + ", true)";
  if (!request.user.empty()) {
    run += "; SET LOCAL ROLE " + quote_name(request.user);
  }
  // Apart, so that a position in its error counts in the client's own text.
  const std::string own =
      request.concurrently ? policy::sql::not_concurrently(request.sql) : request.sql;
  for (const std::string& sql : {run, own, std::string("SET LOCAL ROLE NONE")}) {
    if (auto done = twin.query(sql); !done) {
      return from_keys(done.error());
    }
  }
  const auto after = resolve(twin, request);
  if (!after) {
    return after.error();
  }
  for (const std::uint32_t oid : *after) {
    tables[oid];
  }
  for (auto& [oid, versions] : tables) {
    auto state = read_by_oid(twin, oid);
    if (!state) {
      return state.error();
    }
    versions.after = std::move(*state);
  }
  for (auto& [oid, versions] : tables) {
    read_defaults(twin, request, versions);
  }
  return tables;
}

}  // namespace pgveil::proxy::apply
