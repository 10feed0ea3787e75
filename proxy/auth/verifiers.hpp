#pragma once

/// Where verifiers of passwords come from: a file, or a query to the server. pgveil must hold the very
/// verifier that the server holds, since the keys recovered with it are used for the login upstream.
/// Threads: all functions may be called from any thread at the same time. `fetch` may wait: never on an
/// I/O thread.

#include "crypto/scram.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace pgveil::proxy {

enum class VerifierStatus {
  Found,
  FoundMd5,    // no SCRAM verifier, but an MD5 hash
  Unknown,     // no such user, no verifier, login not allowed, expired: all the same to a client
  Unavailable  // the source does not answer: 57P03, try again
};

struct VerifierAnswer {
  VerifierStatus status = VerifierStatus::Unavailable;
  crypto::ScramVerifier verifier;  // Found
  crypto::SecretBytes md5;         // FoundMd5, see crypto/md5_password.hpp

  [[nodiscard]] VerifierAnswer duplicate() const;
};

/// pg_authid.rolpassword: Found, FoundMd5, or Unknown for anything else.
[[nodiscard]] VerifierAnswer read_stored_password(std::string_view text);

class VerifierSource {
 public:
  virtual ~VerifierSource() = default;
  [[nodiscard]] virtual VerifierAnswer fetch(std::string_view user) = 0;

  /// The verifier was not the server's: the next fetch must not come from a cache.
  virtual void forget(std::string_view /*user*/) {}

  /// Nothing that was read before counts any more.
  virtual void forget_all() {}
};

/// Lines `name TAB verifier`; empty lines and lines that start with # are skipped. The file is read
/// again when its time or size changes. A file that cannot be read, or has a bad line, is Unavailable.
[[nodiscard]] std::unique_ptr<VerifierSource> verifiers_from_file(std::filesystem::path file);

/// The default for `verifiers_from_query`: needs the right to read pg_authid.
extern const std::string_view kDefaultVerifierQuery;

struct VerifierQuery {
  std::string conninfo;  // libpq; the control plane's own login
  std::string sql;       // $1 is the user; one row of one column, or no row
  std::chrono::milliseconds timeout{5'000};
};

/// One connection, made when it is first needed and again when it is lost.
[[nodiscard]] std::unique_ptr<VerifierSource> verifiers_from_query(VerifierQuery query);

/// Remembers answers of `source` for `keep` (seconds, not hours), at most `max_entries` of them.
[[nodiscard]] std::unique_ptr<VerifierSource> cached_verifiers(
    std::unique_ptr<VerifierSource> source,
    std::chrono::milliseconds keep,
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now,
    std::size_t max_entries = 10'000);

}  // namespace pgveil::proxy
