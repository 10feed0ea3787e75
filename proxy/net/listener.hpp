#pragma once

/// One listening socket, TCP or unix, and how another process takes it over.
///
/// With `reuse_port` two processes may listen on one TCP port: the kernel deals new connections out to
/// both. `hand_over` makes it give all of them to the other one, so that this one can take what is
/// queued already and close without losing any. A unix socket is taken over by renaming a new one onto
/// its path.
/// Threads: the one of its executor. Private to proxy/net.

#include "proxy/net/options.hpp"
#include "proxy/net/stream.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace pgveil::proxy {

class Listener {
 public:
  virtual ~Listener() = default;

  /// The next connection, whose socket belongs to `context`.
  [[nodiscard]] virtual asio::awaitable<error_code> accept(asio::io_context& context,
                                                           Stream::Socket& socket) = 0;
  /// The same without waiting; would_block: there is none.
  virtual void accept_now(asio::io_context& context, Stream::Socket& socket, error_code& ec) = 0;
  /// New connections go to another process that listens there too, if there is one.
  virtual void hand_over() = 0;
  virtual void close() = 0;

  [[nodiscard]] virtual bool is_open() const = 0;

  /// TCP.
  [[nodiscard]] virtual std::uint16_t port() const { return 0; }
};

/// Or why there is none, in words for the operator.
using Listening = std::variant<std::shared_ptr<Listener>, std::string>;

[[nodiscard]] Listening listen_tcp(asio::io_context& context,
                                   const ListenOptions& options,
                                   const std::string& host,
                                   std::uint16_t port);
/// The path is removed when the listener is dropped, unless another process has taken it over.
[[nodiscard]] Listening listen_unix(asio::io_context& context,
                                    const ListenOptions& options,
                                    std::uint16_t port);

}  // namespace pgveil::proxy
