#include "proxy/net/upstream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <sys/un.h>

namespace pgveil::proxy {

namespace {

using asio::ip::tcp;
using Local = asio::local::stream_protocol;

/// What a deadline has to end while a connection is being made.
struct Attempt {
  explicit Attempt(const asio::any_io_executor& executor) : socket(executor) {}

  void give_up() {
    error_code ec;
    socket.close(ec);
    if (stream) {
      stream->close();
    }
  }

  Stream::Socket socket;
  std::unique_ptr<Stream> stream;
};

/// Why there is no TLS, or null. Exactly one byte is read before the handshake, so nothing that came
/// in plain text can be taken for the server's (CVE-2021-23222).
asio::awaitable<const char*> secure(std::shared_ptr<Core> core, Stream& stream, std::string host) {
  const UpstreamOptions::SslMode sslmode = core->options.upstream.sslmode;
  const TlsContext context = core->tls.upstream();
  if (!context || stream.is_unix()) {
    co_return nullptr;
  }
  protocol::Bytes request;
  protocol::encode_startup_packet(request, protocol::SslRequest{});
  const error_code sent = co_await stream.write_all(request);
  const std::optional<char> answer = co_await stream.read_byte();
  if (sent || !answer) {
    co_return "The server closed the connection.";
  }
  if (*answer == 'N' && sslmode == UpstreamOptions::SslMode::Prefer) {
    co_return nullptr;
  }
  if (*answer != 'S') {
    co_return "The server does not support TLS.";
  }
  if (!stream.start_tls(*context, Stream::TlsRole::Client) ||
      !prepare_upstream_tls(stream.tls(), sslmode, host)) {
    co_return "The server's name cannot be verified.";
  }
  const error_code ec = co_await stream.handshake();
  co_return ec ? "The TLS handshake failed." : nullptr;
}

}  // namespace

protocol::ErrorFields cannot_connect(std::string_view detail) {
  return protocol::make_error("FATAL", "08006", "could not connect to the database server", detail);
}

asio::awaitable<std::vector<UpstreamAddress>> resolve_upstream(std::shared_ptr<Core> core,
                                                               UpstreamHost host) {
  std::vector<UpstreamAddress> addresses;
  const std::string port = std::to_string(host.port);
  if (host.host.starts_with('/')) {
    const std::string path = host.host + "/.s.PGSQL." + port;
    if (path.size() < sizeof(sockaddr_un::sun_path)) {
      addresses.push_back({host.host, Local::endpoint(path)});
    }
    co_return addresses;
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto resolver = std::make_shared<tcp::resolver>(executor);
  const Deadline deadline(executor, core->options.upstream.connect_timeout,
                          [resolver] { resolver->cancel(); });
  const auto [ec, entries] = co_await resolver->async_resolve(host.host, port, kAwait);
  if (ec) {
    core->log(LogLevel::Error, "cannot resolve " + host.host + ": " + ec.message());
    co_return addresses;
  }
  for (const auto& entry : entries) {
    addresses.push_back({host.host, entry.endpoint()});
  }
  co_return addresses;
}

asio::awaitable<OpenedUpstream> open_upstream(std::shared_ptr<Core> core, UpstreamAddress address) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto attempt = std::make_shared<Attempt>(executor);
  const Deadline deadline(executor, core->options.upstream.connect_timeout,
                          [attempt] { attempt->give_up(); });
  const auto [ec] = co_await attempt->socket.async_connect(address.endpoint, kAwait);
  if (ec) {
    core->log(LogLevel::Error, "cannot connect to " + address.host + ": " + ec.message());
    co_return cannot_connect(deadline.expired() ? "It does not answer." : "It is not reachable.");
  }
  attempt->stream = std::make_unique<Stream>(std::move(attempt->socket), core->options.tcp);
  std::string host = address.host;
  const char* insecure = co_await secure(core, *attempt->stream, std::move(host));
  if (insecure != nullptr) {
    core->log(LogLevel::Error, "cannot secure the connection to " + address.host + ": " + insecure);
    co_return cannot_connect(insecure);
  }
  co_return std::move(attempt->stream);
}

asio::awaitable<void> cancel_upstream(std::shared_ptr<Core> core,
                                      UpstreamAddress address,
                                      std::int32_t pid,
                                      std::shared_ptr<const protocol::Bytes> key) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  OpenedUpstream opened = co_await open_upstream(core, address);
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
