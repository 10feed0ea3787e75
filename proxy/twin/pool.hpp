#pragma once

/// Connections to one database of a generation, opened when needed, up to a limit.
/// A lease gives its connection back unless it was broken. Threads: any.

#include "proxy/twin/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pgveil::proxy::twin {

class ConnectionPool {
 public:
  struct Settings {
    std::string socket_path;
    std::string database;
    unsigned limit = 1;
    std::chrono::milliseconds lease_timeout{0};
    TwinConnection::Options options;
  };

  class Lease {
   public:
    Lease(ConnectionPool& pool, TwinConnection connection)
        : pool_(&pool), connection_(std::move(connection)) {}

    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          connection_(std::move(other.connection_)),
          broken_(other.broken_) {}

    Lease& operator=(Lease&&) = delete;
    ~Lease();

    [[nodiscard]] TwinConnection& operator*() { return connection_; }

    [[nodiscard]] TwinConnection* operator->() { return &connection_; }

    /// The connection is closed instead of used again.
    void mark_broken() { broken_ = true; }

   private:
    ConnectionPool* pool_;
    TwinConnection connection_;
    bool broken_ = false;
  };

  explicit ConnectionPool(Settings settings) : settings_(std::move(settings)) {}

  /// Prefers a connection that has `state` in force already. Errors: NotReady after the timeout,
  /// ConnectionLost.
  [[nodiscard]] Result<Lease> lease(const SessionState& state);
  /// Closes what is idle; leases that are out end by themselves.
  void close();

 private:
  void give_back(std::optional<TwinConnection> connection);

  Settings settings_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<TwinConnection> idle_;
  unsigned open_ = 0;
  bool closed_ = false;
};

}  // namespace pgveil::proxy::twin
