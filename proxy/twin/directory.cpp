#include "proxy/twin/directory.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <regex>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pgveil::proxy::twin {
namespace fs = std::filesystem;

namespace {

std::string random_hex() {
  std::array<std::uint8_t, 4> bytes{};
  (void)!::getrandom(bytes.data(), bytes.size(), 0);
  std::string hex;
  for (const std::uint8_t byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

std::optional<pid_t> owner_of(const std::string& name) {
  static const std::regex pattern("pgveil-([0-9]{1,9})-[0-9a-f]{8}");
  std::smatch match;
  if (!std::regex_match(name, match, pattern)) {
    return std::nullopt;
  }
  return static_cast<pid_t>(std::stol(match[1]));
}

/// A postmaster keeps its data directory as its working directory: its pid file alone is no proof.
void stop_postmaster_in(const fs::path& data) {
  std::ifstream file(data / "postmaster.pid");
  pid_t pid = 0;
  std::error_code ignored;
  if (file >> pid && pid > 1 &&
      fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", ignored) == data) {
    ::kill(pid, SIGQUIT);
  }
}

}  // namespace

Result<TwinDirectory> TwinDirectory::create(const std::string& base) {
  const fs::path path =
      fs::path(base) / ("pgveil-" + std::to_string(::getpid()) + "-" + random_hex());
  if (::mkdir(path.c_str(), 0700) != 0) {
    return Error{Errc::Directory, "make the directory", std::strerror(errno)};
  }
  return TwinDirectory(path);
}

TwinDirectory::~TwinDirectory() {
  if (!path_.empty()) {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
}

void remove_stale_directories(const std::string& base) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(base, ignored)) {
    const auto owner = owner_of(entry.path().filename().string());

    struct stat status {};

    if (!owner || ::lstat(entry.path().c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
        status.st_uid != ::geteuid() || ::kill(*owner, 0) == 0 || errno != ESRCH) {
      continue;
    }
    for (const fs::directory_entry& data : fs::directory_iterator(entry.path(), ignored)) {
      stop_postmaster_in(data.path());
    }
    fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace pgveil::proxy::twin
