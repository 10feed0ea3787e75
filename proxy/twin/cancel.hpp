#pragma once

/// A way to stop one operation from another thread. One token per operation.
///   Idle ──bind──▶ Running ──release──▶ Over          cancel() before bind: the operation does not run
/// cancel() returns after the twin has taken the request, so it can never hit a later statement.
/// Threads: cancel() from any thread; bind and release are the twin's.

#include <cstdint>
#include <mutex>
#include <string>

namespace pgveil::proxy::twin {

/// Whom a CancelRequest goes to.
struct CancelTarget {
  std::string socket_path;
  std::int32_t pid = 0;
  std::uint32_t key = 0;
};

class CancelToken {
 public:
  /// May be called again: a request that meets the twin between two messages does nothing.
  void cancel();
  [[nodiscard]] bool cancelled() const;

  /// false: already cancelled, do not start.
  [[nodiscard]] bool bind(CancelTarget target);
  /// The statement is on its way: a request that came before, and met an idle twin, is sent again.
  void sent_statement();
  /// true: a request was sent, and the connection is better not used again.
  [[nodiscard]] bool release();

 private:
  mutable std::mutex mutex_;
  CancelTarget target_;
  bool running_ = false;
  bool cancelled_ = false;
  bool sent_ = false;
};

/// Sends a CancelRequest and waits until the twin closes that connection. Errors are ignored: the
/// statement then just goes on.
void send_cancel(const CancelTarget& target);

}  // namespace pgveil::proxy::twin
