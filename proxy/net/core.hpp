#pragma once

/// What all connections of one server share. Private to proxy/net.

#include "crypto/secret.hpp"
#include "proxy/net/address_set.hpp"
#include "proxy/net/cancel_registry.hpp"
#include "proxy/net/counters.hpp"
#include "proxy/net/net_services.hpp"
#include "proxy/net/options.hpp"
#include "proxy/net/tls.hpp"
#include "proxy/net/waiting.hpp"
#include "proxy/net/worker_pool.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace pgveil::proxy {

/// What must be told when the server stops.
class Stoppable {
 public:
  virtual ~Stoppable() = default;
  /// End as soon as nothing is owed to the client.
  virtual void stop_when_idle() = 0;
  /// End what runs, with an error to the client.
  virtual void stop_now() = 0;
  /// Close the sockets.
  virtual void abandon() = 0;
  /// Asked now and then: end if the client has been silent for longer than it may.
  virtual void check_idleness(std::chrono::steady_clock::time_point now) = 0;
};

/// One thread with its event loop. All members but `context` belong to that thread.
struct IoThread {
  IoThread() : work(asio::make_work_guard(context)), scratch(kScratch) {}

  static constexpr std::size_t kScratch = 131'072;

  /// The connection has ended.
  void forget(std::uint64_t id) {
    connections.erase(id);
    finish_if_empty();
  }

  /// Lets the loop end once the server stops and nobody is connected.
  void finish_if_empty() {
    if (stopping && connections.empty()) {
      stop_deadline.reset();
      idle_deadline.reset();
      work.reset();
    }
  }

  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::thread thread;
  std::vector<std::byte> scratch;  // where plain sockets are read into, used within one call
  std::unordered_map<std::uint64_t, std::weak_ptr<Stoppable>> connections;
  std::optional<Deadline> stop_deadline;
  std::optional<Deadline> idle_deadline;  // the next look at all sessions
  bool stopping = false;
};

/// The contexts of both sides; null: no TLS there. They are replaced when certificates are read again.
/// Threads: any.
class TlsContexts {
 public:
  void use(TlsContext client, TlsContext upstream) {
    const std::scoped_lock lock(mutex_);
    client_ = std::move(client);
    upstream_ = std::move(upstream);
  }

  [[nodiscard]] TlsContext client() const {
    const std::scoped_lock lock(mutex_);
    return client_;
  }

  [[nodiscard]] TlsContext upstream() const {
    const std::scoped_lock lock(mutex_);
    return upstream_;
  }

 private:
  mutable std::mutex mutex_;
  TlsContext client_;
  TlsContext upstream_;
};

struct Core {
  Core(NetOptions net_options, NetServices net_services)
      : options(std::move(net_options)), services(std::move(net_services)) {}

  NetOptions options;
  NetServices services;
  NetCounters counters;
  CancelRegistry cancels;
  TlsContexts tls;
  AddressSet balancers;           // whose connections begin with a PROXY header
  crypto::SecretBytes mock_seed;  // of the salts of users who do not exist
  std::atomic<std::uint64_t> next_id{1};
  std::unique_ptr<WorkerPool> workers;        // jobs of sessions
  std::unique_ptr<WorkerPool> login_workers;  // verifiers: not held up by long jobs
  std::vector<std::unique_ptr<IoThread>> threads;

  /// How long a session may be silent; 0: for ever.
  [[nodiscard]] std::chrono::milliseconds idle_timeout(const SessionIdentity& who) const {
    const auto own =
        services.idle_timeout ? services.idle_timeout(who) : options.limits.idle_timeout;
    return own.count() > 0 ? own : options.limits.idle_timeout;
  }

  void log(LogLevel level, std::string_view text) const {
    if (services.log) {
      services.log(level, text);
    }
  }
};

}  // namespace pgveil::proxy
