#include "proxy/keys/key_encryption_key.hpp"

#include "crypto/bytes.hpp"
#include "crypto/key_wrap.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pgveil::proxy::keys {
namespace {

constexpr std::size_t kKekSize = 32;
constexpr std::size_t kMaxFileSize = 4096;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}

  ~FileDescriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Error file_error(const std::string& file, const std::string& what) {
  return {Errc::KekFile, "key file " + file + ": " + what, ""};
}

Error system_error(const std::string& file) { return file_error(file, std::strerror(errno)); }

/// The first line that is no comment, without blanks around it.
std::string_view key_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) {
      line.remove_suffix(1);
    }
    if (!line.empty() && line.front() != '#') {
      return line;
    }
  }
  return {};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(fd, text.data(), text.size());
    if (done <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace

KeyEncryptionKey::KeyEncryptionKey(crypto::SecretBytes secret, std::string source)
    : secret_(std::move(secret)), source_(std::move(source)) {
  BOOST_ASSERT(secret_.size() == kKekSize);
  const crypto::Hash hash =
      crypto::hmac_sha256(secret_, crypto::as_bytes("pgveil key-encryption key id v1"));
  id_ = crypto::hex_encode(crypto::ByteView(hash).first(4));
}

Result<KeyEncryptionKey> read_key_file(const std::string& file) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0) {
    return errno == ELOOP ? file_error(file, "is a symbolic link; name the file itself")
                          : system_error(file);
  }

  struct stat status {};

  if (::fstat(fd.get(), &status) != 0) {
    return system_error(file);
  }
  if (!S_ISREG(status.st_mode)) {
    return file_error(file, "is not a regular file");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return file_error(file, "others may read it; run chmod 600 on it");
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return file_error(file, "belongs to another user");
  }
  crypto::SecretBytes text(kMaxFileSize);
  std::size_t size = 0;
  while (size < kMaxFileSize) {
    const ssize_t got = ::read(fd.get(), text.expose_mutable().data() + size, kMaxFileSize - size);
    if (got < 0) {
      return system_error(file);
    }
    if (got == 0) {
      break;
    }
    size += static_cast<std::size_t>(got);
  }
  const std::string_view line = key_line(crypto::as_text(text.expose().first(size)));
  crypto::Bytes key;
  const bool decoded = line.size() == 2 * kKekSize ? crypto::hex_decode(line, key)
                                                   : crypto::base64_decode(line, key);
  if (!decoded || key.size() != kKekSize) {
    crypto::wipe(key);
    return file_error(file, "does not hold 32 bytes in base64 or hexadecimal");
  }
  crypto::SecretBytes secret = crypto::SecretBytes::copy_of(key);
  crypto::wipe(key);
  return KeyEncryptionKey(std::move(secret), file);
}

Result<KeyEncryptionKey> create_key_file(const std::string& file) {
  auto secret = crypto::SecretBytes::random(kKekSize);
  if (!secret) {
    return Error{Errc::Crypto, "the system's random source failed", ""};
  }
  KeyEncryptionKey key(std::move(*secret), file);
  const FileDescriptor fd(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (fd.get() < 0) {
    return errno == EEXIST ? file_error(file, "exists already; a key is never overwritten")
                           : system_error(file);
  }
  std::string text = "# pgveil key-encryption key " + key.id() +
                     ". Keep a copy in a safe place: without it all sealed values are lost.\n" +
                     crypto::base64_encode(key.secret().expose()) + '\n';
  const bool written = write_all(fd.get(), text) && ::fsync(fd.get()) == 0;
  const Error failure = written ? Error{} : system_error(file);
  crypto::wipe(text);
  if (!written) {
    return failure;
  }
  return key;
}

}  // namespace pgveil::proxy::keys
