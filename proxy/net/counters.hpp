#pragma once

/// What proxy/net counts. Threads: written by I/O threads, read by anyone at any time.

#include <atomic>
#include <cstdint>

namespace pgveil::proxy {

struct NetCounters {
  std::atomic<std::uint64_t> connections_accepted{0};
  std::atomic<std::uint64_t> connections_open{0};  // sessions and what is still logging in
  std::atomic<std::uint64_t> sessions_open{0};
  std::atomic<std::uint64_t> sessions_started{0};
  std::atomic<std::uint64_t> logins_failed{0};
  std::atomic<std::uint64_t> cancels_received{0};
  std::atomic<std::uint64_t> client_bytes_read{0};
  std::atomic<std::uint64_t> client_bytes_written{0};
  std::atomic<std::uint64_t> server_bytes_read{0};
  std::atomic<std::uint64_t> server_bytes_written{0};
  std::atomic<std::uint64_t> jobs_queued{0};  // waiting for a worker now
};

inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

inline void count_down(std::atomic<std::uint64_t>& counter) {
  counter.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace pgveil::proxy
