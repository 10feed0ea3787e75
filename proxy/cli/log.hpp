#pragma once

/// The process log: one line an event, with time and level, to standard error. It gets words of pgveil
/// only; nothing that a client or a server sent is ever handed to it.
/// Threads: any.

#include "proxy/net/net_services.hpp"

#include <iosfwd>
#include <mutex>
#include <string_view>

namespace pgveil::proxy::cli {

class Log {
 public:
  explicit Log(std::ostream& out) : out_(out) {}

  void write(LogLevel level, std::string_view line);

  void info(std::string_view line) { write(LogLevel::Info, line); }

  void warning(std::string_view line) { write(LogLevel::Warning, line); }

  void error(std::string_view line) { write(LogLevel::Error, line); }

 private:
  std::mutex mutex_;
  std::ostream& out_;
};

}  // namespace pgveil::proxy::cli
