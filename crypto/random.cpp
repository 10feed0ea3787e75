#include "crypto/random.hpp"

#include "crypto/openssl.hpp"
#include "crypto/secret.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <pthread.h>
#include <time.h>

namespace pgveil::crypto {
namespace {

constexpr std::size_t kBufferSize = 4096;

// Counts forks, so that a child does not use the bytes that its parent uses too.
std::atomic<std::uint32_t> fork_count{0};

void on_fork_child() { fork_count.fetch_add(1, std::memory_order_relaxed); }

struct Buffer {
  std::array<std::byte, kBufferSize> bytes{};
  std::size_t used = kBufferSize;
  std::uint32_t forks = 0;
  time_t second = 0;

  ~Buffer() { wipe(bytes); }
};

bool refill(Buffer& buffer, std::uint32_t forks, time_t second) {
  if (RAND_bytes(uc_mut(std::span(buffer.bytes)), kBufferSize) != 1) {
    buffer.used = kBufferSize;
    return false;
  }
  buffer.used = 0;
  buffer.forks = forks;
  buffer.second = second;
  return true;
}

}  // namespace

Result<void> random_bytes(std::span<std::byte> out) {
  static const int registered = pthread_atfork(nullptr, nullptr, on_fork_child);
  if (registered != 0) {
    return Error{Errc::NoRandomness, "random: atfork"};
  }
  thread_local Buffer buffer;
  if (out.size() > kBufferSize / 4) {
    for (std::size_t done = 0; done < out.size();) {
      const std::size_t part = std::min(out.size() - done, std::size_t{1} << 20);
      if (RAND_bytes(uc_mut(out.subspan(done)), static_cast<int>(part)) != 1) {
        return Error{Errc::NoRandomness, "random: bytes"};
      }
      done += part;
    }
    return {};
  }
  // Wall clock: it also jumps when a machine is restored from a snapshot.
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  const std::uint32_t forks = fork_count.load(std::memory_order_relaxed);
  if (buffer.used + out.size() > kBufferSize || buffer.forks != forks ||
      buffer.second != now.tv_sec) {
    if (!refill(buffer, forks, now.tv_sec)) {
      return Error{Errc::NoRandomness, "random: bytes"};
    }
  }
  const auto slice = std::span(buffer.bytes).subspan(buffer.used, out.size());
  std::ranges::copy(slice, out.begin());
  wipe(slice);
  buffer.used += out.size();
  return {};
}

}  // namespace pgveil::crypto
