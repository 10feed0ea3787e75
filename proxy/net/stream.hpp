#pragma once

/// One peer's connection: TCP or unix socket, plain or TLS. Reading and writing may go on at the same
/// time, each of them once. `close` ends whatever waits.
/// Threads: the one of its executor.

#include "protocol/bytes.hpp"
#include "proxy/net/waiting.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pgveil::proxy {

class Stream {
 public:
  using Socket = asio::generic::stream_protocol::socket;
  using Tls = asio::ssl::stream<Socket>;

  /// Sets TCP_NODELAY and keep-alive where they exist.
  explicit Stream(Socket socket);

  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

  [[nodiscard]] bool is_unix() const { return unix_; }

  /// Null unless TLS.
  [[nodiscard]] SSL* tls() { return tls_ ? tls_->native_handle() : nullptr; }

  /// What the peer is, for people: an address with port, or "local".
  [[nodiscard]] std::string peer() const;

  /// Turns the connection into TLS and shakes hands. Nothing may be buffered beside it.
  void start_tls(asio::ssl::context& context);
  [[nodiscard]] asio::awaitable<error_code> handshake(asio::ssl::stream_base::handshake_type type);

  /// Waits until `take` has something to give, or an error (eof at the end).
  [[nodiscard]] asio::awaitable<error_code> wait_readable();
  /// What has come, without waiting; empty with `would_block` if nothing has. Plain connections read
  /// into `scratch`. The view is valid until the next call here or use of `scratch`.
  [[nodiscard]] protocol::ByteView take(std::span<std::byte> scratch, error_code& ec);
  /// One byte, no more.
  [[nodiscard]] asio::awaitable<std::optional<char>> read_byte();
  /// The first byte, left where it is. Plain only.
  [[nodiscard]] asio::awaitable<std::optional<unsigned char>> peek_byte();
  /// Bytes that have come and were not read. Plain only.
  [[nodiscard]] std::size_t available() const;

  /// Writes all of `bytes`, which the caller keeps.
  [[nodiscard]] asio::awaitable<error_code> write_all(protocol::ByteView bytes);
  /// Writes what can be written without waiting; 0 for TLS.
  [[nodiscard]] std::size_t write_now(protocol::ByteView bytes, error_code& ec);

  /// Nothing more will be written: the peer sees the end. Not while a write goes on.
  [[nodiscard]] asio::awaitable<void> finish_writing();
  void close();
  /// True: the connection is broken, not merely ended. Watches also while nothing is read.
  [[nodiscard]] asio::awaitable<bool> wait_broken();

 private:
  [[nodiscard]] Socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }

  [[nodiscard]] const Socket& socket() const { return tls_ ? tls_->next_layer() : *plain_; }

  std::optional<Socket> plain_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<std::byte[]> inbox_;  // TLS: what wait_readable read
  std::size_t inbox_size_ = 0;
  bool unix_ = false;
};

}  // namespace pgveil::proxy
