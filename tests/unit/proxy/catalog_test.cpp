#include "proxy/catalog/follower.hpp"
#include "test_server.hpp"
#include "twin_clinic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

namespace pgveil::proxy::catalog {
namespace {

using test::TestServer;
using ::testing::ElementsAre;

// What `pgveil apply` leaves behind, on top of its own schema.sql.
constexpr const char* kSealSsn = R"sql(
DELETE FROM patients; DROP VIEW v; DROP MATERIALIZED VIEW mv;
ALTER TABLE patients DROP CONSTRAINT patients_ssn_key;
ALTER TABLE patients ALTER COLUMN ssn TYPE pgveil."varchar" USING ''::bytea;
ALTER TABLE patients ALTER COLUMN ssn SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX patients_ssn_key ON patients (pgveil.equality(ssn));
COMMENT ON INDEX patients_ssn_key IS 'over terms';
INSERT INTO pgveil.field (id, name) VALUES (77, 'patients.ssn');
INSERT INTO pgveil.sealed_column VALUES ('public', 'patients', 'ssn', 3, 77,
  'character varying(11)', 1043, 15, true, '''none''', true, false, false, 16, 'pg_catalog."C"', 'x', '');
INSERT INTO pgveil.logical_object (kind, "schema", "table", name, definition, restore_sql) VALUES
  ('constraint', 'public', 'patients', 'patients_ssn_key', 'UNIQUE (ssn)', ''),
  ('check', 'public', 'patients', 'ssn_shape', 'CHECK (ssn LIKE ''%-%'')', ''),
  ('view', 'public', '', 'initials', '',
   'CREATE VIEW public.initials AS SELECT id, left(ssn, 1) AS i FROM public.patients;'
   ' ALTER VIEW public.initials OWNER TO alice; GRANT SELECT ON public.initials TO clinicians');
)sql";

class CatalogTest : public ::testing::Test {
 public:
  static void SetUpTestSuite() {
    server = new TestServer();
    server->run("postgres", "CREATE DATABASE clinic");
    server->run("clinic", test::kClinic);
    twin::TwinConfig config;
    config.upstream = server->conninfo("clinic");
    twin = new twin::Twin(config);
    CatalogFollower::Options options;
    options.interval = std::chrono::milliseconds(200);
    follower = new CatalogFollower(*twin, options);
    auto started = follower->start();
    ASSERT_TRUE(started) << describe(started.error());
  }

  static void TearDownTestSuite() {
    delete follower;
    delete twin;
    delete server;
  }

  static const policy::CatalogRelation& relation(const std::string& name) {
    kept = follower->current();
    const auto* found = kept->relation("public", name);
    static const policy::CatalogRelation none;
    return found == nullptr ? none : *found;
  }

  static bool opaque(const std::string& name) {
    kept = follower->current();
    for (const auto& [oid, function] : kept->functions) {
      if (function.name == name) {
        return function.opaque;
      }
    }
    ADD_FAILURE() << "no function " << name;
    return true;
  }

  template <class Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 1'000; ++i) {
      if (condition()) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  static TestServer* server;
  static twin::Twin* twin;
  static CatalogFollower* follower;
  static std::shared_ptr<const policy::Catalog> kept;
};

TestServer* CatalogTest::server = nullptr;
twin::Twin* CatalogTest::twin = nullptr;
CatalogFollower* CatalogTest::follower = nullptr;
std::shared_ptr<const policy::Catalog> CatalogTest::kept;

TEST_F(CatalogTest, ARelationWithAllItsParts) {
  const auto& patients = relation("patients");
  EXPECT_EQ(patients.kind, 'r');
  EXPECT_TRUE(patients.row_security);
  EXPECT_FALSE(patients.has_children);
  ASSERT_NE(patients.column("ssn"), nullptr);
  EXPECT_EQ(patients.column("ssn")->attnum, 3);  // attnum 2 was dropped
  EXPECT_EQ(patients.column("ssn")->typmod, 15);
  EXPECT_TRUE(patients.column("ssn")->not_null);
  EXPECT_EQ(patients.column("id")->identity, 'd');
  EXPECT_TRUE(patients.column("g")->generated_stored);
  EXPECT_EQ(patients.column("created")->default_sql, "now()");
  EXPECT_FALSE(patients.column("ssn")->sealed);
  ASSERT_EQ(patients.keys.size(), 2U);
  EXPECT_THAT(patients.keys[0].columns, ElementsAre(1));
  EXPECT_TRUE(patients.keys[0].primary);
  EXPECT_THAT(patients.keys[1].columns, ElementsAre(3));
  EXPECT_TRUE(relation("parts").has_children);
  EXPECT_EQ(relation("parts").kind, 'p');
  EXPECT_TRUE(relation("base_t").has_children);
  EXPECT_FALSE(relation("v").logical_only);
  EXPECT_TRUE(follower->current()->relation("pg_catalog", "pg_class")->is_catalog);
  EXPECT_TRUE(follower->current()->relation("information_schema", "tables")->is_catalog);
  EXPECT_EQ(std::to_string(static_cast<std::uint32_t>(patients.oid)),
            server->ask("clinic", "SELECT 'patients'::regclass::oid"));
}

TEST_F(CatalogTest, TypesAndOperators) {
  const auto catalog = follower->current();
  const auto* date = catalog->type(1082);
  ASSERT_NE(date, nullptr);
  EXPECT_EQ(date->sql_name, "date");
  EXPECT_EQ(date->send_function, "pg_catalog.date_send");
  EXPECT_EQ(catalog->type(1007)->element, 23U);
  EXPECT_EQ(catalog->type(600)->element, 0U);  // point is no true array
  const auto mood =
      static_cast<std::uint32_t>(std::stoul(server->ask("clinic", "SELECT 'mood'::regtype::oid")));
  ASSERT_NE(catalog->type(mood), nullptr);
  EXPECT_EQ(catalog->type(mood)->kind, 'e');
  EXPECT_EQ(catalog->type(mood)->sql_name, "public.mood");
  const auto posint = static_cast<std::uint32_t>(
      std::stoul(server->ask("clinic", "SELECT 'posint'::regtype::oid")));
  EXPECT_EQ(catalog->base_type(posint), 23U);
  ASSERT_NE(catalog->operator_of(98), nullptr);  // text = text
  EXPECT_EQ(catalog->operator_of(98)->name, "=");
  EXPECT_EQ(catalog->operator_of(98)->left, 25U);
}

TEST_F(CatalogTest, OpaqueFunctions) {
  for (const char* name : {"counts", "dynamic", "calls_counts", "query_to_xml", "lo_export"}) {
    EXPECT_TRUE(opaque(name)) << name;
  }
  for (const char* name : {"f", "loud", "pure", "upper", "to_char", "count", "nextval"}) {
    EXPECT_FALSE(opaque(name)) << name;
  }
}

TEST_F(CatalogTest, DdlFromElsewhereIsNoticed) {
  const auto before = follower->current()->epoch;
  server->run("clinic", "ALTER TABLE patients ADD COLUMN noticed int");
  EXPECT_TRUE(soon([] { return relation("patients").column("noticed") != nullptr; }));
  EXPECT_EQ(follower->current()->epoch, before + 1);
}

TEST_F(CatalogTest, CheckNowFollowsAtOnce) {
  server->run("clinic", "ALTER TABLE patients ADD COLUMN at_once int");
  auto checked = follower->check_now();
  ASSERT_TRUE(checked) << describe(checked.error());
  EXPECT_NE(relation("patients").column("at_once"), nullptr);
}

TEST_F(CatalogTest, WhatIsNoDdlChangesNothing) {
  ASSERT_TRUE(follower->check_now());
  const auto before = follower->current()->epoch;
  server->run("clinic", "ALTER TABLE patients DISABLE TRIGGER t");
  ASSERT_TRUE(follower->check_now());
  EXPECT_EQ(follower->current()->epoch, before + 1);  // a trigger that is off is another schema
  server->run("clinic",
              "INSERT INTO patients (ssn, dob) VALUES ('1', now()); ANALYZE;"
              " CREATE TEMP TABLE t (a int); CREATE INDEX ON t (a); TRUNCATE fk;"
              " REFRESH MATERIALIZED VIEW mv");
  server->run("clinic", "VACUUM");
  ASSERT_TRUE(follower->check_now());
  EXPECT_EQ(follower->current()->epoch, before + 1);
}

TEST_F(CatalogTest, SealedColumnsAreLogicalInTheTwin) {
  std::ifstream schema("proxy/apply/sql/schema.sql");
  std::ifstream second("proxy/apply/sql/schema_2.sql");
  ASSERT_TRUE(schema) << "run from the source folder";
  server->run("clinic", std::string(std::istreambuf_iterator<char>(schema), {}));
  server->run("clinic", std::string(std::istreambuf_iterator<char>(second), {}));
  server->run("clinic", kSealSsn);
  ASSERT_TRUE(follower->check_now());
  std::string problems;
  for (const auto& problem : twin->problems()) {
    problems += problem.object + ": " + problem.reason + "\n";
  }
  EXPECT_EQ(problems, "");
  const auto& patients = relation("patients");
  const auto* ssn = patients.column("ssn");
  ASSERT_NE(ssn, nullptr);
  EXPECT_EQ(ssn->type, 1043U);
  EXPECT_EQ(ssn->typmod, 15);
  EXPECT_EQ(ssn->collation, 950U);  // "C"
  EXPECT_EQ(ssn->default_sql, "'none'::character varying");
  ASSERT_TRUE(ssn->sealed);
  EXPECT_EQ(ssn->sealed->field, policy::FieldId{77});
  EXPECT_EQ(ssn->sealed->base_type, 1043U);
  EXPECT_EQ(ssn->sealed->server_type, "pgveil.\"varchar\"");
  EXPECT_EQ(ssn->sealed->terms, (policy::TermSet{true, false, false}));
  EXPECT_TRUE(patients.has_check);
  EXPECT_EQ(patients.keys.size(), 2U);
  EXPECT_TRUE(relation("initials").logical_only);
  EXPECT_EQ(test::ask_at(twin->admin_conninfo(twin::Database::Model),
                         "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgveil'"),
            "0");
  EXPECT_EQ(test::ask_at(twin->admin_conninfo(twin::Database::Work),
                         "SELECT pg_get_viewdef('initials'::regclass) LIKE '%\"left\"%'"),
            "t");
  EXPECT_EQ(std::to_string(static_cast<std::uint32_t>(patients.oid)),
            server->ask("clinic", "SELECT 'patients'::regclass::oid"));
}

TEST_F(CatalogTest, NotifyWakesTheFollower) {
  server->run("clinic", "UPDATE pgveil.sealed_column SET folded = true; NOTIFY pgveil");
  EXPECT_TRUE(soon([] { return relation("patients").column("ssn")->sealed->terms.folded; }));
}

TEST_F(CatalogTest, ARestartedTwinGivesANewCatalog) {
  const auto before = follower->current()->epoch;
  ASSERT_EQ(::kill(twin->postmaster_pid(), SIGKILL), 0);
  EXPECT_TRUE(soon([&] { return follower->current()->epoch > before; }));
}

}  // namespace
}  // namespace pgveil::proxy::catalog
