#include "proxy/twin/upstream.hpp"

#include "proxy/twin/process.hpp"
#include "proxy/twin/sql.hpp"

namespace pgveil::proxy::twin {
namespace {

Result<Done> read_database(ControlConnection& upstream, UpstreamSchema& schema) {
  auto table = upstream.query(sql::kReadDatabase);
  if (!table) {
    return table.error();
  }
  if ((*table).rows() != 1) {
    return Error{Errc::Upstream, "read the database", {}};
  }
  schema.database = (*table).text(0, 0);
  schema.database_oid = (*table).oid(0, 1);
  schema.database_owner = (*table).text(0, 2);
  schema.encoding = (*table).text(0, 3);
  schema.collate = (*table).text(0, 4);
  schema.ctype = (*table).text(0, 5);
  schema.locale_provider = (*table).letter(0, 6);
  schema.icu_locale = (*table).text(0, 7);
  schema.collation_version = (*table).text(0, 8);
  return Done{};
}

Result<std::vector<std::pair<std::string, std::string>>> read_pairs(ControlConnection& upstream,
                                                                    const char* sql) {
  auto table = upstream.query(sql);
  if (!table) {
    return table.error();
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    pairs.emplace_back((*table).text(row, 0), (*table).text(row, 1));
  }
  return pairs;
}

Result<Done> read_roles(ControlConnection& upstream, UpstreamSchema& schema) {
  auto table = upstream.query(sql::kReadRoles);
  if (!table) {
    return table.error();
  }
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    schema.roles.push_back({(*table).oid(row, 0), (*table).text(row, 1), (*table).truth(row, 2),
                            (*table).truth(row, 3), (*table).truth(row, 4),
                            (*table).truth(row, 5)});
  }
  return Done{};
}

/// SQL of clients is kept sealed (proxy/keys/sealed_sql.hpp).
bool open_sql(const TwinConfig& config, UpstreamSchema& schema) {
  const auto open = [&](std::string& sql) {
    auto opened = config.open_sql ? config.open_sql(sql) : std::optional(sql);
    if (opened) {
      sql = std::move(*opened);
    }
    return opened.has_value();
  };
  bool all = true;
  for (SealedName& column : schema.sealed) {
    all = open(column.default_sql) && all;
  }
  for (LogicalObject& object : schema.logical) {
    all = open(object.definition) && open(object.restore_sql) && all;
  }
  return all;
}

/// A database without schema pgveil has nothing sealed.
Result<Done> read_pgveil(ControlConnection& upstream, UpstreamSchema& schema) {
  auto there = upstream.query(
      "SELECT pg_catalog.to_regclass('pgveil.sealed_column') IS NOT NULL,"
      " pg_catalog.to_regclass('pgveil.logical_object') IS NOT NULL");
  if (!there) {
    return there.error();
  }
  if ((*there).truth(0, 0)) {
    auto table = upstream.query(sql::kReadSealed);
    if (!table) {
      return table.error();
    }
    for (std::size_t row = 0; row < (*table).rows(); ++row) {
      schema.sealed.push_back({(*table).text(row, 0), (*table).text(row, 1), (*table).text(row, 2),
                               (*table).text(row, 3), (*table).text(row, 4)});
    }
  }
  if ((*there).truth(0, 1)) {
    auto table = upstream.query(sql::kReadLogical);
    if (!table) {
      return table.error();
    }
    for (std::size_t row = 0; row < (*table).rows(); ++row) {
      schema.logical.push_back({(*table).text(row, 0), (*table).text(row, 1), (*table).text(row, 2),
                                (*table).text(row, 3), (*table).text(row, 4), (*table).text(row, 5),
                                (*table).text(row, 6)});
    }
  }
  return Done{};
}

Result<ProgramOutput> run_pg_dump(const TwinConfig& config, bool binary_upgrade) {
  auto split = split_password(config.upstream);
  if (!split) {
    return split.error();
  }
  std::vector<std::string> arguments{
      config.bin_dir + "/pg_dump", "--schema-only",
      "--no-tablespaces",          "--no-table-access-method",
      "--no-publications",         "--no-subscriptions",
      "--no-security-labels",      "--encoding=UTF8",
      "--exclude-schema=pgveil",   "--dbname=" + (*split).without_password};
  if (binary_upgrade) {
    arguments.insert(arguments.begin() + 1, "--binary-upgrade");
  }
  Environment environment{{"LC_MESSAGES", "C"}, {"PGAPPNAME", "pgveil"}};
  if (!(*split).password.empty()) {
    environment.emplace_back("PGPASSWORD", (*split).password);
  }
  return run_program(arguments, environment);
}

Result<Done> dump(const TwinConfig& config, UpstreamSchema& schema) {
  for (const bool binary_upgrade : {true, false}) {
    if (binary_upgrade && !config.same_oids) {
      continue;
    }
    auto output = run_pg_dump(config, binary_upgrade);
    if (!output) {
      return output.error();
    }
    if ((*output).status == 0) {
      schema.binary_upgrade = binary_upgrade;
      schema.dump = split_dump((*output).out);
      return Done{};
    }
    if (!binary_upgrade) {
      return Error{Errc::Program, "pg_dump", (*output).err.substr(0, 500)};
    }
  }
  return Done{};
}

}  // namespace

Result<UpstreamSchema> read_upstream(const TwinConfig& config) {
  auto upstream = ControlConnection::open(config.upstream);
  if (!upstream) {
    return upstream.error();
  }
  UpstreamSchema schema;
  for (const auto step : {read_database, read_roles, read_pgveil}) {
    if (auto done = step(*upstream, schema); !done) {
      return done.error();
    }
  }
  if (!open_sql(config, schema)) {
    return Error{Errc::Upstream, "open what schema pgveil keeps", "a key is missing"};
  }
  auto settings = read_pairs(*upstream, sql::kReadSettings);
  if (!settings) {
    return settings.error();
  }
  schema.settings = std::move(*settings);
  auto members = read_pairs(*upstream, sql::kReadMembers);
  if (!members) {
    return members.error();
  }
  schema.members = std::move(*members);
  auto rights = read_pairs(*upstream, sql::kReadRights);
  if (!rights) {
    return rights.error();
  }
  schema.rights = std::move(*rights);
  if (auto dumped = dump(config, schema); !dumped) {
    return dumped.error();
  }
  return schema;
}

}  // namespace pgveil::proxy::twin
