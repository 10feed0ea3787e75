#pragma once

/// Programs of PostgreSQL as child processes. Every child gets PR_SET_PDEATHSIG, which Linux ties to
/// the *thread* that forked: start children from a thread that lives as long as they should.
/// Threads: one at a time per object.

#include "proxy/twin/error.hpp"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace pgveil::proxy::twin {

using Environment = std::vector<std::pair<std::string, std::string>>;

struct ProgramOutput {
  int status = 0;  // exit status, or 128 + signal
  std::string out;
  std::string err;  // the first 4 kB
};

/// Runs a program to its end. `extra` is added to our own environment.
[[nodiscard]] Result<ProgramOutput> run_program(const std::vector<std::string>& arguments,
                                                const Environment& extra);

/// A postmaster. Stopped by its destructor.
class Postmaster {
 public:
  Postmaster() = default;

  Postmaster(Postmaster&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

  Postmaster& operator=(Postmaster&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }

  ~Postmaster() { stop(false); }

  /// Returns at once; whether it answers is seen by connecting. Its stderr goes to `log_file`.
  [[nodiscard]] Result<Done> start(const std::vector<std::string>& arguments,
                                   const std::string& log_file);
  /// Reaps it if it has died. Safe against being called after `stop`.
  [[nodiscard]] bool alive();
  /// Fast shutdown (with a checkpoint) or immediate; then SIGKILL after a while.
  void stop(bool clean);

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  [[nodiscard]] bool wait_for(std::chrono::milliseconds time);

  pid_t pid_ = -1;
};

}  // namespace pgveil::proxy::twin
