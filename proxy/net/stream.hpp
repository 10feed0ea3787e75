#pragma once

/// One peer's connection: TCP or unix socket, plain or TLS. Reading and writing may go on at the same
/// time, each of them once. `close` ends whatever waits.
/// TLS is OpenSSL upon the non-blocking socket, without buffers in between, so that an idle connection
/// costs little. OpenSSL writes with write(): the process must ignore SIGPIPE, see Server::start.
/// Threads: the one of its executor.

#include "protocol/bytes.hpp"
#include "proxy/net/options.hpp"
#include "proxy/net/waiting.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace pgveil::proxy {

class Stream {
 public:
  using Socket = asio::generic::stream_protocol::socket;
  using Endpoint = asio::generic::stream_protocol::endpoint;

  enum class TlsRole { Server, Client };

  /// Sets TCP_NODELAY and `tcp` where they exist.
  Stream(Socket socket, const TcpOptions& tcp);

  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

  [[nodiscard]] bool is_unix() const { return unix_; }

  /// A unix socket, or a loopback address.
  [[nodiscard]] bool is_local() const;

  /// Null unless TLS.
  [[nodiscard]] SSL* tls() { return tls_.get(); }

  /// What the peer is, for people: an address with port, or "local".
  [[nodiscard]] std::string peer() const;

  /// The peer is a balancer; `name` is behind it.
  void name_peer(std::string name) { peer_name_ = std::move(name); }

  /// Nothing for a unix socket.
  [[nodiscard]] std::optional<asio::ip::tcp::endpoint> peer_endpoint() const;

  /// Turns the connection into TLS; then shake hands. Nothing may be buffered beside it. False: there
  /// is no memory for it.
  [[nodiscard]] bool start_tls(asio::ssl::context& context, TlsRole role);
  [[nodiscard]] asio::awaitable<error_code> handshake();

  /// Waits until `take` has something to give, or an error (eof at the end).
  [[nodiscard]] asio::awaitable<error_code> wait_readable();
  /// The same, reading a little already: in the steady state one system call less than waiting alone. Only
  /// where everything that comes is read by `take`.
  [[nodiscard]] asio::awaitable<error_code> wait_incoming();
  /// What has come, read into `scratch` without waiting; empty with `would_block` if nothing has.
  [[nodiscard]] protocol::ByteView take(std::span<std::byte> scratch, error_code& ec);
  /// One byte, no more.
  [[nodiscard]] asio::awaitable<std::optional<char>> read_byte();
  /// The first byte, left where it is. Plain only.
  [[nodiscard]] asio::awaitable<std::optional<unsigned char>> peek_byte();
  /// Bytes that have come and were not read. Plain only.
  [[nodiscard]] std::size_t available() const;

  /// Writes all of `bytes`, which the caller keeps.
  [[nodiscard]] asio::awaitable<error_code> write_all(protocol::ByteView bytes);
  /// Writes what can be written without waiting. What it did not take must come again, unchanged.
  [[nodiscard]] std::size_t write_now(protocol::ByteView bytes, error_code& ec);

  /// Nothing more will be written: the peer sees the end. Not while a write goes on.
  [[nodiscard]] asio::awaitable<void> finish_writing();
  void close();
  /// True: the connection is broken, not merely ended. Watches also while nothing is read.
  [[nodiscard]] asio::awaitable<bool> wait_broken();

 private:
  enum class Want { Nothing, Read, Write };

  /// What wait_incoming has read. Most messages of programs fit; it is kept per idle connection.
  struct Ahead {
    std::array<std::byte, 2048> bytes;
    std::size_t size = 0;
  };

  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  /// What OpenSSL's answer means: done, come back when the socket is ready, or `ec`.
  [[nodiscard]] Want outcome(int result, error_code& ec);
  [[nodiscard]] asio::awaitable<error_code> wait_for(Want want);

  Socket socket_;
  std::unique_ptr<SSL, FreeTls> tls_;
  std::unique_ptr<Ahead> ahead_;
  Want write_wants_ = Want::Write;  // what the last write_now waits for
  bool unix_ = false;
  std::string peer_name_;
};

/// An address with port, as `Stream::peer` prints it.
[[nodiscard]] std::string print_endpoint(const asio::ip::tcp::endpoint& endpoint);

}  // namespace pgveil::proxy
