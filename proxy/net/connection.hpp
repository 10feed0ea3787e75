#pragma once

/// A client from accept to the end of its login. What is said before a session exists, in this order:
/// negotiation (TLS, GSS, cancel, StartupMessage), the client's proof, our login upstream. All of it
/// under one deadline. Private to proxy/net.
/// Source: PostgreSQL, "Start-up", src/backend/postmaster/postmaster.c.

#include "protocol/message/startup.hpp"
#include "proxy/net/core.hpp"
#include "proxy/net/stream.hpp"
#include "proxy/net/upstream.hpp"

#include <memory>
#include <optional>
#include <string>

namespace pgveil::proxy {

struct Connection final : Stoppable {
  Connection(std::shared_ptr<Core> shared_core, IoThread& io_thread, Stream::Socket socket)
      : core(std::move(shared_core)),
        thread(io_thread),
        id(core->next_id.fetch_add(1)),
        client(std::make_unique<Stream>(std::move(socket), core->options.tcp)),
        client_frames(protocol::Side::Frontend) {}

  void stop_when_idle() override { abandon(); }

  void stop_now() override { abandon(); }

  void abandon() override {
    if (client) {
      client->close();
    }
  }

  /// Logins have their own deadline.
  void check_idleness(std::chrono::steady_clock::time_point) override {}

  std::shared_ptr<Core> core;
  IoThread& thread;
  std::uint64_t id;
  std::unique_ptr<Stream> client;       // moves on to the session
  protocol::FrameBuffer client_frames;  // after the StartupMessage
};

/// Answers SSLRequest, GSSENCRequest and CancelRequest until a StartupMessage comes that may log in.
/// Null: the client was told why, or was a CancelRequest, or is gone.
[[nodiscard]] asio::awaitable<std::shared_ptr<protocol::StartupMessage>> negotiate(
    std::shared_ptr<Connection> connection);

/// What a client proved. `farewell` is the last SCRAM message, if any: it goes out together with what the
/// server says. `method`: for the audit log.
struct ClientProof {
  std::shared_ptr<const LoginSecret> secret;
  protocol::Bytes farewell;
  std::string method;
};

/// SCRAM with the client; MD5 or a password in clear where that is allowed and its user has no SCRAM
/// verifier. Nothing: it failed, and was told so; `sqlstate` says how.
[[nodiscard]] asio::awaitable<std::optional<ClientProof>> authenticate(
    std::shared_ptr<Connection> connection, std::string user, std::string& sqlstate);

/// Sends a FATAL; the caller then closes.
[[nodiscard]] asio::awaitable<void> send_error(std::shared_ptr<Connection> connection,
                                               protocol::ErrorFields error);

/// From accept to the end.
[[nodiscard]] asio::awaitable<void> serve(std::shared_ptr<Connection> connection);

}  // namespace pgveil::proxy
