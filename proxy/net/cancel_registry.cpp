#include "proxy/net/cancel_registry.hpp"

#include "crypto/bytes.hpp"

namespace pgveil::proxy {

void CancelRegistry::add(std::int32_t pid, protocol::Bytes key, std::function<void()> cancel) {
  const std::scoped_lock lock(mutex_);
  sessions_.emplace(pid, Entry{std::move(key), std::move(cancel)});
}

void CancelRegistry::remove(std::int32_t pid, protocol::ByteView key) {
  const std::scoped_lock lock(mutex_);
  const auto [first, last] = sessions_.equal_range(pid);
  for (auto at = first; at != last; ++at) {
    if (crypto::ct_equal(at->second.key, key)) {
      sessions_.erase(at);
      return;
    }
  }
}

bool CancelRegistry::too_many_unknown() {
  const Clock::time_point now = now_();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    unknown_ = 0;
  }
  return unknown_ >= unknown_per_second_;
}

bool CancelRegistry::request(std::int32_t pid, protocol::ByteView key) {
  const std::scoped_lock lock(mutex_);
  if (too_many_unknown()) {
    return false;
  }
  const auto [first, last] = sessions_.equal_range(pid);
  for (auto at = first; at != last; ++at) {
    if (crypto::ct_equal(at->second.key, key)) {
      at->second.cancel();
      return true;
    }
  }
  ++unknown_;
  return false;
}

}  // namespace pgveil::proxy
