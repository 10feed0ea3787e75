#include "proxy/net/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace pgveil::proxy {

namespace {

TEST(WorkerPool, RunsEverythingBeforeItStops) {
  std::atomic<int> ran{0};
  {
    WorkerPool pool(3, std::size_t{1} << 20);
    for (int i = 0; i < 1'000; ++i) {
      auto movable = std::make_unique<int>(i);
      pool.post([&ran, movable = std::move(movable)] { ran += *movable >= 0 ? 1 : 0; });
    }
  }
  EXPECT_EQ(ran, 1'000);
}

TEST(WorkerPool, UsesAFixedSetOfThreads) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  {
    WorkerPool pool(2, std::size_t{1} << 20);
    for (int i = 0; i < 500; ++i) {
      pool.post([&] {
        const std::scoped_lock lock(mutex);
        threads.insert(std::this_thread::get_id());
      });
    }
  }
  EXPECT_LE(threads.size(), 2U);
}

/// Uses about `depth` kilobytes of stack.
int deep(int depth) {
  volatile char frame[1'000] = {};
  frame[0] = 1;
  return depth == 0 ? 0 : deep(depth - 1) + frame[0];
}

TEST(WorkerPool, HasStackForDeepRecursion) {
  std::atomic<int> reached{0};
  {
    WorkerPool pool(1, kWorkerStack);
    pool.post([&reached] { reached = deep(20'000); });
  }
  EXPECT_EQ(reached, 20'000);
}

}  // namespace

}  // namespace pgveil::proxy
