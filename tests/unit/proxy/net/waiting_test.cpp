#include "proxy/net/waiting.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace pgveil::proxy {

namespace {

using namespace std::chrono_literals;

TEST(Deadline, ExpiresOnce) {
  asio::io_context context;
  int expired = 0;
  const Deadline deadline(context.get_executor(), 1ms, [&expired] { ++expired; });
  context.run();
  EXPECT_EQ(expired, 1);
  EXPECT_TRUE(deadline.expired());
}

TEST(Deadline, DoesNothingOnceDropped) {
  asio::io_context context;
  int expired = 0;
  {
    const Deadline deadline(context.get_executor(), 0ms, [&expired] { ++expired; });
    std::this_thread::sleep_for(2ms);
  }
  context.run();
  EXPECT_EQ(expired, 0);
}

asio::awaitable<void> wait_for_flag(Signal& signal, bool& flag, int& woken) {
  while (!flag) {
    co_await signal.wait();
  }
  ++woken;
}

TEST(Signal, WakesAllWhoWait) {
  asio::io_context context;
  Signal signal(context.get_executor());
  bool flag = false;
  int woken = 0;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(context, wait_for_flag(signal, flag, woken), [](std::exception_ptr) {});
  }
  asio::post(context, [&] {
    flag = true;
    signal.notify();
  });
  context.run();
  EXPECT_EQ(woken, 2);
}

asio::awaitable<void> ask_worker(WorkerPool& pool, std::unique_ptr<int>& answer) {
  auto work = [] { return std::make_unique<int>(42); };
  answer = co_await on_worker(pool, std::move(work));
}

TEST(OnWorker, BringsTheResultBack) {
  asio::io_context context;
  WorkerPool pool(1, std::size_t{1} << 20);
  std::unique_ptr<int> answer;
  asio::co_spawn(context, ask_worker(pool, answer), [](std::exception_ptr) {});
  context.run();
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, 42);
}

}  // namespace

}  // namespace pgveil::proxy
