#pragma once

/// Keeps the twin and the catalog in step with the upstream schema. One thread with a control connection
/// of its own listens for NOTIFY pgveil and compares a fingerprint every few seconds; when the schema has
/// changed it lets the twin make a new generation and then publishes a new catalog.
///   Twin twin(config); CatalogFollower follower(twin, …); follower.start(); follower.current();
/// Between the swap of the twin and the catalog's, plans meet OIDs that the old catalog does not know:
/// they are refused, never guessed.
/// Threads: all functions from any thread.

#include "policy/model/catalog.hpp"
#include "proxy/catalog/loader.hpp"
#include "proxy/twin/twin.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace pgveil::proxy::catalog {

class CatalogFollower {
 public:
  struct Options {
    std::chrono::milliseconds interval{5'000};
    /// Called on the follower's thread with each new catalog, after `current` gives it.
    std::function<void(std::shared_ptr<const policy::Catalog>)> on_catalog;
  };

  /// `twin` must outlive the follower, and have no other on_swap callback.
  CatalogFollower(twin::Twin& twin, Options options);
  ~CatalogFollower();
  CatalogFollower(const CatalogFollower&) = delete;
  CatalogFollower& operator=(const CatalogFollower&) = delete;

  /// Starts the twin, or refreshes one that runs, and loads the first catalog; blocks.
  [[nodiscard]] Result<twin::Done> start();
  void stop();

  /// Never null after `start`.
  [[nodiscard]] std::shared_ptr<const policy::Catalog> current() const;
  /// Compares now and follows if needed; blocks until that is done. After DDL through the proxy.
  [[nodiscard]] Result<twin::Done> check_now();
  /// The same, unless a comparison began less than `age` ago: for names that the twin does not know,
  /// which a client may send as often as it likes.
  [[nodiscard]] Result<twin::Done> check_unless_within(std::chrono::milliseconds age);

 private:
  void run();
  [[nodiscard]] Result<twin::Done> follow();
  [[nodiscard]] Result<twin::Done> connect();
  void wake();

  twin::Twin& twin_;
  Options options_;
  int wake_fd_ = -1;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable answered_changed_;
  std::shared_ptr<const policy::Catalog> current_;
  bool stopping_ = false;
  std::uint64_t requested_ = 0;
  std::uint64_t answered_ = 0;
  std::chrono::steady_clock::time_point checked_at_;
  std::optional<Error> last_failure_;

  // The thread's own, after `start`:
  std::optional<twin::ControlConnection> upstream_;
  std::string fingerprint_;
  std::uint64_t generation_ = 0;
  std::uint64_t epoch_ = 0;
};

}  // namespace pgveil::proxy::catalog
