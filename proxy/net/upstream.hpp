#pragma once

/// Connections to the server: opening one, logging in as the client's user, and asking to cancel.
/// Threads: the caller's executor. Each function has its own deadline.

#include "protocol/frame.hpp"
#include "protocol/message/errors.hpp"
#include "protocol/message/startup.hpp"
#include "proxy/auth/scram_server.hpp"
#include "proxy/net/core.hpp"
#include "proxy/net/stream.hpp"

#include <memory>
#include <variant>

namespace pgveil::proxy {

/// Connected, TLS as `sslmode` wants it, nothing sent yet. Or the FATAL for the client: 08006.
using OpenedUpstream = std::variant<std::unique_ptr<Stream>, protocol::ErrorFields>;
[[nodiscard]] asio::awaitable<OpenedUpstream> open_upstream(std::shared_ptr<Core> core);

/// A server that waits for the first statement.
struct Upstream {
  std::unique_ptr<Stream> stream;
  /// NoticeResponses and ParameterStatuses for the client, in order, as messages.
  protocol::Bytes greeting;
  ParameterStatuses statuses;
  std::int32_t pid = 0;
  protocol::Bytes key;
  protocol::Bytes ready;  // the first ReadyForQuery
  protocol::Bytes rest;   // what came behind it
};

using UpstreamLogin = std::variant<std::unique_ptr<Upstream>, protocol::ErrorFields>;

/// Logs in. `startup` is what the server gets; `keys` may be null, if the client was not asked for a
/// password. An error is the server's own FATAL, or ours: 08006, 28000, 28P01 (the verifier changed).
[[nodiscard]] asio::awaitable<UpstreamLogin> log_in_upstream(
    std::shared_ptr<Core> core,
    std::shared_ptr<const protocol::StartupMessage> startup,
    std::shared_ptr<const ScramKeys> keys);

/// Sends a CancelRequest and waits until the server has closed that connection, or `cancel_timeout`.
[[nodiscard]] asio::awaitable<void> cancel_upstream(std::shared_ptr<Core> core,
                                                    std::int32_t pid,
                                                    std::shared_ptr<const protocol::Bytes> key);

}  // namespace pgveil::proxy
