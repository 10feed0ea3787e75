#pragma once

/// Files of the audit log on disk, as far as writing, verifying and showing share them.

#include "proxy/audit/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace pgveil::proxy {

/// A file descriptor with an owner.
class FileHandle {
 public:
  FileHandle() = default;

  explicit FileHandle(int fd) : fd_(fd) {}

  ~FileHandle();

  FileHandle(FileHandle&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }

  FileHandle& operator=(FileHandle&& other) noexcept;

  [[nodiscard]] int get() const { return fd_; }

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Everything, or the system's error number.
[[nodiscard]] int write_all(int fd, std::string_view bytes);
[[nodiscard]] int sync_folder(const std::filesystem::path& folder);

[[nodiscard]] audit::Result<std::string> read_whole_file(const std::filesystem::path& file);
/// Durable, and never over an existing one.
[[nodiscard]] audit::Result<void> write_new_file(const std::filesystem::path& file,
                                                 std::string_view text,
                                                 mode_t mode);

struct AuditFile {
  std::filesystem::path path;
  std::uint64_t first_seq = 0;  // by its name
};

/// By first_seq. Other files in the folder are ignored.
[[nodiscard]] audit::Result<std::vector<AuditFile>> audit_files(const std::filesystem::path& dir);

/// The newest checkpoint line, rewritten with each one: it shows that the log's end was cut off.
[[nodiscard]] std::filesystem::path head_file(const std::filesystem::path& dir);

}  // namespace pgveil::proxy
