#include "proxy/net/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace pgveil::proxy {

namespace {

constexpr std::size_t kTlsInbox = 16'384;  // one record

void set_option(int fd, int level, int option, int value) {
  (void)::setsockopt(fd, level, option, &value, sizeof value);
}

void set_tcp_options(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 6);
}

}  // namespace

Stream::Stream(Socket socket) : plain_(std::move(socket)) {
  error_code ec;
  plain_->non_blocking(true, ec);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd = plain_->native_handle();
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    unix_ = address.ss_family == AF_UNIX;
  }
  if (!unix_) {
    set_tcp_options(fd);
  }
}

std::string Stream::peer() const {
  if (unix_) {
    return "local";
  }
  error_code ec;
  const auto remote = socket().remote_endpoint(ec);
  if (ec) {
    return "unknown";
  }
  asio::ip::tcp::endpoint endpoint;
  if (remote.size() > endpoint.capacity()) {
    return "unknown";
  }
  endpoint.resize(remote.size());
  std::copy_n(reinterpret_cast<const std::byte*>(remote.data()), remote.size(),
              reinterpret_cast<std::byte*>(endpoint.data()));
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

void Stream::start_tls(asio::ssl::context& context) {
  BOOST_ASSERT(plain_);
  tls_ = std::make_unique<Tls>(std::move(*plain_), context);
  plain_.reset();
  inbox_ = std::make_unique<std::byte[]>(kTlsInbox);
}

asio::awaitable<error_code> Stream::handshake(asio::ssl::stream_base::handshake_type type) {
  const auto [ec] = co_await tls_->async_handshake(type, kAwait);
  co_return ec;
}

asio::awaitable<error_code> Stream::wait_readable() {
  if (!tls_) {
    const auto [ec] = co_await plain_->async_wait(Socket::wait_read, kAwait);
    co_return ec;
  }
  if (inbox_size_ > 0) {
    co_return error_code();
  }
  const auto buffer = asio::buffer(inbox_.get(), kTlsInbox);
  const auto [ec, size] = co_await tls_->async_read_some(buffer, kAwait);
  inbox_size_ = size;
  co_return ec == asio::ssl::error::stream_truncated ? error_code(asio::error::eof) : ec;
}

protocol::ByteView Stream::take(std::span<std::byte> scratch, error_code& ec) {
  if (tls_) {
    const protocol::ByteView got(inbox_.get(), std::exchange(inbox_size_, 0));
    ec = got.empty() ? error_code(asio::error::would_block) : error_code();
    return got;
  }
  const std::size_t size = plain_->read_some(asio::buffer(scratch.data(), scratch.size()), ec);
  return scratch.first(size);
}

asio::awaitable<std::optional<char>> Stream::read_byte() {
  char byte = 0;
  const auto buffer = asio::buffer(&byte, 1);
  const auto [ec, size] = co_await plain_->async_read_some(buffer, kAwait);
  co_return ec ? std::nullopt : std::optional<char>(byte);
}

asio::awaitable<std::optional<unsigned char>> Stream::peek_byte() {
  unsigned char byte = 0;
  const auto buffer = asio::buffer(&byte, 1);
  const auto [ec, size] = co_await plain_->async_receive(buffer, Socket::message_peek, kAwait);
  co_return ec ? std::nullopt : std::optional<unsigned char>(byte);
}

std::size_t Stream::available() const {
  error_code ec;
  return socket().available(ec);
}

asio::awaitable<error_code> Stream::write_all(protocol::ByteView bytes) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  if (tls_) {
    const auto [ec, size] = co_await asio::async_write(*tls_, buffer, kAwait);
    co_return ec;
  }
  const auto [ec, size] = co_await asio::async_write(*plain_, buffer, kAwait);
  co_return ec;
}

std::size_t Stream::write_now(protocol::ByteView bytes, error_code& ec) {
  ec = {};
  if (tls_ || bytes.empty()) {
    return 0;
  }
  const std::size_t size = plain_->write_some(asio::buffer(bytes.data(), bytes.size()), ec);
  if (ec == asio::error::would_block) {
    ec = {};
  }
  return size;
}

asio::awaitable<void> Stream::finish_writing() {
  error_code ec;
  if (tls_) {
    // Says close_notify. It does not wait for the peer's: SSL_shutdown is called once.
    const Deadline deadline(tls_->get_executor(), std::chrono::seconds(1), [this] { close(); });
    SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
    co_await tls_->async_shutdown(kAwait);
  }
  socket().shutdown(Socket::shutdown_send, ec);
}

void Stream::close() {
  error_code ec;
  socket().close(ec);
}

asio::awaitable<bool> Stream::wait_broken() {
  const auto [ec] = co_await socket().async_wait(Socket::wait_error, kAwait);
  if (ec) {
    co_return false;
  }
  pollfd entry{socket().native_handle(), 0, 0};
  co_return ::poll(&entry, 1, 0) > 0 && (entry.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace pgveil::proxy
