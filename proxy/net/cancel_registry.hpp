#pragma once

/// Which session a CancelRequest means. Keys are our own random ones, since pids of several servers
/// collide; they are compared in constant time, and guessing is slowed down: after too many unknown
/// keys within a second all requests of that second are dropped.
/// Threads: any.

#include "protocol/bytes.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace pgveil::proxy {

class CancelRegistry {
 public:
  using Clock = std::chrono::steady_clock;

  explicit CancelRegistry(std::function<Clock::time_point()> now = Clock::now,
                          std::uint32_t unknown_per_second = 100)
      : now_(std::move(now)), unknown_per_second_(unknown_per_second) {}

  /// `cancel` is called on whichever thread brings the request; it must not wait.
  void add(std::int32_t pid, protocol::Bytes key, std::function<void()> cancel);
  void remove(std::int32_t pid, protocol::ByteView key);
  /// Whether a session was told.
  bool request(std::int32_t pid, protocol::ByteView key);

 private:
  struct Entry {
    protocol::Bytes key;
    std::function<void()> cancel;
  };

  [[nodiscard]] bool too_many_unknown();

  std::function<Clock::time_point()> now_;
  std::uint32_t unknown_per_second_;
  std::mutex mutex_;
  std::unordered_multimap<std::int32_t, Entry> sessions_;
  Clock::time_point second_;
  std::uint32_t unknown_ = 0;
};

}  // namespace pgveil::proxy
