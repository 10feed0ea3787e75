#include "proxy/net/server.hpp"

#include "proxy/net/connection.hpp"
#include "proxy/net/listener.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <csignal>

namespace pgveil::proxy {

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // after running out of files
constexpr std::chrono::milliseconds kLastGrace{2'000};  // between FATAL and closing
constexpr std::uint64_t kLoginSlack =
    100;  // connections beyond max_connections that may be told so

std::uint32_t or_cores(std::uint32_t wanted, std::uint32_t per_core) {
  return wanted > 0 ? wanted : per_core * std::max(1U, std::thread::hardware_concurrency());
}

void run_thread(std::shared_ptr<Core> core, IoThread& thread) {
  for (;;) {
    try {
      thread.context.run();
      return;
    } catch (const std::exception&) {  // bad_alloc: the others go on
      core->log(LogLevel::Error, "an exception reached the event loop");
    }
  }
}

void start_connection(std::shared_ptr<Core> core, IoThread& thread, Stream::Socket socket) {
  const std::uint64_t open = core->counters.connections_open.load();
  if (thread.stopping || open >= core->options.limits.max_connections + kLoginSlack) {
    return;
  }
  const auto connection = std::make_shared<Connection>(core, thread, std::move(socket));
  thread.connections[connection->id] = connection;
  count(core->counters.connections_open);
  asio::co_spawn(thread.context, serve(connection), [connection](std::exception_ptr error) {
    if (error) {
      connection->core->log(LogLevel::Error, "a login was ended by an exception");
      connection->abandon();
    }
    count_down(connection->core->counters.connections_open);
    const auto at = connection->thread.connections.find(connection->id);
    if (at != connection->thread.connections.end() && at->second.lock() == connection) {
      connection->thread.forget(connection->id);  // no session came of it
    }
  });
}

void stop_thread(std::shared_ptr<Core> core, IoThread& thread);

/// Tells every connection, of which some may end meanwhile.
template <class Tell>
void tell_all(IoThread& thread, Tell tell) {
  std::vector<std::shared_ptr<Stoppable>> connections;
  for (const auto& [id, weak] : thread.connections) {
    if (auto connection = weak.lock()) {
      connections.push_back(std::move(connection));
    }
  }
  for (const auto& connection : connections) {
    tell(*connection);
  }
}

void stop_thread(std::shared_ptr<Core> core, IoThread& thread) {
  if (std::exchange(thread.stopping, true)) {
    return;
  }
  tell_all(thread, [](Stoppable& connection) { connection.stop_when_idle(); });
  const asio::any_io_executor executor = thread.context.get_executor();
  auto abandon = [&thread] { tell_all(thread, [](Stoppable& one) { one.abandon(); }); };
  auto force = [&thread, executor, abandon] {
    tell_all(thread, [](Stoppable& one) { one.stop_now(); });
    asio::post(executor, [&thread, executor, abandon] {
      if (thread.stop_deadline) {
        thread.stop_deadline.emplace(executor, kLastGrace, abandon);
      }
    });
  };
  thread.stop_deadline.emplace(executor, core->options.limits.shutdown_timeout, force);
  thread.finish_if_empty();
}

void hand_to_thread(std::shared_ptr<Core> core, IoThread& thread, Stream::Socket socket) {
  count(core->counters.connections_accepted);
  auto start = [core, &thread, socket = std::move(socket)]() mutable {
    start_connection(core, thread, std::move(socket));
  };
  asio::post(thread.context, std::move(start));
}

/// Accepts for ever, handing connections to the threads in turn.
asio::awaitable<void> accept_all(std::shared_ptr<Core> core, std::shared_ptr<Listener> listener) {
  std::size_t turn = 0;
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (listener->is_open()) {
    IoThread& thread = *core->threads[turn++ % core->threads.size()];
    Stream::Socket socket(thread.context);
    const error_code ec = co_await listener->accept(thread.context, socket);
    if (!ec) {
      hand_to_thread(core, thread, std::move(socket));
    } else if (listener->is_open()) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kAwait);
    }
  }
}

/// Takes what the kernel has accepted already, then closes.
void finish_accepting(std::shared_ptr<Core> core, Listener& listener) {
  IoThread& thread = *core->threads.front();
  error_code ec;
  while (!ec && listener.is_open()) {
    Stream::Socket socket(thread.context);
    listener.accept_now(thread.context, socket, ec);
    if (!ec) {
      hand_to_thread(core, thread, std::move(socket));
    }
  }
  listener.close();
}

void watch_idleness(IoThread& thread, std::chrono::milliseconds every) {
  const asio::any_io_executor executor = thread.context.get_executor();
  thread.idle_deadline.emplace(executor, every, [&thread, executor, every] {
    const auto now = std::chrono::steady_clock::now();
    tell_all(thread, [now](Stoppable& one) { one.check_idleness(now); });
    // Not from within the callback of the deadline that is replaced.
    asio::post(executor, [&thread, every] {
      if (thread.idle_deadline) {
        watch_idleness(thread, every);
      }
    });
  });
}

/// Often enough for the shortest time-out that policies can ask for (1 s).
std::chrono::milliseconds idle_tick(const NetLimits& limits) {
  constexpr std::chrono::milliseconds kTick{500};
  return limits.idle_timeout.count() > 0 ? std::min(kTick, limits.idle_timeout / 4 + kTick / 20)
                                         : kTick;
}

}  // namespace

class Server::Impl {
 public:
  Impl(NetOptions options, NetServices services)
      : core_(std::make_shared<Core>(std::move(options), std::move(services))) {}

  std::optional<std::string> start();
  std::optional<std::string> prepare_tls();
  void stop();
  void wait();

  [[nodiscard]] const NetCounters& counters() const { return core_->counters; }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::optional<std::string> listen();
  std::optional<std::string> add(Listening listening);
  void stop_threads();

  std::shared_ptr<Core> core_;
  std::uint16_t port_ = 0;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::optional<Deadline> accept_deadline_;  // these two belong to the first thread
  std::optional<Deadline> drain_deadline_;
  bool started_ = false;
};

std::optional<std::string> Server::Impl::prepare_tls() {
  auto client = client_tls_context(core_->options.tls);
  if (const auto* failure = std::get_if<TlsFailure>(&client)) {
    return failure->text;
  }
  auto upstream = upstream_tls_context(core_->options.upstream);
  if (const auto* failure = std::get_if<TlsFailure>(&upstream)) {
    return failure->text;
  }
  core_->tls.use(std::get<TlsContext>(client), std::get<TlsContext>(upstream));
  return std::nullopt;
}

std::optional<std::string> Server::Impl::add(Listening listening) {
  if (auto* why = std::get_if<std::string>(&listening)) {
    return std::move(*why);
  }
  auto listener = std::get<std::shared_ptr<Listener>>(std::move(listening));
  if (listener->port() != 0) {
    port_ = listener->port();
  }
  auto report = [core = core_](std::exception_ptr error) {
    if (error) {
      core->log(LogLevel::Error, "accepting connections was ended by an exception");
    }
  };
  asio::co_spawn(core_->threads.front()->context, accept_all(core_, listener), std::move(report));
  listeners_.push_back(std::move(listener));
  return std::nullopt;
}

std::optional<std::string> Server::Impl::listen() {
  const ListenOptions& options = core_->options.listen;
  asio::io_context& context = core_->threads.front()->context;
  port_ = options.port;
  for (const std::string& host : options.hosts) {
    if (auto why = add(listen_tcp(context, options, host, port_))) {
      return why;
    }
  }
  return options.unix_dir.empty() ? std::nullopt : add(listen_unix(context, options, port_));
}

std::optional<std::string> Server::Impl::start() {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: OpenSSL writes without MSG_NOSIGNAL
  if (auto why = prepare_tls()) {
    return why;
  }
  auto seed = crypto::SecretBytes::random(32);
  if (!seed) {
    return "the system's random source failed";
  }
  core_->mock_seed = std::move(*seed);
  const NetLimits& limits = core_->options.limits;
  core_->workers = std::make_unique<WorkerPool>(or_cores(limits.worker_threads, 2), kWorkerStack);
  core_->login_workers =
      std::make_unique<WorkerPool>(std::max(1U, limits.login_threads), std::size_t{1} << 20);
  for (std::uint32_t i = 0; i < or_cores(limits.io_threads, 1); ++i) {
    core_->threads.push_back(std::make_unique<IoThread>());
  }
  auto balancers = AddressSet::parse(core_->options.listen.proxy_protocol_from);
  if (!balancers) {
    return "proxy_protocol_from names something that is no network";
  }
  core_->balancers = std::move(*balancers);
  if (auto why = listen()) {
    return why;
  }
  for (const auto& thread : core_->threads) {
    watch_idleness(*thread, idle_tick(limits));
  }
  for (const auto& thread : core_->threads) {
    thread->thread = std::thread([core = core_, raw = thread.get()] { run_thread(core, *raw); });
  }
  started_ = true;
  return std::nullopt;
}

void Server::Impl::stop_threads() {
  for (const auto& thread : core_->threads) {
    asio::post(thread->context, [core = core_, raw = thread.get()] { stop_thread(core, *raw); });
  }
}

void Server::Impl::stop() {
  if (!std::exchange(started_, false)) {
    return;
  }
  IoThread& first = *core_->threads.front();
  auto finish = [this] {
    for (const auto& listener : listeners_) {
      finish_accepting(core_, *listener);
    }
  };
  if (!core_->options.listen.reuse_port) {
    asio::post(first.context, finish);
    stop_threads();
    return;
  }
  // Another process takes over. Until it gets all new connections, and for a while longer, everything
  // goes on here, so that nobody who was let in is sent away at once.
  asio::post(first.context, [this, finish] {
    for (const auto& listener : listeners_) {
      listener->hand_over();
    }
    const asio::any_io_executor executor = core_->threads.front()->context.get_executor();
    const auto half = core_->options.limits.drain_time / 2;
    accept_deadline_.emplace(executor, half, finish);
    drain_deadline_.emplace(executor, 2 * half, [this] { stop_threads(); });
  });
}

void Server::Impl::wait() {
  for (const auto& thread : core_->threads) {
    if (thread->thread.joinable()) {
      thread->thread.join();
    }
  }
  if (core_->workers) {
    core_->workers->stop();
    core_->login_workers->stop();
  }
  // What is left in the loops (a connection handed over too late, a listener that never started) holds
  // the core, which holds the loops.
  accept_deadline_.reset();
  drain_deadline_.reset();
  listeners_.clear();
  core_->threads.clear();
}

Server::Server(NetOptions options, NetServices services)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(services))) {}

Server::~Server() {
  impl_->stop();
  impl_->wait();
}

std::optional<std::string> Server::start() { return impl_->start(); }

void Server::stop() { impl_->stop(); }

void Server::wait() { impl_->wait(); }

const NetCounters& Server::counters() const { return impl_->counters(); }

std::optional<std::string> Server::reload_tls() { return impl_->prepare_tls(); }

std::uint16_t Server::port() const { return impl_->port(); }

}  // namespace pgveil::proxy
