#pragma once

/// One blocking connection to the twin over its unix socket. Not libpq: formats per column and raw
/// DataRow bodies are needed, and several messages in one write.
/// Errors: ConnectionLost, BadMessage; after one the connection is useless.
/// Lifetime: a message is valid until the next call. Threads: one at a time.

#include "protocol/frame.hpp"
#include "proxy/twin/cancel.hpp"
#include "proxy/twin/error.hpp"
#include "proxy/twin/operations.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgveil::proxy::twin {

class TwinConnection {
 public:
  using Options = std::vector<std::pair<std::string, std::string>>;

  /// `options` are settings of the start-up packet: what RESET goes back to.
  [[nodiscard]] static Result<TwinConnection> open(const std::string& socket_path,
                                                   const std::string& user,
                                                   const std::string& database,
                                                   const Options& options);
  TwinConnection(TwinConnection&& other) noexcept;
  TwinConnection& operator=(TwinConnection&& other) noexcept;
  ~TwinConnection();

  [[nodiscard]] Result<Done> send(const protocol::Bytes& bytes);
  [[nodiscard]] Result<protocol::MessageView> next();
  /// Reads up to ReadyForQuery and gives the first error on the way.
  [[nodiscard]] Result<std::optional<protocol::ErrorFields>> drain();

  [[nodiscard]] CancelTarget cancel_target() const;
  /// A connection that has been closed by the other side, or has bytes that nobody asked for.
  [[nodiscard]] bool stale() const;

  /// What is in force; absent: unknown, to be reset first. `prelude` is not part of it.
  std::optional<SessionState> applied;

 private:
  TwinConnection() : frames_(protocol::Side::Backend) {}

  [[nodiscard]] Result<Done> log_in(const std::string& user,
                                    const std::string& database,
                                    const Options& options);

  int fd_ = -1;
  std::string socket_path_;
  std::int32_t pid_ = 0;
  std::uint32_t key_ = 0;
  protocol::FrameBuffer frames_;
};

}  // namespace pgveil::proxy::twin
