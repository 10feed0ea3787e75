#pragma once

/// Bytes that must not leak: keys, salted passwords. They live in OpenSSL's secure heap (locked into
/// memory, left out of core dumps) while it has room, are wiped when dropped, cannot be copied,
/// compared or printed by accident, and are read through one door: expose().
/// Threads: like a std::vector.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace pgveil::crypto {

class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes, to be written through expose_mutable().
  explicit SecretBytes(std::size_t size);
  ~SecretBytes();

  SecretBytes(SecretBytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  bool operator==(const SecretBytes&) const = delete;

  /// The caller still has to wipe its own copy.
  [[nodiscard]] static SecretBytes copy_of(ByteView bytes);
  /// From the system's random source, without a buffer in between. Errors: NoRandomness.
  [[nodiscard]] static Result<SecretBytes> random(std::size_t size);

  [[nodiscard]] SecretBytes duplicate() const { return copy_of(expose()); }

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// The one door. Lifetime: until this object is moved from or dropped.
  [[nodiscard]] ByteView expose() const { return {data_, size_}; }

  [[nodiscard]] std::span<std::byte> expose_mutable() { return {data_, size_}; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, ByteView>);

/// Wipes bytes that held something secret; not optimised away.
void wipe(std::span<std::byte> bytes);
void wipe(std::string& text);

/// Sets up the secure heap. Called by itself on first use; calling it early at start-up tells whether
/// memory could be locked (false: RLIMIT_MEMLOCK is too low; secrets are still wiped).
bool prepare_secure_heap();

}  // namespace pgveil::crypto
