#pragma once

/// The HTTP server for operators, on its own port: /metrics (Prometheus text), /healthz (the process is
/// alive), /readyz (200, or 503 and why not). Plain HTTP and no login: listen on an inner address.
/// Starts with `start`, stops when dropped. Threads: the callbacks run on the server's two threads.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pgveil::proxy {

struct MetricsServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one, for tests
  std::function<std::string()> metrics;
  /// Empty: ready. Otherwise why not, one sentence without secrets.
  std::function<std::string()> not_ready_because;
};

class MetricsServer {
 public:
  /// Null if the address cannot be used; `why` then says so.
  [[nodiscard]] static std::unique_ptr<MetricsServer> start(MetricsServerOptions options,
                                                            std::string& why);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pgveil::proxy
