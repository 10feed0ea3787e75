#pragma once

/// A libpq connection of the control plane: statements, and COPY in both directions. Never used for what
/// clients send. Notices of the server are dropped.
/// Errors: Connect, Server with the server's primary message (its DETAIL may hold values and is left out).
/// Threads: one at a time; blocks.

#include "proxy/keys/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace pgveil::proxy::keys {

/// The answer of a query, in text format.
class PgRows {
 public:
  explicit PgRows(pg_result* result) : result_(result) {}

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
  /// Empty for NULL.
  [[nodiscard]] std::string text(std::size_t row, std::size_t column) const;
  /// 0 for NULL.
  [[nodiscard]] std::int64_t number(std::size_t row, std::size_t column) const;
  [[nodiscard]] bool truth(std::size_t row, std::size_t column) const;
  /// Of a bytea in hex form.
  [[nodiscard]] std::vector<std::byte> bytes(std::size_t row, std::size_t column) const;
  /// Rows that a command changed.
  [[nodiscard]] std::uint64_t changed() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };

  std::unique_ptr<pg_result, Clear> result_;
};

/// A parameter in text form; absent: NULL.
using PgParameter = std::optional<std::string>;

class PgConnection {
 public:
  /// `conninfo` as libpq takes it. The session has an empty search_path, so that names the server prints
  /// are qualified, UTF8, and row_security off: a table whose rows would be hidden is an error.
  [[nodiscard]] static Result<PgConnection> open(const std::string& conninfo);

  /// One or more statements; the answer of the last.
  [[nodiscard]] Result<PgRows> query(const std::string& sql);
  [[nodiscard]] Result<PgRows> query(const std::string& sql,
                                     const std::vector<PgParameter>& parameters);

  /// COPY … FROM STDIN: begin, put as often as you like, end. After an error the COPY is over.
  [[nodiscard]] Result<void> begin_copy_in(const std::string& sql);
  [[nodiscard]] Result<void> put_copy(std::span<const std::byte> data);
  [[nodiscard]] Result<void> end_copy_in();

  /// COPY … TO STDOUT: begin, then get until it answers false. One row per call; `row` views libpq's
  /// memory until the next call.
  [[nodiscard]] Result<void> begin_copy_out(const std::string& sql);
  [[nodiscard]] Result<bool> get_copy(std::span<const std::byte>& row);

  /// Channels and process ids of notifications are dropped.
  [[nodiscard]] int server_version() const;  // 150004

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };

  struct FreeCopy {
    void operator()(char* row) const;
  };

  explicit PgConnection(pg_conn* connection) : connection_(connection) {}

  [[nodiscard]] Result<PgRows> check(pg_result* result);
  [[nodiscard]] Error lost() const;

  std::unique_ptr<pg_conn, Finish> connection_;
  std::unique_ptr<char, FreeCopy> copy_row_;
};

/// "name", with its quotes doubled.
[[nodiscard]] std::string quote_name(std::string_view name);
/// "schema"."name".
[[nodiscard]] std::string quote_name(std::string_view schema, std::string_view name);
/// 'text', with its quotes doubled; standard_conforming_strings is on in all our sessions.
[[nodiscard]] std::string quote_text(std::string_view text);
/// \x… for a bytea parameter.
[[nodiscard]] std::string bytea_text(std::span<const std::byte> bytes);

}  // namespace pgveil::proxy::keys
