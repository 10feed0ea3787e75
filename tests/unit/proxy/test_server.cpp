#include "test_server.hpp"

#include <boost/assert.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <thread>
#include <unistd.h>

namespace pgveil::proxy::test {

void leave_root() {
  if (::geteuid() != 0) {
    return;
  }
  const passwd* account = ::getpwnam("postgres");
  BOOST_ASSERT(account != nullptr);
  if (::initgroups("postgres", account->pw_gid) != 0 || ::setgid(account->pw_gid) != 0 ||
      ::setuid(account->pw_uid) != 0) {
    std::abort();
  }
}

TestServer::TestServer() {
  leave_root();
  std::string name = "/dev/shm/pgveil-test-XXXXXX";
  BOOST_ASSERT(::mkdtemp(name.data()) != nullptr);
  directory_ = name;
  const std::string data = directory_ + "/data";
  auto made =
      twin::run_program({std::string(kBinDir) + "/initdb", "-D", data, "-U", "postgres", "-A",
                         "trust", "-N", "--no-instructions", "-E", "UTF8", "--locale=C.UTF-8"},
                        {});
  BOOST_ASSERT(made && (*made).status == 0);
  auto started =
      postmaster_.start({std::string(kBinDir) + "/postgres", "-D", data, "-k", directory_, "-c",
                         "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=fatal"},
                        directory_ + "/log");
  BOOST_ASSERT(started.has_value());
  for (int i = 0; i < 2'000; ++i) {
    if (twin::ControlConnection::open(conninfo("postgres"))) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  BOOST_ASSERT(false);
}

TestServer::~TestServer() {
  postmaster_.stop(false);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string TestServer::conninfo(const std::string& database) const {
  return twin::make_conninfo({{"host", directory_}, {"user", "postgres"}, {"dbname", database}});
}

void TestServer::run(const std::string& database, const std::string& sql) const {
  auto connection = twin::ControlConnection::open(conninfo(database));
  BOOST_ASSERT(connection.has_value());
  auto done = (*connection).query(sql);
  if (!done) {
    std::fprintf(stderr, "%s\n", done.error().detail.c_str());
    std::abort();
  }
}

std::string TestServer::ask(const std::string& database, const std::string& sql) const {
  return ask_at(conninfo(database), sql);
}

std::string ask_at(const std::string& conninfo, const std::string& sql) {
  auto connection = twin::ControlConnection::open(conninfo);
  if (!connection) {
    return "no connection: " + connection.error().detail;
  }
  auto table = (*connection).query(sql);
  if (!table) {
    return "error: " + table.error().detail;
  }
  return (*table).rows() == 0 ? "" : (*table).text(0, 0);
}

}  // namespace pgveil::proxy::test
