#include "protocol/message/login.hpp"
#include "proxy/net/connection.hpp"
#include "proxy/net/session.hpp"

namespace pgveil::proxy {

namespace {

using protocol::StartupMessage;

/// What the server gets: the client's own settings. pgveil reads and writes UTF-8, so a client that
/// does not ask for an encoding gets that; one that asks for another is passed on.
std::shared_ptr<const StartupMessage> upstream_startup(StartupMessage message) {
  const std::string* options = message.find("options");
  const bool asked =
      message.find("client_encoding") != nullptr ||
      (options != nullptr && options->find("client_encoding") != std::string::npos) ||
      (options != nullptr && options->find("client-encoding") != std::string::npos);
  if (!asked) {
    message.parameters.emplace_back("client_encoding", "UTF8");
  }
  return std::make_shared<const StartupMessage>(std::move(message));
}

SessionIdentity identify(Connection& connection, const StartupMessage& startup) {
  SessionIdentity identity;
  identity.session = connection.id;
  identity.login = *startup.find("user");
  identity.database = *startup.find("database");
  if (const std::string* name = startup.find("application_name")) {
    identity.application_name = *name;
  }
  identity.client_address = connection.client->peer();
  identity.tls = connection.client->is_tls();
  return identity;
}

void report_login(const Core& core, const SessionIdentity& identity, std::string_view sqlstate) {
  if (core.services.on_login) {
    core.services.on_login(identity, sqlstate);
  }
}

/// Both logins. Null: there is no session, and the client knows why.
asio::awaitable<std::shared_ptr<Session>> log_in(std::shared_ptr<Connection> connection,
                                                 std::shared_ptr<StartupMessage> startup,
                                                 protocol::Bytes& greeting) {
  const std::shared_ptr<Core> core = connection->core;
  SessionIdentity identity = identify(*connection, *startup);
  std::string sqlstate;
  std::string user = identity.login;
  std::optional<ClientProof> proof = co_await authenticate(connection, std::move(user), sqlstate);
  if (!proof) {
    count(core->counters.logins_failed);
    report_login(*core, identity, sqlstate);
    co_return nullptr;
  }
  identity.method = proof->method;
  const auto packet = upstream_startup(std::move(*startup));
  UpstreamLogin login = co_await log_in_upstream(core, packet, proof->secret);
  if (const auto* error = std::get_if<protocol::ErrorFields>(&login)) {
    count(core->counters.logins_failed);
    report_login(*core, identity, error->sqlstate());
    protocol::ErrorFields copy = *error;
    co_await send_error(connection, std::move(copy));
    co_return nullptr;
  }
  auto upstream = std::move(std::get<std::unique_ptr<Upstream>>(login));
  greeting = std::move(proof->farewell);
  const protocol::Authentication ok;
  protocol::encode_authentication(greeting, ok);
  protocol::put_bytes(greeting, upstream->greeting);
  co_return std::make_shared<Session>(core, connection->thread, std::move(identity),
                                      std::move(connection->client), std::move(upstream));
}

asio::awaitable<void> refuse_too_many(std::shared_ptr<Connection> connection) {
  protocol::ErrorFields error =
      protocol::make_error("FATAL", "53300", "sorry, too many clients already");
  co_await send_error(connection, std::move(error));
}

/// Everything up to the session, under one deadline.
asio::awaitable<std::shared_ptr<Session>> make_session(std::shared_ptr<Connection> connection,
                                                       protocol::Bytes& greeting) {
  const Core& core = *connection->core;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const Deadline deadline(executor, core.options.limits.login_timeout,
                          [connection] { connection->abandon(); });
  std::shared_ptr<StartupMessage> startup = co_await negotiate(connection);
  if (!startup) {
    co_return nullptr;
  }
  if (core.counters.sessions_open.load() >= core.options.limits.max_connections) {
    co_await refuse_too_many(connection);
    co_return nullptr;
  }
  std::shared_ptr<Session> session = co_await log_in(connection, startup, greeting);
  co_return deadline.expired() || connection->thread.stopping ? nullptr : session;
}

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<Connection> connection) {
  protocol::Bytes greeting;
  const std::shared_ptr<Session> session = co_await make_session(connection, greeting);
  if (!session) {
    connection->abandon();
    co_return;
  }
  const auto started = session->start(std::move(greeting), connection->client_frames.pending());
  if (!started) {
    session->abandon();
  }
}

}  // namespace pgveil::proxy
