#include "proxy/auth/verifiers.hpp"

#include <libpq-fe.h>

#include <array>
#include <poll.h>

namespace pgveil::proxy {

namespace {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};

using Connection = std::unique_ptr<PGconn, CloseConnection>;
using QueryResult = std::unique_ptr<PGresult, ClearResult>;
using Clock = std::chrono::steady_clock;

/// Whether the socket is ready before the deadline.
bool wait_for(PGconn* connection, short events, Clock::time_point deadline) {
  const int fd = PQsocket(connection);
  if (fd < 0) {
    return false;
  }
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd entry{fd, events, 0};
  return left > 0 && ::poll(&entry, 1, static_cast<int>(left)) > 0;
}

Connection connect(const std::string& conninfo, Clock::time_point deadline) {
  Connection connection(PQconnectStart(conninfo.c_str()));
  if (!connection || PQstatus(connection.get()) == CONNECTION_BAD) {
    return nullptr;
  }
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;
       next = PQconnectPoll(connection.get())) {
    if (next == PGRES_POLLING_FAILED ||
        !wait_for(connection.get(), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) {
      return nullptr;
    }
  }
  return connection;
}

/// The answer to one parameterised query, or nothing if the connection is of no more use.
QueryResult run(PGconn* connection,
                const std::string& sql,
                const std::string& user,
                Clock::time_point until) {
  const std::array<const char*, 1> values{user.c_str()};
  if (PQsendQueryParams(connection, sql.c_str(), 1, nullptr, values.data(), nullptr, nullptr, 0) !=
      1) {
    return nullptr;
  }
  while (PQisBusy(connection) == 1) {
    if (!wait_for(connection, POLLIN, until) || PQconsumeInput(connection) != 1) {
      return nullptr;
    }
  }
  QueryResult result(PQgetResult(connection));
  while (result) {  // up to the end, so that the next query can start
    const QueryResult more(PQgetResult(connection));
    if (!more) {
      break;
    }
  }
  return result;
}

class QueryVerifiers final : public VerifierSource {
 public:
  explicit QueryVerifiers(VerifierQuery query) : query_(std::move(query)) {}

  VerifierAnswer fetch(std::string_view user) override {
    const std::scoped_lock lock(mutex_);
    if (user.find('\0') != std::string_view::npos) {
      return read_stored_password({});
    }
    const auto deadline = Clock::now() + query_.timeout;
    const std::string name(user);
    const bool fresh = !connection_;
    QueryResult result = attempt(name, deadline);
    if (!result && !fresh) {
      result = attempt(name, deadline);  // the old connection was lost: once more on a new one
    }
    return read(result.get());
  }

 private:
  QueryResult attempt(const std::string& user, Clock::time_point deadline) {
    if (!connection_) {
      connection_ = connect(query_.conninfo, deadline);
    }
    if (!connection_) {
      return nullptr;
    }
    QueryResult result = run(connection_.get(), query_.sql, user, deadline);
    if (!result || PQstatus(connection_.get()) != CONNECTION_OK) {
      connection_.reset();
      result.reset();
    }
    return result;
  }

  static VerifierAnswer read(const PGresult* result) {
    VerifierAnswer answer;
    if (result == nullptr || PQresultStatus(result) != PGRES_TUPLES_OK || PQnfields(result) != 1) {
      return answer;
    }
    answer.status = VerifierStatus::Unknown;
    if (PQntuples(result) != 1 || PQgetisnull(result, 0, 0) == 1) {
      return answer;
    }
    return read_stored_password(
        {PQgetvalue(result, 0, 0), static_cast<std::size_t>(PQgetlength(result, 0, 0))});
  }

  std::mutex mutex_;
  VerifierQuery query_;
  Connection connection_;
};

}  // namespace

const std::string_view kDefaultVerifierQuery =
    "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin "
    "AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())";

std::unique_ptr<VerifierSource> verifiers_from_query(VerifierQuery query) {
  if (query.sql.empty()) {
    query.sql = kDefaultVerifierQuery;
  }
  return std::make_unique<QueryVerifiers>(std::move(query));
}

}  // namespace pgveil::proxy
