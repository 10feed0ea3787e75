// Databases that are hard to mirror, and pgveil's own end.
#include "proxy/twin/twin.hpp"
#include "test_server.hpp"
#include "twin_clinic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace pgveil::proxy::twin {
namespace {

using test::ask_at;
using test::TestServer;

std::string problems_of(const Twin& twin) {
  std::string text;
  for (const MirrorProblem& problem : twin.problems()) {
    text += problem.object + ": " + problem.reason + "\n";
  }
  return text;
}

bool analyses(Twin& twin, const std::string& sql) {
  const auto answer = twin.analyse(sql, {}, {});
  if (const auto* error = std::get_if<protocol::ErrorFields>(&answer)) {
    ADD_FAILURE() << sql << ": " << error->get('M');
    return false;
  }
  return true;
}

// First of all, while this program has one thread.
TEST(AMirror, DoesNotSurviveAKilledPgveil) {
  const TestServer server;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t pgveil = ::fork();
  if (pgveil == 0) {
    TwinConfig config;
    config.upstream = server.conninfo("postgres");
    auto* twin = new Twin(config);
    int pid = twin->start() ? twin->postmaster_pid() : 0;
    (void)!::write(ends[1], &pid, sizeof(pid));
    ::pause();
    ::_exit(0);
  }
  int postmaster = 0;
  ASSERT_EQ(::read(ends[0], &postmaster, sizeof(postmaster)), ssize_t{sizeof(postmaster)});
  ASSERT_GT(postmaster, 0);
  ASSERT_EQ(::kill(postmaster, 0), 0);
  ::kill(pgveil, SIGKILL);
  ::waitpid(pgveil, nullptr, 0);
  const auto gone = [&] {
    // An init that does not reap leaves a zombie, which is as dead as it can be.
    std::ifstream stat("/proc/" + std::to_string(postmaster) + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    return text.empty() || text.find(") Z ") != std::string::npos;
  };
  for (int i = 0; i < 1'000 && !gone(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(gone());
  const auto left = [&] {
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
      if (entry.path().filename().string().starts_with("pgveil-" + std::to_string(pgveil) + "-")) {
        return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(left());
  TwinConfig config;
  config.upstream = server.conninfo("postgres");
  Twin next(config);
  ASSERT_TRUE(next.start());
  EXPECT_FALSE(left());
  EXPECT_TRUE(analyses(next, "SELECT 1"));  // a database named like one that initdb makes
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(AMirror, OfExtensionsForeignTablesAndOddTypes) {
  const TestServer server;
  server.run("postgres", "CREATE DATABASE ext");
  server.run("ext", R"sql(
CREATE EXTENSION citext; CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore; CREATE EXTENSION pgcrypto;
CREATE EXTENSION postgres_fdw; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION btree_gist;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere');
CREATE FOREIGN TABLE far_away (id int OPTIONS (column_name 'x'), t text) SERVER far
  OPTIONS (table_name 'y');
CREATE TYPE comp AS (a int, b citext);
CREATE TYPE rng AS RANGE (subtype = float8);
CREATE TABLE t (id uuid DEFAULT uuid_generate_v4() PRIMARY KEY, c citext UNIQUE, h hstore, k comp, r rng,
  arr citext[], during tsrange, EXCLUDE USING gist (during WITH &&));
CREATE INDEX ON t USING gin ((c::text) gin_trgm_ops);
CREATE TABLE typed OF comp;
CREATE UNLOGGED TABLE unlogged (a int);
CREATE SEQUENCE odd INCREMENT 7;
CREATE COLLATION insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE AGGREGATE concat_all (text) (sfunc = textcat, stype = text, initcond = '');
CREATE OPERATOR <+> (leftarg = int, rightarg = int, function = int4pl);
CREATE TEXT SEARCH CONFIGURATION mine (COPY = simple);
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'an event trigger ran'; END $$;
CREATE EVENT TRIGGER no_ddl ON ddl_command_start WHEN TAG IN ('CREATE SCHEMA')
  EXECUTE FUNCTION on_ddl();
SELECT lo_create(4711);
)sql");
  TwinConfig config;
  config.upstream = server.conninfo("ext");
  Twin twin(config);
  auto started = twin.start();
  ASSERT_TRUE(started) << describe(started.error());
  EXPECT_EQ(problems_of(twin), "");
  EXPECT_TRUE(analyses(twin, "SELECT h -> 'a', c = 'X', c % 'y', digest('a', 'md5') FROM t"));
  EXPECT_TRUE(analyses(twin, "SELECT id, t FROM far_away"));
  const std::string types =
      "SELECT string_agg(oid || typname, ',' ORDER BY oid) FROM pg_type WHERE oid >= 16384";
  EXPECT_EQ(ask_at(twin.admin_conninfo(Database::Model), types), server.ask("ext", types));
  EXPECT_EQ(ask_at(twin.admin_conninfo(Database::Work), types), server.ask("ext", types));
  EXPECT_EQ(ask_at(twin.admin_conninfo(Database::Work),
                   "SELECT string_agg(relkind::text, '' ORDER BY relname) FROM pg_class"
                   " WHERE relname IN ('far_away', 't', 'typed')"),
            "rrr");
}

TEST(AMirror, OfManyTables) {
  const TestServer server;
  server.run("postgres", "CREATE DATABASE many");
  for (int part = 0; part < 5; ++part) {  // the server's own locks are few
    server.run("many", R"sql(
DO $$ BEGIN
  FOR i IN 1 .. 400 LOOP
    EXECUTE format('CREATE TABLE many_%s_%s (id int PRIMARY KEY, a text, b date, c numeric)', pg_backend_pid(), i);
  END LOOP;
END $$;)sql");
  }
  TwinConfig config;
  config.upstream = server.conninfo("many");
  Twin twin(config);
  auto started = twin.start();
  ASSERT_TRUE(started) << describe(started.error());
  EXPECT_EQ(problems_of(twin), "");
}

TEST(AMirror, WithoutTheServersOids) {
  const TestServer server;
  server.run("postgres", "CREATE DATABASE clinic");
  server.run("clinic", test::kClinic);
  TwinConfig config;
  config.upstream = server.conninfo("clinic");
  config.same_oids = false;
  Twin twin(config);
  auto started = twin.start();
  ASSERT_TRUE(started) << describe(started.error());
  EXPECT_EQ(problems_of(twin), "");
  EXPECT_TRUE(analyses(twin, "SELECT * FROM patients, parts, v, mv, fk"));
}

TEST(AMirror, NeedsNoSuperuser) {
  const TestServer server;
  server.run("postgres", "CREATE DATABASE clinic");
  server.run("clinic", test::kClinic);
  server.run("clinic",
             "CREATE ROLE reader LOGIN PASSWORD 'x'; GRANT pg_read_all_data TO reader;"
             " CREATE SCHEMA pgveil; CREATE TABLE pgveil.secret (a int)");
  TwinConfig config;
  config.upstream = server.conninfo("clinic") + " user=reader password='x'";
  Twin twin(config);
  auto started = twin.start();
  ASSERT_TRUE(started) << describe(started.error());
  EXPECT_EQ(problems_of(twin), "");
  EXPECT_TRUE(analyses(twin, "SELECT * FROM patients"));
  EXPECT_EQ(ask_at(twin.admin_conninfo(Database::Model),
                   "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgveil'"),
            "0");
}

TEST(AMirror, ListsWhatCannotBeMirrored) {
  const TestServer server;
  server.run("postgres", "CREATE DATABASE clinic");
  server.run(
      "clinic",
      "CREATE SCHEMA pgveil; CREATE FUNCTION pgveil.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
      "CREATE TABLE t (a int); CREATE VIEW broken AS SELECT pgveil.f() AS x;"
      "CREATE VIEW fine AS SELECT a FROM t");
  TwinConfig config;
  config.upstream = server.conninfo("clinic");
  Twin twin(config);
  ASSERT_TRUE(twin.start());
  EXPECT_THAT(problems_of(twin), ::testing::HasSubstr("VIEW public.broken: "));
  EXPECT_THAT(problems_of(twin), ::testing::Not(::testing::HasSubstr("fine")));
  EXPECT_TRUE(analyses(twin, "SELECT * FROM fine"));
}

}  // namespace
}  // namespace pgveil::proxy::twin
