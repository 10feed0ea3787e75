#pragma once

/// The server: listens, logs clients in on both sides, and runs their sessions.
///   Server server(options, services);
///   if (auto why = server.start()) …;   // in words for the operator
///   … wait for SIGTERM …  server.stop();  server.wait();
/// Threads: `start`, `stop`, `wait` from one thread; `counters` and `port` from any.

#include "proxy/net/counters.hpp"
#include "proxy/net/net_services.hpp"
#include "proxy/net/options.hpp"

#include <memory>
#include <optional>
#include <string>

namespace pgveil::proxy {

class Server {
 public:
  Server(NetOptions options, NetServices services);
  /// Stops and waits.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Nothing, or why it does not listen. The process ignores SIGPIPE from then on.
  [[nodiscard]] std::optional<std::string> start();
  /// No new connections; idle sessions end with 57P01, busy ones when they are done or after
  /// `shutdown_timeout`. With `reuse_port` the other process gets all new connections first, and
  /// sessions are left alone for `drain_time`.
  void stop();
  /// Reads certificates and keys of both sides again, for connections to come. Nothing, or why the old
  /// ones stay. Any thread.
  [[nodiscard]] std::optional<std::string> reload_tls();
  /// Until all sessions have ended after `stop`.
  void wait();

  [[nodiscard]] const NetCounters& counters() const;
  /// The TCP port, also if 0 was asked for.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pgveil::proxy
