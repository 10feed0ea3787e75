#include "proxy/keys/pg.hpp"

#include "crypto/bytes.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace pgveil::proxy::keys {
namespace {

void ignore_notice(void*, const PGresult*) {}

constexpr const char* kSession =
    "SELECT pg_catalog.set_config('search_path', '', false);"
    "SET standard_conforming_strings = on; SET client_encoding = 'UTF8'; SET bytea_output = 'hex';"
    "SET row_security = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = "
    "0;"
    "SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 3;"
    "SET TimeZone = 'UTC'; SET quote_all_identifiers = off";

std::string first_line(const char* text) {
  const std::string_view all(text);
  return std::string(all.substr(0, all.find('\n')));
}

int int_of(std::size_t value) { return static_cast<int>(value); }

}  // namespace

void PgRows::Clear::operator()(pg_result* result) const { PQclear(result); }

std::size_t PgRows::size() const { return static_cast<std::size_t>(PQntuples(result_.get())); }

bool PgRows::is_null(std::size_t row, std::size_t column) const {
  return PQgetisnull(result_.get(), int_of(row), int_of(column)) != 0;
}

std::string PgRows::text(std::size_t row, std::size_t column) const {
  BOOST_ASSERT(row < size());
  return {PQgetvalue(result_.get(), int_of(row), int_of(column)),
          static_cast<std::size_t>(PQgetlength(result_.get(), int_of(row), int_of(column)))};
}

std::int64_t PgRows::number(std::size_t row, std::size_t column) const {
  const std::string digits = text(row, column);
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

bool PgRows::truth(std::size_t row, std::size_t column) const { return text(row, column) == "t"; }

std::vector<std::byte> PgRows::bytes(std::size_t row, std::size_t column) const {
  crypto::Bytes out;
  const std::string hex = text(row, column);
  if (!hex.starts_with("\\x") || !crypto::hex_decode(std::string_view(hex).substr(2), out)) {
    out.clear();
  }
  return out;
}

std::uint64_t PgRows::changed() const {
  const std::string_view digits = PQcmdTuples(result_.get());
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

void PgConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

void PgConnection::FreeCopy::operator()(char* row) const { PQfreemem(row); }

Result<PgConnection> PgConnection::open(const std::string& conninfo) {
  const char* names[] = {"fallback_application_name", "dbname", nullptr};
  const char* values[] = {"pgveil", conninfo.c_str(), nullptr};
  PgConnection connection(PQconnectdbParams(names, values, 1));
  if (connection.connection_ == nullptr ||
      PQstatus(connection.connection_.get()) != CONNECTION_OK) {
    return Error{Errc::Connect, first_line(PQerrorMessage(connection.connection_.get())), ""};
  }
  PQsetNoticeReceiver(connection.connection_.get(), ignore_notice, nullptr);
  if (auto done = connection.query(kSession); !done) {
    return done.error();
  }
  return connection;
}

Error PgConnection::lost() const {
  return {Errc::Connect, first_line(PQerrorMessage(connection_.get())), ""};
}

Result<PgRows> PgConnection::check(pg_result* result) {
  PgRows rows(result);
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      return rows;
    case PGRES_FATAL_ERROR: {
      const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
      const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
      if (state != nullptr && message != nullptr) {
        return Error{Errc::Server, message, state};
      }
      return lost();
    }
    default:
      return lost();
  }
}

Result<PgRows> PgConnection::query(const std::string& sql) {
  return check(PQexec(connection_.get(), sql.c_str()));
}

Result<PgRows> PgConnection::query(const std::string& sql,
                                   const std::vector<PgParameter>& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const PgParameter& parameter : parameters) {
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  return check(PQexecParams(connection_.get(), sql.c_str(), int_of(values.size()), nullptr,
                            values.data(), nullptr, nullptr, 0));
}

Result<void> PgConnection::begin_copy_in(const std::string& sql) {
  PGresult* result = PQexec(connection_.get(), sql.c_str());
  if (PQresultStatus(result) == PGRES_COPY_IN) {
    PQclear(result);
    return {};
  }
  auto failed = check(result);
  return failed ? Error{Errc::Server, "COPY did not begin", ""} : failed.error();
}

Result<void> PgConnection::put_copy(std::span<const std::byte> data) {
  if (PQputCopyData(connection_.get(), reinterpret_cast<const char*>(data.data()),
                    int_of(data.size())) == 1) {
    return {};
  }
  return lost();
}

Result<void> PgConnection::end_copy_in() {
  if (PQputCopyEnd(connection_.get(), nullptr) != 1) {
    return lost();
  }
  auto done = check(PQgetResult(connection_.get()));
  while (PGresult* rest = PQgetResult(connection_.get())) {
    PQclear(rest);
  }
  return done ? Result<void>() : Result<void>(done.error());
}

Result<void> PgConnection::begin_copy_out(const std::string& sql) {
  PGresult* result = PQexec(connection_.get(), sql.c_str());
  if (PQresultStatus(result) == PGRES_COPY_OUT) {
    PQclear(result);
    return {};
  }
  auto failed = check(result);
  return failed ? Error{Errc::Server, "COPY did not begin", ""} : failed.error();
}

Result<bool> PgConnection::get_copy(std::span<const std::byte>& row) {
  char* buffer = nullptr;
  const int size = PQgetCopyData(connection_.get(), &buffer, 0);
  copy_row_.reset(buffer);
  if (size >= 0) {
    row = std::as_bytes(std::span(buffer, static_cast<std::size_t>(size)));
    return true;
  }
  if (size == -2) {
    return lost();
  }
  auto done = check(PQgetResult(connection_.get()));
  while (PGresult* rest = PQgetResult(connection_.get())) {
    PQclear(rest);
  }
  if (!done) {
    return done.error();
  }
  return false;
}

int PgConnection::server_version() const { return PQserverVersion(connection_.get()); }

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  return out + '"';
}

std::string quote_name(std::string_view schema, std::string_view name) {
  return quote_name(schema) + '.' + quote_name(name);
}

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') {
      out += c;
    }
  }
  return out + '\'';
}

std::string bytea_text(std::span<const std::byte> bytes) {
  return "\\x" + crypto::hex_encode(bytes);
}

}  // namespace pgveil::proxy::keys
