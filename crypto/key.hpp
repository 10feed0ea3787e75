#pragma once

/// Keys of a field. A key knows what it belongs to, so that it cannot be used for another field, and
/// has a number that finds its ready-made cipher contexts in each thread.
/// Threads: immutable but for the use counter, which is atomic.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/secret.hpp"

#include <atomic>
#include <cstdint>

namespace pgveil::crypto {

inline constexpr std::size_t kKeySize = 32;
/// NIST SP 800-38D, 8.3: at most 2^32 values under one key with random 96-bit nonces.
inline constexpr std::uint64_t kMaxSeals = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kWarnSeals = std::uint64_t{1} << 31;

/// Identity and secret that value keys and term keys have in common.
class FieldKey {
 public:
  FieldKey(const FieldKey&) = delete;
  FieldKey& operator=(const FieldKey&) = delete;

  [[nodiscard]] FieldId field() const { return field_; }

  [[nodiscard]] Generation generation() const { return generation_; }

  /// Different for every key object of this process; never 0.
  [[nodiscard]] std::uint32_t number() const { return number_; }

  [[nodiscard]] const SecretBytes& secret() const { return secret_; }

 protected:
  FieldKey(FieldId field, Generation generation, SecretBytes secret);
  ~FieldKey() = default;

 private:
  FieldId field_;
  Generation generation_;
  std::uint32_t number_;
  SecretBytes secret_;
};

/// AES-256-GCM key of one field and generation.
class ValueKey : public FieldKey {
 public:
  /// `secret` has kKeySize bytes (asserted). `seals_before`: values sealed by earlier processes.
  ValueKey(FieldId field, Generation generation, SecretBytes secret, std::uint64_t seals_before = 0)
      : FieldKey(field, generation, std::move(secret)),
        seals_before_(seals_before),
        seals_(seals_before) {}

  /// Upper bound of the values sealed so far. At kWarnSeals someone should rotate.
  [[nodiscard]] std::uint64_t seals() const { return seals_.load(std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t seals_before() const { return seals_before_; }

  /// Takes `count` uses for the calling thread. Errors: KeyExhausted.
  [[nodiscard]] Result<void> lease_seals(std::uint64_t count) const;

 private:
  std::uint64_t seals_before_;
  mutable std::atomic<std::uint64_t> seals_;
};

/// HMAC-SHA-256 key of one field and generation, for search terms.
class TermKey : public FieldKey {
 public:
  TermKey(FieldId field, Generation generation, SecretBytes secret)
      : FieldKey(field, generation, std::move(secret)) {}
};

}  // namespace pgveil::crypto
