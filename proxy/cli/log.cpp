#include "proxy/cli/log.hpp"

#include <array>
#include <ctime>
#include <ostream>

namespace pgveil::proxy::cli {
namespace {

const char* name(LogLevel level) {
  switch (level) {
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "";
}

}  // namespace

void Log::write(LogLevel level, std::string_view line) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> when{};
  std::strftime(when.data(), when.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  const std::lock_guard lock(mutex_);
  out_ << when.data() << " " << name(level) << " " << line << std::endl;
}

}  // namespace pgveil::proxy::cli
