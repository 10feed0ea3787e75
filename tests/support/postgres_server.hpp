#pragma once

/// A throw-away PostgreSQL for tests that ask the real one: initdb into memory, a unix socket in the
/// same folder, no TCP, gone at the end. Needs the Debian package postgresql-15; as root it runs as user
/// postgres.

#include <string>
#include <sys/types.h>

namespace pgveil::test {

class PostgresServer {
 public:
  /// Starts it and waits until it answers; throws std::runtime_error if it does not.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// For libpq; superuser postgres, database postgres, encoding UTF8.
  [[nodiscard]] std::string conninfo() const;

 private:
  std::string folder_;
  pid_t pid_ = -1;
};

}  // namespace pgveil::test
