#include "proxy/net/upstream.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <sys/un.h>

namespace pgveil::proxy {

namespace {

using asio::ip::tcp;
using Local = asio::local::stream_protocol;

protocol::ErrorFields unreachable(std::string_view detail) {
  return protocol::make_error("FATAL", "08006", "could not connect to the database server", detail);
}

/// What a deadline has to end while a connection is being made.
struct Attempt {
  explicit Attempt(const asio::any_io_executor& executor)
      : resolver(executor), tcp_socket(executor), local_socket(executor) {}

  void give_up() {
    error_code ec;
    resolver.cancel();
    tcp_socket.close(ec);
    local_socket.close(ec);
    if (stream) {
      stream->close();
    }
  }

  tcp::resolver resolver;
  tcp::socket tcp_socket;
  Local::socket local_socket;
  std::unique_ptr<Stream> stream;
};

asio::awaitable<error_code> connect_local(std::shared_ptr<Attempt> attempt, std::string path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    co_return error_code(asio::error::name_too_long);
  }
  const Local::endpoint endpoint(path);
  const auto [ec] = co_await attempt->local_socket.async_connect(endpoint, kAwait);
  if (!ec) {
    attempt->stream = std::make_unique<Stream>(Stream::Socket(std::move(attempt->local_socket)));
  }
  co_return ec;
}

asio::awaitable<error_code> connect_tcp(std::shared_ptr<Attempt> attempt,
                                        std::string host,
                                        std::string port) {
  const auto [resolve_error, endpoints] =
      co_await attempt->resolver.async_resolve(host, port, kAwait);
  if (resolve_error) {
    co_return resolve_error;
  }
  const auto [ec, endpoint] = co_await asio::async_connect(attempt->tcp_socket, endpoints, kAwait);
  if (!ec) {
    attempt->stream = std::make_unique<Stream>(Stream::Socket(std::move(attempt->tcp_socket)));
  }
  co_return ec;
}

asio::awaitable<error_code> connect(std::shared_ptr<Attempt> attempt, UpstreamOptions options) {
  const std::string port = std::to_string(options.port);
  if (options.host.starts_with('/')) {
    std::string path = options.host + "/.s.PGSQL." + port;
    co_return co_await connect_local(attempt, std::move(path));
  }
  std::string host = options.host;
  co_return co_await connect_tcp(attempt, std::move(host), port);
}

/// Why there is no TLS, or null. Exactly one byte is read before the handshake, so nothing that came
/// in plain text can be taken for the server's (CVE-2021-23222).
asio::awaitable<const char*> secure(std::shared_ptr<Core> core, Stream& stream) {
  const UpstreamOptions& options = core->options.upstream;
  if (!core->upstream_tls || stream.is_unix()) {
    co_return nullptr;
  }
  protocol::Bytes request;
  protocol::encode_startup_packet(request, protocol::SslRequest{});
  const error_code sent = co_await stream.write_all(request);
  const std::optional<char> answer = co_await stream.read_byte();
  if (sent || !answer) {
    co_return "The server closed the connection.";
  }
  if (*answer == 'N' && options.sslmode == UpstreamOptions::SslMode::Prefer) {
    co_return nullptr;
  }
  if (*answer != 'S') {
    co_return "The server does not support TLS.";
  }
  if (!stream.start_tls(*core->upstream_tls, Stream::TlsRole::Client) ||
      !prepare_upstream_tls(stream.tls(), options)) {
    co_return "The server's name cannot be verified.";
  }
  const error_code ec = co_await stream.handshake();
  co_return ec ? "The TLS handshake failed." : nullptr;
}

}  // namespace

asio::awaitable<OpenedUpstream> open_upstream(std::shared_ptr<Core> core) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto attempt = std::make_shared<Attempt>(executor);
  const Deadline deadline(executor, core->options.upstream.connect_timeout,
                          [attempt] { attempt->give_up(); });
  const error_code ec = co_await connect(attempt, core->options.upstream);
  if (ec || !attempt->stream) {
    core->log(LogLevel::Error, "cannot connect upstream: " + ec.message());
    co_return unreachable(deadline.expired() ? "It does not answer." : "It is not reachable.");
  }
  const char* insecure = co_await secure(core, *attempt->stream);
  if (insecure != nullptr) {
    core->log(LogLevel::Error, std::string("cannot secure the connection upstream: ") + insecure);
    co_return unreachable(insecure);
  }
  co_return std::move(attempt->stream);
}

asio::awaitable<void> cancel_upstream(std::shared_ptr<Core> core,
                                      std::int32_t pid,
                                      std::shared_ptr<const protocol::Bytes> key) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  OpenedUpstream opened = co_await open_upstream(core);
  auto* stream = std::get_if<std::unique_ptr<Stream>>(&opened);
  if (stream == nullptr) {
    co_return;
  }
  const Deadline deadline(executor, core->options.limits.cancel_timeout,
                          [stream] { (*stream)->close(); });
  protocol::Bytes request;
  protocol::encode_startup_packet(request, protocol::CancelRequest{pid, *key});
  error_code ec = co_await (*stream)->write_all(request);
  std::array<std::byte, 64> ignored{};
  while (!ec) {  // the server says nothing, and closes when the signal is sent
    ec = co_await (*stream)->wait_readable();
    if (!ec) {
      (void)(*stream)->take(ignored, ec);
      ec = ec == asio::error::would_block ? error_code() : ec;
    }
  }
}

}  // namespace pgveil::proxy
