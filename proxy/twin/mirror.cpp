#include "proxy/twin/mirror.hpp"

#include "proxy/twin/logical.hpp"
#include "proxy/twin/sql.hpp"

#include <optional>

namespace pgveil::proxy::twin {
namespace {

constexpr std::uint32_t kFirstUserOid = 16'384;
constexpr std::uint32_t kBootOid = 10;

class Loader {
 public:
  Loader(ControlConnection& connection, std::string prefix, std::vector<MirrorProblem>& problems)
      : connection_(connection), prefix_(std::move(prefix)), problems_(problems) {}

  bool run(const std::string& object, const std::string& sql) {
    auto done = connection_.query(sql);
    if (!done) {
      problems_.push_back({prefix_ + object, done.error().detail});
    }
    return done.has_value();
  }

  [[nodiscard]] bool try_run(const std::string& sql) { return connection_.query(sql).has_value(); }

 private:
  ControlConnection& connection_;
  std::string prefix_;
  std::vector<MirrorProblem>& problems_;
};

std::string attributes(const UpstreamRole& role) {
  return std::string(" NOSUPERUSER") + (role.can_login ? " LOGIN" : " NOLOGIN") +
         (role.inherits ? " INHERIT" : " NOINHERIT") + (role.bypasses_rls ? " BYPASSRLS" : "");
}

void create_roles(const UpstreamSchema& schema, Loader& loader) {
  for (const UpstreamRole& role : schema.roles) {
    const std::string name = quote_name(role.name);
    // Objects belong to it in many databases, and pg_dump looks its OID up at the server.
    if (role.oid == kBootOid &&
        loader.try_run(std::string("ALTER ROLE ") + kBootRole + " RENAME TO " + name +
                       "; ALTER ROLE " + name + attributes(role) +
                       " NOCREATEDB NOCREATEROLE NOREPLICATION")) {
      continue;
    }
    std::string sql;
    if (schema.binary_upgrade && role.oid >= kFirstUserOid) {
      sql = "SELECT pg_catalog.binary_upgrade_set_next_pg_authid_oid('" + std::to_string(role.oid) +
            "'::pg_catalog.oid); ";
    } else if (schema.binary_upgrade) {
      // A server whose first superuser has to stay one: its OID is not to be had here.
      sql = "SELECT pg_catalog.binary_upgrade_set_next_pg_authid_oid('16000'::pg_catalog.oid); ";
    }
    sql += "CREATE ROLE " + name + attributes(role);
    loader.run("ROLE " + role.name, sql);
  }
  for (const auto& [group, member] : schema.members) {
    loader.run("MEMBERSHIP " + member, "GRANT " + quote_name(group) + " TO " + quote_name(member));
  }
  // A superuser sees everything in information_schema; here it is an ordinary role with wide rights.
  for (const UpstreamRole& role : schema.roles) {
    if (!role.superuser) {
      continue;
    }
    loader.run("ROLE " + role.name,
               "GRANT pg_read_all_data, pg_write_all_data TO " + quote_name(role.name));
    for (const UpstreamRole& other : schema.roles) {
      if (!other.superuser) {
        // Fails for a role that already has the superuser as a member of its own: nothing is lost.
        (void)loader.try_run("GRANT " + quote_name(other.name) + " TO " + quote_name(role.name));
      }
    }
  }
}

void create_data_role(const UpstreamSchema& schema, Loader& loader) {
  loader.run("ROLE pgveil_twin", std::string("CREATE ROLE ") + kDataRole + " LOGIN NOSUPERUSER");
  for (const UpstreamRole& role : schema.roles) {
    loader.run("MEMBERSHIP " + role.name, "GRANT " + quote_name(role.name) + " TO " + kDataRole);
  }
}

std::string locale_clause(const UpstreamSchema& schema) {
  std::string sql = " ENCODING " + quote_text(schema.encoding) + " LC_COLLATE " +
                    quote_text(schema.collate) + " LC_CTYPE " + quote_text(schema.ctype);
  if (schema.locale_provider == 'i') {
    sql += " LOCALE_PROVIDER icu ICU_LOCALE " + quote_text(schema.icu_locale);
  }
  return sql + " TEMPLATE template0";
}

Result<Done> create_database(const UpstreamSchema& schema,
                             const std::string& database,
                             Loader& loader,
                             std::vector<MirrorProblem>& problems) {
  const std::string create = "CREATE DATABASE " + quote_name(database);
  (void)loader.try_run("DROP DATABASE IF EXISTS " + quote_name(database));
  const std::string oid = database == schema.database && schema.database_oid >= kFirstUserOid
                              ? " OID " + std::to_string(schema.database_oid)
                              : "";
  if (!loader.try_run(create + oid + locale_clause(schema)) &&
      !loader.run("DATABASE " + database, create + locale_clause(schema))) {
    // Sorting and case will differ from the server's: the problem is on the list.
    problems.push_back({"LOCALE " + schema.collate, "the locale is not installed; C is used"});
    if (!loader.run("DATABASE " + database,
                    create + " ENCODING " + quote_text(schema.encoding) +
                        " LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")) {
      return Error{Errc::Load, "create the databases", {}};
    }
  }
  loader.run("DATABASE " + database, "ALTER DATABASE " + quote_name(database) + " OWNER TO " +
                                         quote_name(schema.database_owner));
  for (const auto& [grantee, right] : schema.rights) {
    (void)loader.try_run("GRANT " + right + " ON DATABASE " + quote_name(database) + " TO " +
                         grantee);  // or to a role that is not mirrored
  }
  for (const auto& [setting, value] : schema.settings) {
    loader.run("SETTING " + setting, "ALTER DATABASE " + quote_name(database) + " SET " + setting +
                                         " TO " +
                                         (setting == "DateStyle" ? value : quote_text(value)));
  }
  return Done{};
}

void load_entries(const UpstreamSchema& schema, bool work, Loader& loader) {
  const LogicalRewriter rewriter(schema.sealed);
  for (const DumpEntry& entry : schema.dump) {
    if (auto wanted = work ? rewriter.for_work(entry) : rewriter.for_model(entry)) {
      if (wanted->type == "COMMENT") {
        (void)loader.try_run(wanted->sql);  // of an index over terms: its logical one has its own
      } else {
        loader.run(wanted->label(), wanted->sql);
      }
    }
  }
}

void compare_collation(const UpstreamSchema& schema,
                       ControlConnection& model,
                       std::vector<MirrorProblem>& problems) {
  auto table = model.query(
      "SELECT coalesce(datcollversion, '') FROM pg_catalog.pg_database"
      " WHERE datname = pg_catalog.current_database()");
  if (table && (*table).rows() == 1 && !schema.collation_version.empty() &&
      !(*table).at(0, 0).empty() && (*table).at(0, 0) != schema.collation_version) {
    problems.push_back({"COLLATION " + schema.collate,
                        "version " + schema.collation_version + " on the server, " +
                            (*table).text(0, 0) + " in the twin: sort orders may differ"});
  }
}

}  // namespace

Result<Done> load_dump(const UpstreamSchema& schema,
                       const Connect& connect,
                       std::vector<MirrorProblem>& problems) {
  auto root = connect("template1");
  if (!root) {
    return root.error();
  }
  Loader cluster(*root, "", problems);
  create_roles(schema, cluster);
  for (const std::string& database : {schema.database, std::string(kWorkDatabase)}) {
    const bool work = database == kWorkDatabase;
    if (auto made = create_database(schema, database, cluster, problems); !made) {
      return made.error();
    }
    auto connection = connect(database);
    if (!connection) {
      return connection.error();
    }
    Loader loader(*connection, work ? "work: " : "", problems);
    load_entries(schema, work, loader);
    loader.run("SETTLE", sql::kSettle);
    if (!work) {
      compare_collation(schema, *connection, problems);
    }
  }
  return Done{};
}

Result<Done> finish_load(const UpstreamSchema& schema,
                         const Connect& connect,
                         std::vector<MirrorProblem>& problems) {
  for (const std::string& database : {schema.database, std::string(kWorkDatabase)}) {
    const bool work = database == kWorkDatabase;
    auto connection = connect(database);
    if (!connection) {
      return connection.error();
    }
    Loader loader(*connection, work ? "work: " : "", problems);
    if (!work) {
      create_data_role(schema, loader);
      for (const SealedName& column : schema.sealed) {
        if (!column.default_sql.empty()) {
          loader.run("DEFAULT " + column.schema + "." + column.table + "." + column.column,
                     create_statement({"default", column.schema, column.table, column.column,
                                       column.default_sql, "", ""}));
        }
      }
    }
    for (const LogicalObject& object : schema.logical) {
      const bool key = object.definition.find("PRIMARY KEY") != std::string::npos;
      if (!work || object.kind == "view" || (object.kind == "constraint" && key)) {
        // A view that passes sealed columns through has come with the dump: replace it.
        if (object.restore_sql.empty() || !loader.try_run(object.restore_sql)) {
          loader.run(object.kind + " " + object.schema + "." + object.name,
                     create_statement(object));
        }
      }
    }
    if (work &&
        (!loader.run("LOOSEN", sql::kLoosenWork) || !loader.run("LOOSEN", sql::kLoosenSession) ||
         !loader.run("GRANT", sql::kGrantWork))) {
      return Error{Errc::Load, "prepare the work database",
                   problems.empty() ? "" : problems.back().reason};
    }
  }
  return Done{};
}

}  // namespace pgveil::proxy::twin
