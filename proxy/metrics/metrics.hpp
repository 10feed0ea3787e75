#pragma once

/// What pgveil counts. Names, labels and meanings are in docs/metrics.md; a test holds the two together.
/// Labels never carry names of people, patients or statements' text.
/// Threads: every function from any thread; counting takes no lock but for a rule or SQLSTATE that is
/// counted for the first time.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pgveil::proxy {

enum class PlanLabel : std::uint8_t { Pass, InPlace, Split, Local, Refuse };
enum class VerbLabel : std::uint8_t { None, Read, Search, Create, Change, Delete, Export };
enum class PeerLabel : std::uint8_t { Client, Server };

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  using Seconds = std::chrono::duration<double>;

  void session_opened();
  void session_closed();
  void login_accepted();
  void login_refused(std::string_view sqlstate);

  /// A statement that was answered, however.
  void statement(PlanLabel plan, VerbLabel verb);
  void refusal(std::string_view rule);
  void rows_sent(std::uint64_t count);
  void bytes_received(PeerLabel from, std::uint64_t count);
  void bytes_sent(PeerLabel to, std::uint64_t count);

  void plan_cache_hits(std::uint64_t count);
  void plan_cache_miss(Seconds planning);

  /// A sealed value that did not open: damaged, moved, or its key is missing.
  void open_failed();

  void audit_synced(std::uint64_t records, Seconds sync);
  void audit_refused(std::uint64_t records);

  void twin_started();  // the first start is none of its restarts
  void twin_evaluated(std::uint64_t slice_rows, Seconds duration);

  void policy_loaded(bool accepted, std::chrono::system_clock::time_point when);

  /// Asked at each scrape: 1 ready, 0 not.
  void set_ready_callback(std::function<bool()> ready);

  /// Prometheus text format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pgveil::proxy
