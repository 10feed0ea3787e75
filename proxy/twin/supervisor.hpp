#pragma once

/// The thread behind a Twin: makes generations, watches the current one, replaces it.
///   start ─▶ Building ─▶ Ready ──death──▶ Building (from the schema last seen) ─▶ Ready
///                          └──refresh──▶ Building beside it, then swap
/// All children are forked by this thread, which ends after them (see process.hpp).

#include "proxy/twin/directory.hpp"
#include "proxy/twin/generation.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace pgveil::proxy::twin {

class Twin::Supervisor {
 public:
  explicit Supervisor(const TwinConfig& config) : config_(config) {}

  ~Supervisor() { stop(); }

  [[nodiscard]] Result<Done> start();
  void stop();
  [[nodiscard]] Result<Done> refresh();

  void on_swap(std::function<void(std::uint64_t)> callback);

  /// Null while there is none.
  [[nodiscard]] std::shared_ptr<Generation> current() const;

 private:
  void run();
  [[nodiscard]] Result<Done> prepare();
  [[nodiscard]] Result<Done> rebuild(bool read_again);
  void watch();
  void answer(std::uint64_t request, Result<Done> result);

  const TwinConfig& config_;
  std::mutex callback_mutex_;  // held during the call: who replaces it waits for the end
  std::function<void(std::uint64_t)> on_swap_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Generation> current_;
  bool stopping_ = false;
  std::uint64_t requested_ = 0;  // refreshes asked for
  std::uint64_t answered_ = 0;   // refreshes done
  std::optional<Error> last_failure_;

  // Only the thread's own:
  std::optional<TwinDirectory> directory_;
  std::optional<UpstreamSchema> schema_;
  std::uint64_t built_ = 0;
};

}  // namespace pgveil::proxy::twin
