// Decisions as golden files: tests/golden/decide/<clause>/<shape>.sql holds a role, a statement and what
// `print(Plan)` says of it over the demo clinic, as it is after `pgveil apply`. PGVEIL_UPDATE=1 rewrites
// the files; the diff is what gets reviewed. The statements are analysed by a real twin.
#include "policy/model/policy.hpp"
#include "proxy/apply/schema_changes.hpp"
#include "proxy/catalog/loader.hpp"
#include "proxy/planner/statement_planner.hpp"
#include "tests/unit/proxy/test_server.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

using namespace pgveil;
namespace fs = std::filesystem;

const fs::path kFolder = "tests/golden/decide";

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The catalog as it is after `apply`: every column that the policy seals, with all its terms.
void seal_columns(policy::Catalog& catalog, const policy::Policy& rules) {
  std::uint32_t field = 0;
  for (const policy::TablePolicy& table : rules.tables) {
    for (auto& [oid, relation] : catalog.relations) {
      if (relation.schema != table.schema || relation.name != table.name) {
        continue;
      }
      for (policy::CatalogColumn& column : relation.columns) {
        const policy::ColumnPolicy* tagged = table.column(column.name);
        if (tagged == nullptr || !tagged->seal) {
          continue;
        }
        policy::SealedColumn sealed;
        sealed.field = policy::FieldId{++field};
        sealed.base_type = catalog.base_type(column.type);
        sealed.typmod = column.typmod;
        sealed.terms = tagged->search;
        column.sealed = sealed;
      }
    }
  }
}

class Decisions : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    proxy::test::leave_root();
    server = new proxy::test::TestServer();
    server->run("postgres", "CREATE DATABASE clinic");
    server->run("clinic", read("deploy/clinic/schema.sql"));
    proxy::twin::TwinConfig config;
    config.upstream = server->conninfo("clinic");
    twin = new proxy::twin::Twin(config);
    const auto started = twin->start();
    ASSERT_TRUE(started) << proxy::twin::describe(started.error());
    const std::string text = read("deploy/clinic/policy.toml");
    auto parsed = policy::parse_policy(text, "policy.toml");
    ASSERT_TRUE(std::holds_alternative<policy::Policy>(parsed));
    state.policy = std::make_shared<const policy::Policy>(std::get<policy::Policy>(parsed));
    auto model =
        proxy::twin::ControlConnection::open(twin->admin_conninfo(proxy::twin::Database::Model));
    auto upstream = proxy::twin::ControlConnection::open(config.upstream);
    ASSERT_TRUE(model && upstream);
    auto loaded = proxy::catalog::load_catalog(*model, *upstream, 1);
    ASSERT_TRUE(loaded) << proxy::twin::describe(loaded.error());
    auto catalog = std::make_shared<policy::Catalog>(**loaded);
    seal_columns(*catalog, *state.policy);
    state.catalog = catalog;
    proxy::apply::SchemaChanges::Options changes;
    changes.twin = [] { return twin->admin_conninfo(proxy::twin::Database::Model); };
    state.schema_changes = std::make_shared<const proxy::apply::SchemaChanges>(changes);
  }

  static void TearDownTestSuite() {
    delete twin;
    delete server;
  }

  static std::string decide(const std::string& role, const std::string& sql) {
    const policy::RoleView view(state.policy, state.policy->role(role));
    proxy::PlanRequest request;
    request.sql = sql;
    const proxy::PlanResult result = proxy::plan_as(*twin, state, view, request);
    if (const auto* error = std::get_if<protocol::ErrorFields>(&result)) {
      return "error " + std::string(error->get('C')) + " " + std::string(error->get('M')) + "\n";
    }
    return policy::print(std::get<std::shared_ptr<const proxy::PreparedPlan>>(result)->plan);
  }

  static inline proxy::test::TestServer* server = nullptr;
  static inline proxy::twin::Twin* twin = nullptr;
  static inline proxy::PlanningState state;
};

TEST_F(Decisions, AreAsTheGoldenFilesSay) {
  const bool update = std::getenv("PGVEIL_UPDATE") != nullptr;
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".sql") {
      continue;
    }
    ++count;
    const std::string text = read(entry.path());
    const auto line = text.find('\n');
    const auto cut = text.find("\n----\n");
    ASSERT_TRUE(text.starts_with("-- role ") && cut != std::string::npos) << entry.path();
    const std::string role = text.substr(8, line - 8);
    const std::string sql = text.substr(line + 1, cut - line - 1);
    const std::string found = decide(role, sql);
    if (update) {
      std::ofstream(entry.path()) << text.substr(0, cut) << "\n----\n" << found;
      continue;
    }
    EXPECT_EQ(text.substr(cut + 6), found) << entry.path();
  }
  std::cout << count << " decisions\n";
  EXPECT_GT(count, 60U);
}

}  // namespace
