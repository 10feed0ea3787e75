#include "proxy/audit/keys.hpp"

#include "proxy/audit/files.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace pgveil::proxy {
namespace {

using audit::Errc;
using audit::Error;

constexpr std::string_view kKeyHeader = "pgveil audit key 1\n";
constexpr std::string_view kPublicHeader = "pgveil audit verify key 1\n";
constexpr crypto::Generation kGeneration{1};

Error error(Errc code, const char* step, const std::filesystem::path& path, int os_error = 0) {
  return {code, step, path.string(), 0, os_error};
}

/// `word` blank, base64 of 32 bytes, line feed; shortens `text` by it.
bool take_key(std::string_view& text, std::string_view word, crypto::Bytes& out) {
  if (!text.starts_with(word)) {
    return false;
  }
  text.remove_prefix(word.size());
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !crypto::base64_decode(text.substr(0, end), out) ||
      out.size() != crypto::kKeySize) {
    return false;
  }
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

AuditKeys::AuditKeys(crypto::CheckpointSigner signer,
                     crypto::SecretBytes seal,
                     crypto::SecretBytes term)
    : signer_(std::move(signer)),
      seal_(kAuditField, kGeneration, std::move(seal)),
      term_(kAuditField, kGeneration, std::move(term)) {}

audit::Result<std::shared_ptr<const AuditKeys>> generate_audit_keys() {
  auto signer = crypto::CheckpointSigner::generate();
  auto seal = crypto::SecretBytes::random(crypto::kKeySize);
  auto term = crypto::SecretBytes::random(crypto::kKeySize);
  if (!signer || !seal || !term) {
    return Error{Errc::Crypto, "audit keys: generate", {}, 0, 0};
  }
  return std::make_shared<const AuditKeys>(*std::move(signer), *std::move(seal), *std::move(term));
}

audit::Result<std::shared_ptr<const AuditKeys>> load_audit_keys(const std::filesystem::path& file) {
  struct stat status {};

  if (::stat(file.c_str(), &status) != 0) {
    return error(Errc::Io, "audit keys: look", file, errno);
  }
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  if ((status.st_mode & kOthers) != 0) {
    return error(Errc::OpenKeyFile, "audit keys: mode", file);
  }
  auto read = read_whole_file(file);
  if (!read) {
    return read.error();
  }
  std::string_view text = *read;
  std::array<crypto::Bytes, 3> keys;
  bool good = text.starts_with(kKeyHeader);
  if (good) {
    text.remove_prefix(kKeyHeader.size());
    good = take_key(text, "sign ", keys[0]) && take_key(text, "seal ", keys[1]) &&
           take_key(text, "term ", keys[2]) && text.empty();
  }
  std::shared_ptr<const AuditKeys> out;
  if (good) {
    auto signer = crypto::CheckpointSigner::from_seed(crypto::SecretBytes::copy_of(keys[0]));
    if (signer) {
      out = std::make_shared<const AuditKeys>(*std::move(signer),
                                              crypto::SecretBytes::copy_of(keys[1]),
                                              crypto::SecretBytes::copy_of(keys[2]));
    }
  }
  for (crypto::Bytes& key : keys) {
    crypto::wipe(key);
  }
  crypto::wipe(*read);
  if (!out) {
    return error(Errc::BadKeyFile, "audit keys: read", file);
  }
  return out;
}

audit::Result<void> save_audit_keys(const AuditKeys& keys, const std::filesystem::path& file) {
  std::string text(kKeyHeader);
  const auto line = [&](const char* word, const crypto::SecretBytes& secret) {
    std::string encoded = crypto::base64_encode(secret.expose());
    text += word + encoded + "\n";
    crypto::wipe(encoded);
  };
  line("sign ", keys.signer().seed());
  line("seal ", keys.seal_key().secret());
  line("term ", keys.term_key().secret());
  const auto saved = write_new_file(file, text, 0600);
  crypto::wipe(text);
  if (!saved) {
    return saved.error();
  }
  const std::string open_text =
      std::string(kPublicHeader) + crypto::base64_encode(keys.signer().verify_key()) + "\n";
  return write_new_file(file.parent_path() / "audit.pub", open_text, 0644);
}

audit::Result<std::shared_ptr<const AuditKeys>> load_or_make_audit_keys(
    const std::filesystem::path& file, const std::filesystem::path& log_dir) {
  std::error_code ec;
  if (std::filesystem::exists(file, ec)) {
    return load_audit_keys(file);
  }
  const auto files = audit_files(log_dir);
  if (files && !(*files).empty()) {
    return error(Errc::KeyMissing, "audit keys: make", file);
  }
  std::filesystem::create_directories(file.parent_path(), ec);
  auto keys = generate_audit_keys();
  if (!keys) {
    return keys;
  }
  if (const auto saved = save_audit_keys(**keys, file); !saved) {
    return saved.error();
  }
  return keys;
}

audit::Result<crypto::VerifyKey> load_verify_key(const std::filesystem::path& file) {
  const auto read = read_whole_file(file);
  if (!read) {
    return read.error();
  }
  std::string_view text = *read;
  crypto::Bytes key;
  if (!take_key(text, kPublicHeader, key) || !text.empty()) {
    return error(Errc::BadKeyFile, "verify key: read", file);
  }
  crypto::VerifyKey out{};
  std::copy(key.begin(), key.end(), out.begin());
  return out;
}

}  // namespace pgveil::proxy
