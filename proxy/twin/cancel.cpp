#include "proxy/twin/cancel.hpp"

#include "protocol/message/startup.hpp"
#include "proxy/twin/socket.hpp"

#include <array>
#include <sys/socket.h>
#include <unistd.h>

namespace pgveil::proxy::twin {

void CancelToken::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  if (running_) {
    sent_ = true;
    send_cancel(target_);  // under the lock: release() waits, so the request meets this operation
  }
}

bool CancelToken::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

bool CancelToken::bind(CancelTarget target) {
  const std::lock_guard lock(mutex_);
  if (cancelled_) {
    return false;
  }
  target_ = std::move(target);
  running_ = true;
  return true;
}

void CancelToken::sent_statement() {
  const std::lock_guard lock(mutex_);
  if (cancelled_) {
    sent_ = true;
    send_cancel(target_);
  }
}

bool CancelToken::release() {
  const std::lock_guard lock(mutex_);
  running_ = false;
  return sent_;
}

void send_cancel(const CancelTarget& target) {
  const int fd = connect_unix(target.socket_path);
  if (fd < 0) {
    return;
  }
  protocol::CancelRequest request;
  request.pid = target.pid;
  protocol::put_u32(request.key, target.key);
  protocol::Bytes packet;
  protocol::encode_startup_packet(packet, request);
  if (write_all(fd, packet)) {
    std::array<char, 16> rest{};
    while (::recv(fd, rest.data(), rest.size(), 0) > 0) {
    }
  }
  ::close(fd);
}

}  // namespace pgveil::proxy::twin
