#include "proxy/net/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace pgveil::proxy {

namespace {

void set_option(int fd, int level, int option, int value) {
  (void)::setsockopt(fd, level, option, &value, sizeof value);
}

void set_tcp_options(int fd, const TcpOptions& tcp) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (tcp.keepalive_idle.count() > 0) {
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(tcp.keepalive_idle.count()));
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(tcp.keepalive_interval.count()));
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, static_cast<int>(tcp.keepalive_count));
  }
  if (tcp.user_timeout.count() > 0) {
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(tcp.user_timeout.count()));
  }
}

}  // namespace

Stream::Stream(Socket socket, const TcpOptions& tcp) : socket_(std::move(socket)) {
  error_code ec;
  socket_.non_blocking(true, ec);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd = socket_.native_handle();
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    unix_ = address.ss_family == AF_UNIX;
  }
  if (!unix_) {
    set_tcp_options(fd, tcp);
  }
}

std::optional<asio::ip::tcp::endpoint> Stream::peer_endpoint() const {
  error_code ec;
  const auto remote = socket_.remote_endpoint(ec);
  asio::ip::tcp::endpoint endpoint;
  if (unix_ || ec || remote.size() > endpoint.capacity()) {
    return std::nullopt;
  }
  endpoint.resize(remote.size());
  std::copy_n(reinterpret_cast<const std::byte*>(remote.data()), remote.size(),
              reinterpret_cast<std::byte*>(endpoint.data()));
  return endpoint;
}

bool Stream::is_local() const {
  const auto endpoint = peer_endpoint();
  return unix_ || (endpoint && endpoint->address().is_loopback());
}

std::string Stream::peer() const {
  if (unix_ || !peer_name_.empty()) {
    return unix_ ? "local" : peer_name_;
  }
  const auto endpoint = peer_endpoint();
  return endpoint ? print_endpoint(*endpoint) : "unknown";
}

std::string print_endpoint(const asio::ip::tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

bool Stream::start_tls(asio::ssl::context& context, TlsRole role) {
  BOOST_ASSERT(!tls_);
  tls_.reset(SSL_new(context.native_handle()));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_.native_handle()) != 1) {
    return false;
  }
  SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  role == TlsRole::Server ? SSL_set_accept_state(tls_.get()) : SSL_set_connect_state(tls_.get());
  return true;
}

Stream::Want Stream::outcome(int result, error_code& ec) {
  ec = {};
  const int system_error = errno;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_NONE:
      return Want::Nothing;
    case SSL_ERROR_WANT_READ:
      return Want::Read;
    case SSL_ERROR_WANT_WRITE:
      return Want::Write;
    case SSL_ERROR_ZERO_RETURN:
      ec = asio::error::eof;
      return Want::Nothing;
    case SSL_ERROR_SYSCALL:
      ec = error_code(system_error != 0 ? system_error : ECONNRESET,
                      boost::system::system_category());
      return Want::Nothing;
    default:
      ec = error_code(static_cast<int>(ERR_peek_error()), asio::error::get_ssl_category());
      return Want::Nothing;
  }
}

asio::awaitable<error_code> Stream::wait_for(Want want) {
  const auto side = want == Want::Write ? Socket::wait_write : Socket::wait_read;
  const auto [ec] = co_await socket_.async_wait(side, kAwait);
  co_return ec;
}

asio::awaitable<error_code> Stream::handshake() {
  for (;;) {
    error_code ec;
    ERR_clear_error();
    const Want want = outcome(SSL_do_handshake(tls_.get()), ec);
    if (want == Want::Nothing) {
      co_return ec;
    }
    ec = co_await wait_for(want);
    if (ec) {
      co_return ec;
    }
  }
}

asio::awaitable<error_code> Stream::wait_readable() {
  if (tls_ && SSL_pending(tls_.get()) > 0) {
    co_return error_code();
  }
  co_return co_await wait_for(Want::Read);
}

// A wait alone makes the reactor rearm the socket each time (epoll_ctl); a read does not.
asio::awaitable<error_code> Stream::wait_incoming() {
  if (tls_) {
    co_return co_await wait_readable();
  }
  if (!ahead_) {
    ahead_ = std::make_unique<Ahead>();
  }
  BOOST_ASSERT(ahead_->size == 0);
  const auto buffer = asio::buffer(ahead_->bytes);
  const auto [ec, size] = co_await socket_.async_read_some(buffer, kAwait);
  ahead_->size = size;
  co_return size > 0 ? error_code() : ec;
}

protocol::ByteView Stream::take(std::span<std::byte> scratch, error_code& ec) {
  ec = {};
  if (!tls_) {
    std::size_t size = 0;
    if (ahead_ && ahead_->size > 0) {
      BOOST_ASSERT(scratch.size() > ahead_->bytes.size());
      size = std::exchange(ahead_->size, 0);
      std::copy_n(ahead_->bytes.begin(), size, scratch.begin());
      if (size < ahead_->bytes.size()) {
        return scratch.first(size);
      }
    }
    const auto rest = scratch.subspan(size);
    size += socket_.read_some(asio::buffer(rest.data(), rest.size()), ec);
    if (size > 0) {
      ec = {};  // comes again with the next call
    }
    return scratch.first(size);
  }
  std::size_t taken = 0;
  Want want = Want::Nothing;
  while (taken < scratch.size() && want == Want::Nothing && !ec) {
    std::size_t size = 0;
    ERR_clear_error();
    want =
        outcome(SSL_read_ex(tls_.get(), scratch.data() + taken, scratch.size() - taken, &size), ec);
    taken += size;
  }
  if (taken > 0) {
    ec = {};  // an error comes again with the next call
  } else if (want != Want::Nothing) {
    ec = asio::error::would_block;
  }
  return scratch.first(taken);
}

asio::awaitable<std::optional<char>> Stream::read_byte() {
  char byte = 0;
  const auto buffer = asio::buffer(&byte, 1);
  const auto [ec, size] = co_await socket_.async_read_some(buffer, kAwait);
  co_return ec ? std::nullopt : std::optional<char>(byte);
}

asio::awaitable<std::optional<unsigned char>> Stream::peek_byte() {
  unsigned char byte = 0;
  const auto buffer = asio::buffer(&byte, 1);
  const auto [ec, size] = co_await socket_.async_receive(buffer, Socket::message_peek, kAwait);
  co_return ec ? std::nullopt : std::optional<unsigned char>(byte);
}

std::size_t Stream::available() const {
  error_code ec;
  return socket_.available(ec);
}

std::size_t Stream::write_now(protocol::ByteView bytes, error_code& ec) {
  ec = {};
  std::size_t written = 0;
  write_wants_ = Want::Write;
  while (written < bytes.size() && !ec) {
    const protocol::ByteView rest = bytes.subspan(written);
    std::size_t size = 0;
    if (tls_) {
      ERR_clear_error();
      write_wants_ = outcome(SSL_write_ex(tls_.get(), rest.data(), rest.size(), &size), ec);
    } else {
      size = socket_.write_some(asio::buffer(rest.data(), rest.size()), ec);
    }
    written += size;
    if (size == 0) {
      break;
    }
  }
  if (ec == asio::error::would_block) {
    ec = {};
  }
  return written;
}

asio::awaitable<error_code> Stream::write_all(protocol::ByteView bytes) {
  error_code ec;
  for (;;) {
    bytes = bytes.subspan(write_now(bytes, ec));
    if (bytes.empty() || ec) {
      co_return ec;
    }
    ec = co_await wait_for(write_wants_);
    if (ec) {
      co_return ec;
    }
  }
}

asio::awaitable<void> Stream::finish_writing() {
  error_code ec;
  Want want = Want::Nothing;
  if (tls_ && SSL_is_init_finished(tls_.get()) == 1) {
    ERR_clear_error();
    want = outcome(SSL_shutdown(tls_.get()), ec);  // says close_notify, waits for no answer
  }
  if (want == Want::Write) {
    const Deadline deadline(socket_.get_executor(), std::chrono::seconds(1), [this] { close(); });
    ec = co_await wait_for(want);
    ERR_clear_error();
    (void)outcome(SSL_shutdown(tls_.get()), ec);
  }
  socket_.shutdown(Socket::shutdown_send, ec);
}

void Stream::close() {
  error_code ec;
  socket_.close(ec);
}

asio::awaitable<bool> Stream::wait_broken() {
  const auto [ec] = co_await socket_.async_wait(Socket::wait_error, kAwait);
  if (ec) {
    co_return false;
  }
  pollfd entry{socket_.native_handle(), 0, 0};
  co_return ::poll(&entry, 1, 0) > 0 && (entry.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace pgveil::proxy
