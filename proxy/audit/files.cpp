#include "proxy/audit/files.hpp"

#include "proxy/audit/line.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace pgveil::proxy {

using audit::Errc;
using audit::Error;

FileHandle::~FileHandle() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) {
      continue;
    }
    if (wrote <= 0) {
      return wrote < 0 ? errno : EIO;
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

int sync_folder(const std::filesystem::path& folder) {
  const FileHandle fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.is_open() && ::fsync(fd.get()) == 0 ? 0 : errno;
}

audit::Result<std::string> read_whole_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in.is_open() || in.bad()) {
    return Error{Errc::Io, "audit: read", file.string(), 0, errno};
  }
  return text;
}

audit::Result<void> write_new_file(const std::filesystem::path& file,
                                   std::string_view text,
                                   mode_t mode) {
  const FileHandle fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  int failed = fd.is_open() ? write_all(fd.get(), text) : errno;
  if (failed == 0 && ::fsync(fd.get()) != 0) {
    failed = errno;
  }
  if (failed == 0) {
    failed = sync_folder(file.parent_path());
  }
  if (failed != 0) {
    return Error{Errc::Io, "audit: write", file.string(), 0, failed};
  }
  return {};
}

audit::Result<std::vector<AuditFile>> audit_files(const std::filesystem::path& dir) {
  std::vector<AuditFile> out;
  std::error_code ec;
  for (std::filesystem::directory_iterator it(dir, ec), end; !ec && it != end; it.increment(ec)) {
    if (const auto seq = first_seq_of(it->path().filename().string())) {
      out.push_back({it->path(), *seq});
    }
  }
  if (ec) {
    return Error{Errc::NoFolder, "audit: list files", dir.string(), 0, ec.value()};
  }
  std::ranges::sort(out, {}, &AuditFile::first_seq);
  return out;
}

std::filesystem::path head_file(const std::filesystem::path& dir) { return dir / "audit.head"; }

}  // namespace pgveil::proxy

namespace pgveil::proxy::audit {

const char* name(Errc code) {
  switch (code) {
    case Errc::NoFolder:
      return "NoFolder";
    case Errc::InUse:
      return "InUse";
    case Errc::BadKeyFile:
      return "BadKeyFile";
    case Errc::OpenKeyFile:
      return "OpenKeyFile";
    case Errc::KeyMissing:
      return "KeyMissing";
    case Errc::Damaged:
      return "Damaged";
    case Errc::Io:
      return "Io";
    case Errc::Crypto:
      return "Crypto";
  }
  return "";
}

namespace {

const char* advice(Errc code) {
  switch (code) {
    case Errc::NoFolder:
      return "the folder of the audit log cannot be used: make it, owned by pgveil's user";
    case Errc::InUse:
      return "another pgveil writes this audit log: give each its own folder";
    case Errc::BadKeyFile:
      return "this is no key file of an audit log: restore it from your backup";
    case Errc::OpenKeyFile:
      return "others may read this key file: set its mode to 0600";
    case Errc::KeyMissing:
      return "the log has records, but its key file is gone: restore it, or move the log away";
    case Errc::Damaged:
      return "the end of the audit log does not verify: run pgveil audit verify, keep the folder "
             "as "
             "evidence, and give [audit] dir a new one";
    case Errc::Io:
      return "the file cannot be used";
    case Errc::Crypto:
      return "OpenSSL refused an operation";
  }
  return "";
}

}  // namespace

std::string print(const Error& error) {
  std::string out = error.path;
  if (error.line != 0) {
    out += ":" + std::to_string(error.line);
  }
  out += (out.empty() ? "" : ": ") + std::string(advice(error.code)) + " (" + error.step;
  if (error.os_error != 0) {
    out += std::string(": ") + std::strerror(error.os_error);
  }
  return out + ")";
}

}  // namespace pgveil::proxy::audit
