#include "proxy/twin/control.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <poll.h>

namespace pgveil::proxy::twin {
namespace {

std::string first_line(const char* message) {
  std::string text = message == nullptr ? "" : message;
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

int to_int(std::size_t n) { return static_cast<int>(n); }

}  // namespace

void Table::Clear::operator()(pg_result* result) const { PQclear(result); }

std::size_t Table::rows() const { return static_cast<std::size_t>(PQntuples(result_.get())); }

bool Table::is_null(std::size_t row, std::size_t column) const {
  return PQgetisnull(result_.get(), to_int(row), to_int(column)) != 0;
}

std::string_view Table::at(std::size_t row, std::size_t column) const {
  return {PQgetvalue(result_.get(), to_int(row), to_int(column)),
          static_cast<std::size_t>(PQgetlength(result_.get(), to_int(row), to_int(column)))};
}

std::string Table::text(std::size_t row, std::size_t column) const {
  return std::string(at(row, column));
}

std::int64_t Table::number(std::size_t row, std::size_t column) const {
  const std::string_view text = at(row, column);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint32_t Table::oid(std::size_t row, std::size_t column) const {
  return static_cast<std::uint32_t>(number(row, column));
}

bool Table::truth(std::size_t row, std::size_t column) const { return at(row, column) == "t"; }

char Table::letter(std::size_t row, std::size_t column) const {
  const std::string_view text = at(row, column);
  return text.empty() ? '\0' : text.front();
}

void ControlConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<ControlConnection> ControlConnection::open(const std::string& conninfo) {
  const std::array<const char*, 4> keys{"dbname", "fallback_application_name", "client_encoding",
                                        nullptr};
  const std::array<const char*, 4> values{conninfo.c_str(), "pgveil", "UTF8", nullptr};
  ControlConnection connection(PQconnectdbParams(keys.data(), values.data(), 1));
  if (PQstatus(connection.connection_.get()) != CONNECTION_OK) {
    return Error{Errc::Upstream, "connect",
                 first_line(PQerrorMessage(connection.connection_.get()))};
  }
  PQsetNoticeProcessor(
      connection.connection_.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

Result<Table> ControlConnection::check(pg_result* result) {
  Table table(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
    return table;
  }
  const char* primary =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return Error{Errc::Upstream, "query",
               first_line(primary != nullptr ? primary : PQerrorMessage(connection_.get()))};
}

Result<Table> ControlConnection::query(const std::string& sql) {
  return check(PQexec(connection_.get(), sql.c_str()));
}

Result<Table> ControlConnection::query(const std::string& sql,
                                       const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& parameter : parameters) {
    values.push_back(parameter.c_str());
  }
  return check(PQexecParams(connection_.get(), sql.c_str(), to_int(values.size()), nullptr,
                            values.data(), nullptr, nullptr, 0));
}

ControlConnection::Wait ControlConnection::wait_for_notify(std::chrono::milliseconds time,
                                                           int wake_fd) {
  std::array<pollfd, 2> fds{{{PQsocket(connection_.get()), POLLIN, 0}, {wake_fd, POLLIN, 0}}};
  ::poll(fds.data(), wake_fd >= 0 ? 2 : 1, static_cast<int>(time.count()));
  if (PQconsumeInput(connection_.get()) == 0 || PQstatus(connection_.get()) != CONNECTION_OK) {
    return Wait::Lost;
  }
  bool notified = false;
  while (PGnotify* notify = PQnotifies(connection_.get())) {
    PQfreemem(notify);
    notified = true;
  }
  return notified ? Wait::Notified : Wait::Timeout;
}

std::string make_conninfo(const std::vector<std::pair<std::string, std::string>>& parts) {
  std::string out;
  for (const auto& [key, value] : parts) {
    out += (out.empty() ? "" : " ") + key + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\') {
        out += '\\';
      }
      out += c;
    }
    out += '\'';
  }
  return out;
}

Result<SplitConninfo> split_password(const std::string& conninfo) {
  struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
  };

  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(conninfo.c_str(), &message));
  if (options == nullptr) {
    PQfreemem(message);  // it may quote the string, and so a password
    return Error{Errc::Upstream, "read the connection string", {}};
  }
  SplitConninfo split;
  std::vector<std::pair<std::string, std::string>> parts;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) {
      continue;
    }
    if (std::string_view(option->keyword) == "password") {
      split.password = option->val;
    } else {
      parts.emplace_back(option->keyword, option->val);
    }
  }
  split.without_password = make_conninfo(parts);
  return split;
}

}  // namespace pgveil::proxy::twin
