#include "proxy/net/server.hpp"

#include "proxy/net/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <csignal>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace pgveil::proxy {

namespace {

using asio::ip::tcp;
using Local = asio::local::stream_protocol;

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

/// Accepts for ever, handing connections to the threads in turn.
template <class Acceptor>
asio::awaitable<void> accept_all(std::shared_ptr<Core> core, std::shared_ptr<Acceptor> acceptor) {
  std::size_t turn = 0;
  asio::steady_timer pause(acceptor->get_executor());
  while (acceptor->is_open()) {
    IoThread& thread = *core->threads[turn++ % core->threads.size()];
    typename Acceptor::protocol_type::socket socket(thread.context);
    const auto [ec] = co_await acceptor->async_accept(socket, kAwait);
    if (!ec) {
      count(core->counters.connections_accepted);
      auto start = [core, &thread, socket = Stream::Socket(std::move(socket))]() mutable {
        start_connection(core, thread, std::move(socket));
      };
      asio::post(thread.context, std::move(start));
    } else if (acceptor->is_open()) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kAwait);
    }
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(NetOptions options, NetServices services)
      : core_(std::make_shared<Core>(std::move(options), std::move(services))) {}

  std::optional<std::string> start();
  void stop();
  void wait();

  [[nodiscard]] const NetCounters& counters() const { return core_->counters; }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::optional<std::string> prepare_tls();
  std::optional<std::string> listen_tcp(const std::string& host);
  std::optional<std::string> listen_unix();
  template <class Acceptor>
  void spawn_acceptor(std::shared_ptr<Acceptor> acceptor);

  std::shared_ptr<Core> core_;
  std::uint16_t port_ = 0;
  std::string unix_path_;
  std::vector<std::function<void()>> close_acceptors_;
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
  core_->client_tls = std::get<TlsContext>(client);
  core_->upstream_tls = std::get<TlsContext>(upstream);
  return std::nullopt;
}

template <class Acceptor>
void Server::Impl::spawn_acceptor(std::shared_ptr<Acceptor> acceptor) {
  asio::io_context& context = core_->threads.front()->context;
  auto report = [core = core_](std::exception_ptr error) {
    if (error) {
      core->log(LogLevel::Error, "accepting connections was ended by an exception");
    }
  };
  asio::co_spawn(context, accept_all(core_, acceptor), std::move(report));
  close_acceptors_.emplace_back([acceptor] {
    error_code ec;
    acceptor->close(ec);
  });
}

std::optional<std::string> Server::Impl::listen_tcp(const std::string& host) {
  asio::io_context& context = core_->threads.front()->context;
  error_code ec;
  tcp::resolver resolver(context);
  const std::uint16_t wanted = port_ != 0 ? port_ : core_->options.listen.port;
  const auto endpoints = resolver.resolve(
      host, std::to_string(wanted), tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  if (ec || endpoints.empty()) {
    return "cannot listen on " + host + ": " + ec.message();
  }
  const tcp::endpoint endpoint = endpoints.begin()->endpoint();
  auto acceptor = std::make_shared<tcp::acceptor>(context);
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) {
    acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
    acceptor->bind(endpoint, ec);
  }
  if (!ec) {
    acceptor->listen(asio::socket_base::max_listen_connections, ec);
  }
  if (ec) {
    return "cannot listen on " + host + " port " + std::to_string(wanted) + ": " + ec.message();
  }
  port_ = acceptor->local_endpoint(ec).port();
  spawn_acceptor(std::move(acceptor));
  return std::nullopt;
}

std::optional<std::string> Server::Impl::listen_unix() {
  const std::uint16_t port = port_ != 0 ? port_ : core_->options.listen.port;
  const std::string path = core_->options.listen.unix_dir + "/.s.PGSQL." + std::to_string(port);
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return "the path of the unix socket is too long: " + path;
  }
  asio::io_context& context = core_->threads.front()->context;
  error_code ec;
  Local::socket probe(context);
  probe.connect(Local::endpoint(path), ec);
  if (!ec) {
    return "another server listens on " + path;
  }
  ::unlink(path.c_str());  // left behind by one that did not end well
  auto acceptor = std::make_shared<Local::acceptor>(context);
  acceptor->open(Local(), ec);
  if (!ec) {
    acceptor->bind(Local::endpoint(path), ec);
  }
  if (!ec && ::chmod(path.c_str(), 0777) != 0) {  // who may connect is the login's business
    ec = error_code(errno, boost::system::system_category());
  }
  if (!ec) {
    acceptor->listen(asio::socket_base::max_listen_connections, ec);
  }
  if (ec) {
    return "cannot listen on " + path + ": " + ec.message();
  }
  unix_path_ = path;
  spawn_acceptor(std::move(acceptor));
  return std::nullopt;
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
  for (const std::string& host : core_->options.listen.hosts) {
    if (auto why = listen_tcp(host)) {
      return why;
    }
  }
  if (!core_->options.listen.unix_dir.empty()) {
    if (auto why = listen_unix()) {
      return why;
    }
  }
  for (const auto& thread : core_->threads) {
    thread->thread = std::thread([core = core_, raw = thread.get()] { run_thread(core, *raw); });
  }
  started_ = true;
  return std::nullopt;
}

void Server::Impl::stop() {
  if (!std::exchange(started_, false)) {
    return;
  }
  asio::post(core_->threads.front()->context, [close = std::move(close_acceptors_)] {
    for (const auto& one : close) {
      one();
    }
  });
  close_acceptors_.clear();
  for (const auto& thread : core_->threads) {
    asio::post(thread->context, [core = core_, raw = thread.get()] { stop_thread(core, *raw); });
  }
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
  core_->threads.clear();
  if (!unix_path_.empty()) {
    ::unlink(unix_path_.c_str());
    unix_path_.clear();
  }
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

std::uint16_t Server::port() const { return impl_->port(); }

}  // namespace pgveil::proxy
