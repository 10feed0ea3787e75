#pragma once

/// Asks a real PostgreSQL about single values: one prepared statement, one parameter, one result.

#include "protocol/value/codec.hpp"
#include "tests/support/postgres_server.hpp"

#include <libpq-fe.h>

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

namespace pgveil::test {

/// NULL, bytes, or an error.
using Answer = std::variant<std::monostate, protocol::Bytes, protocol::value::PgError>;

class AskedServer {
 public:
  /// The one server of this test program.
  static AskedServer& instance() {
    static PostgresServer server;
    static AskedServer asked(server.conninfo());
    return asked;
  }

  void run(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
    }
  }

  void prepare(const std::string& name, const std::string& sql) {
    run("DEALLOCATE ALL");
    PGresult* result = PQprepare(connection_, name.c_str(), sql.c_str(), 0, nullptr);
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!good) {
      throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
    }
  }

  Answer ask(const std::string& name, protocol::ByteView value, int format, int result_format) {
    std::string text(protocol::as_text(value));
    const char* values[] = {text.c_str()};
    const int lengths[] = {static_cast<int>(text.size())};
    const int formats[] = {format};
    return take(
        PQexecPrepared(connection_, name.c_str(), 1, values, lengths, formats, result_format));
  }

  Answer ask_two(const std::string& name, protocol::ByteView first, protocol::ByteView second) {
    std::string a(protocol::as_text(first));
    std::string b(protocol::as_text(second));
    const char* values[] = {a.c_str(), b.c_str()};
    const int lengths[] = {static_cast<int>(a.size()), static_cast<int>(b.size())};
    const int formats[] = {1, 1};
    return take(PQexecPrepared(connection_, name.c_str(), 2, values, lengths, formats, 0));
  }

 private:
  explicit AskedServer(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      throw std::runtime_error(PQerrorMessage(connection_));
    }
  }

  static Answer take(PGresult* result) {
    Answer answer;
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
      const auto field = [result](int code) {
        const char* text = PQresultErrorField(result, code);
        return std::string(text != nullptr ? text : "");
      };
      answer = protocol::value::PgError{field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY),
                                        field(PG_DIAG_MESSAGE_DETAIL)};
    } else if (PQntuples(result) == 1 && PQgetisnull(result, 0, 0) == 0) {
      const std::string_view cell(PQgetvalue(result, 0, 0),
                                  static_cast<std::size_t>(PQgetlength(result, 0, 0)));
      const auto bytes = protocol::as_bytes(cell);
      answer = protocol::Bytes(bytes.begin(), bytes.end());
    }
    PQclear(result);
    return answer;
  }

  PGconn* connection_;
};

[[nodiscard]] inline std::string shown(protocol::ByteView bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const std::byte b : bytes) {
    text += kHex[std::to_integer<unsigned>(b) >> 4];
    text += kHex[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

[[nodiscard]] inline std::string shown_answer(const Answer& answer) {
  if (const auto* bytes = std::get_if<protocol::Bytes>(&answer)) {
    return shown(*bytes);
  }
  if (const auto* error = std::get_if<protocol::value::PgError>(&answer)) {
    return error->sqlstate + " " + error->message + " / " + error->detail;
  }
  return "NULL";
}

[[nodiscard]] inline Answer answer_of(const protocol::value::Converted& converted) {
  if (const auto* value = std::get_if<protocol::value::Canonical>(&converted)) {
    return value->bytes;
  }
  if (const auto* error = std::get_if<protocol::value::PgError>(&converted)) {
    return *error;
  }
  return std::monostate{};
}

}  // namespace pgveil::test
