#pragma once

/// How coroutines wait: for a signal, for a worker, and never longer than a deadline.
/// Threads: everything here belongs to the one thread of its executor.

#include "proxy/net/worker_pool.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace pgveil::proxy {

namespace asio = boost::asio;
using boost::system::error_code;

/// Errors come as values.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Wakes whoever waits now; look at the condition again after each wait.
class Signal {
 public:
  explicit Signal(const asio::any_io_executor& executor) : timer_(executor) {
    timer_.expires_at(asio::steady_timer::time_point::max());
  }

  void notify() { timer_.cancel(); }

  [[nodiscard]] asio::awaitable<void> wait() { co_await timer_.async_wait(kAwait); }

 private:
  asio::steady_timer timer_;
};

/// Calls `on_expiry` once after `after`, unless it is dropped before.
class Deadline {
 public:
  Deadline(const asio::any_io_executor& executor,
           std::chrono::milliseconds after,
           std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  [[nodiscard]] bool expired() const { return state_->expired; }

 private:
  struct State {
    explicit State(const asio::any_io_executor& executor) : timer(executor) {}

    asio::steady_timer timer;
    std::function<void()> on_expiry;
    bool expired = false;
  };

  std::shared_ptr<State> state_;
};

/// Runs `work()` on a worker and waits for its result. `work` must not throw.
template <class Work>
[[nodiscard]] asio::awaitable<std::invoke_result_t<Work>> on_worker(WorkerPool& pool, Work work) {
  using Value = std::invoke_result_t<Work>;

  struct State {
    explicit State(const asio::any_io_executor& executor) : done(executor) {}

    std::optional<Value> value;
    Signal done;
  };

  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto state = std::make_shared<State>(executor);
  auto task = [state, work = std::move(work), guard = asio::make_work_guard(executor)]() mutable {
    auto value = std::make_shared<Value>(work());
    asio::post(guard.get_executor(), [state, value] {
      state->value.emplace(std::move(*value));
      state->done.notify();
    });
  };
  pool.post(std::move(task));
  while (!state->value) {
    co_await state->done.wait();
  }
  co_return std::move(*state->value);
}

}  // namespace pgveil::proxy
