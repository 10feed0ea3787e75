#pragma once

/// A fixed set of threads with large stacks (libpg_query recurses; and each new thread would use up a
/// thread key of it for good, so threads are never replaced) and one queue.
/// Threads: `post` from any. The destructor runs what is queued, then joins.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <vector>

namespace pgveil::proxy {

class WorkerPool {
 public:
  /// `stack_bytes` is address space; pages are used as they are touched.
  WorkerPool(std::size_t threads, std::size_t stack_bytes);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// `work()` runs once on some worker; it must not throw. It may be move-only.
  template <class Work>
  void post(Work work) {
    push(std::make_unique<Holder<Work>>(std::move(work)));
  }

  [[nodiscard]] std::size_t queued() const;

  /// Runs what is queued, then joins. Nothing may be posted from now on.
  void stop();

 private:
  struct Task {
    virtual ~Task() = default;
    virtual void run() = 0;
  };

  template <class Work>
  struct Holder final : Task {
    explicit Holder(Work given) : work(std::move(given)) {}

    void run() override { work(); }

    Work work;
  };

  static void* thread_main(void* pool);
  void push(std::unique_ptr<Task> task);
  void run();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Task>> queue_;
  bool stopping_ = false;
  std::vector<pthread_t> threads_;
};

inline constexpr std::size_t kWorkerStack = std::size_t{64} << 20;

}  // namespace pgveil::proxy
