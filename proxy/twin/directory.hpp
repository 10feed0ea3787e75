#pragma once

/// The twin's place on disk: <base>/pgveil-<pid>-<8 hex digits>, mode 0700, in memory. Removed with
/// this object; what a killed pgveil left behind is removed by the next one.
/// Errors: Directory.

#include "proxy/twin/error.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace pgveil::proxy::twin {

class TwinDirectory {
 public:
  [[nodiscard]] static Result<TwinDirectory> create(const std::string& base);

  TwinDirectory(TwinDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}

  TwinDirectory& operator=(TwinDirectory&&) = delete;
  ~TwinDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TwinDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

/// Removes directories of our own user and naming pattern whose pgveil is dead, and stops a postmaster
/// that still runs in one.
void remove_stale_directories(const std::string& base);

}  // namespace pgveil::proxy::twin
