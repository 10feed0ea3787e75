#pragma once

/// Statements of the control plane, over libpq: the upstream catalog and the loading of the twin. Never
/// used for what clients send.
/// Errors: Upstream with the server's primary message. Threads: one at a time.

#include "proxy/twin/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace pgveil::proxy::twin {

/// The answer of a query, text format.
class Table {
 public:
  explicit Table(pg_result* result) : result_(result) {}

  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
  /// Empty for NULL. The view lives as long as the table.
  [[nodiscard]] std::string_view at(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::string text(std::size_t row, std::size_t column) const;
  /// 0 for NULL or what is no number.
  [[nodiscard]] std::int64_t number(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::uint32_t oid(std::size_t row, std::size_t column) const;
  [[nodiscard]] bool truth(std::size_t row, std::size_t column) const;
  [[nodiscard]] char letter(std::size_t row, std::size_t column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };

  std::unique_ptr<pg_result, Clear> result_;
};

class ControlConnection {
 public:
  /// `conninfo` as libpq takes it; application_name is "pgveil" unless it says otherwise.
  [[nodiscard]] static Result<ControlConnection> open(const std::string& conninfo);

  /// One or more statements; the answer of the last.
  [[nodiscard]] Result<Table> query(const std::string& sql);
  [[nodiscard]] Result<Table> query(const std::string& sql,
                                    const std::vector<std::string>& parameters);

  enum class Wait { Notified, Timeout, Lost };

  /// Waits for a NOTIFY (all that came are taken), or until `wake_fd` can be read, which counts as
  /// Timeout. -1: no such descriptor.
  [[nodiscard]] Wait wait_for_notify(std::chrono::milliseconds time, int wake_fd);

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };

  explicit ControlConnection(pg_conn* connection) : connection_(connection) {}

  [[nodiscard]] Result<Table> check(pg_result* result);

  std::unique_ptr<pg_conn, Finish> connection_;
};

/// A connection string with its password taken out, for a command line; the password is for PGPASSWORD.
struct SplitConninfo {
  std::string without_password;
  std::string password;
};

[[nodiscard]] Result<SplitConninfo> split_password(const std::string& conninfo);

/// `key='value'` pairs from parts, quoted as libpq wants.
[[nodiscard]] std::string make_conninfo(
    const std::vector<std::pair<std::string, std::string>>& parts);

}  // namespace pgveil::proxy::twin
