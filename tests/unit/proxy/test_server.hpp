#pragma once

/// A PostgreSQL of its own for a test program: private directory in memory, unix socket only. If the
/// tests run as root, the whole program becomes the account `postgres` first.

#include "proxy/twin/control.hpp"
#include "proxy/twin/process.hpp"

#include <string>

namespace pgveil::proxy::test {

inline constexpr const char* kBinDir = "/usr/lib/postgresql/15/bin";

void leave_root();

class TestServer {
 public:
  TestServer();
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::string conninfo(const std::string& database) const;
  /// Runs statements; a failure ends the test program.
  void run(const std::string& database, const std::string& sql) const;
  /// The first cell of the answer.
  [[nodiscard]] std::string ask(const std::string& database, const std::string& sql) const;

 private:
  std::string directory_;
  twin::Postmaster postmaster_;
};

/// The first cell of a query over any connection string.
[[nodiscard]] std::string ask_at(const std::string& conninfo, const std::string& sql);

}  // namespace pgveil::proxy::test
