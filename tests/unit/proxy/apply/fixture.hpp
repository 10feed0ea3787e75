#pragma once

/// A server, a key file and databases of their own for the tests of proxy/apply.

#include "proxy/apply/run.hpp"
#include "proxy/keys/key_encryption_key.hpp"
#include "proxy/keys/pg.hpp"
#include "tests/support/clinic_policy.hpp"
#include "tests/support/postgres_server.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <sstream>
#include <string>

namespace pgveil::proxy::apply {

class ApplyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = new test::PostgresServer();
    std::string folder = (std::filesystem::temp_directory_path() / "pgveil-apply-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    key_folder = new std::string(folder);
    ASSERT_TRUE(keys::create_key_file(*key_folder + "/kek").has_value());
  }

  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
    std::filesystem::remove_all(*key_folder);
    delete key_folder;
    key_folder = nullptr;
  }

  void SetUp() override {
    static int count = 0;
    database_ = "db" + std::to_string(++count);
    ASSERT_TRUE(open(server->conninfo()).query("CREATE DATABASE " + database_).has_value());
    options_.conninfo = server->conninfo() + " dbname=" + database_;
    options_.key_file = *key_folder + "/kek";
  }

  static keys::PgConnection open(const std::string& conninfo) {
    auto connection = keys::PgConnection::open(conninfo);
    EXPECT_TRUE(connection.has_value()) << connection.error().message;
    return std::move(*connection);
  }

  /// Runs statements as a person would, in schema public.
  void sql(const std::string& text) const {
    auto connection = open(options_.conninfo);
    const auto done = connection.query("SET search_path = public; " + text);
    ASSERT_TRUE(done.has_value()) << done.error().message << "\n" << text;
  }

  /// The first cell, or the error's SQLSTATE in brackets.
  std::string ask(const std::string& text) const {
    auto connection = open(options_.conninfo);
    const auto rows = connection.query("SET search_path = public; " + text);
    if (!rows) {
      return '[' + rows.error().sqlstate + "] " + rows.error().message;
    }
    return (*rows).size() == 0 ? "" : (*rows).text(0, 0);
  }

  int apply(const std::string& policy) {
    std::ostringstream out;
    const int code = run_apply(options_, test::policy_of(policy), out);
    output_ = out.str();
    return code;
  }

  int revert() {
    std::ostringstream out;
    const int code = run_revert(options_, out);
    output_ = out.str();
    return code;
  }

  int plan(const std::string& policy) {
    std::ostringstream out;
    const int code = run_plan(options_, test::policy_of(policy), out);
    output_ = out.str();
    return code;
  }

  int check(const std::string& policy) {
    std::ostringstream out;
    const int code = run_check(options_, test::policy_of(policy), {}, out);
    output_ = out.str();
    return code;
  }

  /// pg_dump of everything but schema pgveil.
  std::string dump() const {
    const std::string command = "pg_dump --exclude-schema=pgveil --inserts --dbname='" +
                                options_.conninfo + "' 2>&1 | grep -v '^.[un]*restrict '";
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    char buffer[4096];
    while (const std::size_t got = fread(buffer, 1, sizeof buffer, pipe)) {
      text.append(buffer, got);
    }
    EXPECT_EQ(pclose(pipe), 0) << text;
    return text;
  }

  static test::PostgresServer* server;
  static std::string* key_folder;
  std::string database_;
  RunOptions options_;
  std::string output_;
};

inline test::PostgresServer* ApplyTest::server = nullptr;
inline std::string* ApplyTest::key_folder = nullptr;

}  // namespace pgveil::proxy::apply
