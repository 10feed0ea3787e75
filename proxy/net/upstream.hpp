#pragma once

/// Connections to a server: finding and opening one, logging in as the client's user, asking to cancel.
/// Threads: the caller's executor. Each function has its own deadline.

#include "protocol/frame.hpp"
#include "protocol/message/errors.hpp"
#include "protocol/message/startup.hpp"
#include "proxy/auth/login_secret.hpp"
#include "proxy/net/core.hpp"
#include "proxy/net/stream.hpp"

#include <memory>
#include <variant>

namespace pgveil::proxy {

/// One address of one configured host.
struct UpstreamAddress {
  std::string host;  // as configured: the name that its certificate must bear
  Stream::Endpoint endpoint;
};

/// The addresses of a host, in the resolver's order; none: its name is not known. Within
/// `connect_timeout`.
[[nodiscard]] asio::awaitable<std::vector<UpstreamAddress>> resolve_upstream(
    std::shared_ptr<Core> core, UpstreamHost host);

/// Connected, TLS as `sslmode` wants it, nothing sent yet. Or the FATAL for the client: 08006.
using OpenedUpstream = std::variant<std::unique_ptr<Stream>, protocol::ErrorFields>;
[[nodiscard]] asio::awaitable<OpenedUpstream> open_upstream(std::shared_ptr<Core> core,
                                                            UpstreamAddress address);

/// FATAL 08006: no server, for the reason that `detail` tells.
[[nodiscard]] protocol::ErrorFields cannot_connect(std::string_view detail);

/// A server that waits for the first statement.
struct Upstream {
  std::unique_ptr<Stream> stream;
  UpstreamAddress address;
  /// NoticeResponses and ParameterStatuses for the client, in order, as messages.
  protocol::Bytes greeting;
  ParameterStatuses statuses;
  std::int32_t pid = 0;
  protocol::Bytes key;
  protocol::Bytes ready;  // the first ReadyForQuery
  protocol::Bytes rest;   // what came behind it
};

using UpstreamLogin = std::variant<std::unique_ptr<Upstream>, protocol::ErrorFields>;

/// Logs in at the first server that answers and has the wanted `target_session_attrs`. As in libpq a
/// server that refuses the login ends the search, unless it says 57P03. `startup` is what the server
/// gets; `secret` may be null, if the client was not asked for a password. An error is the (last)
/// server's own FATAL, or ours: 08006, 28000, 28P01 (the verifier changed).
[[nodiscard]] asio::awaitable<UpstreamLogin> log_in_upstream(
    std::shared_ptr<Core> core,
    std::shared_ptr<const protocol::StartupMessage> startup,
    std::shared_ptr<const LoginSecret> secret);

/// Sends a CancelRequest to the very server of the session and waits until it has closed that
/// connection, or `cancel_timeout`.
[[nodiscard]] asio::awaitable<void> cancel_upstream(std::shared_ptr<Core> core,
                                                    UpstreamAddress address,
                                                    std::int32_t pid,
                                                    std::shared_ptr<const protocol::Bytes> key);

}  // namespace pgveil::proxy
