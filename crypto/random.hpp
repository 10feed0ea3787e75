#pragma once

/// Random bytes for nonces, salts and decoys.
/// A slice of a per-thread buffer of 4 KiB costs 14 ns where RAND_bytes costs 1 µs. The buffer is
/// thrown away after a fork and after one second, so that a cloned or restored machine does not go on
/// with old bytes, and used bytes are wiped. Keys do not come from here: SecretBytes::random.
/// Threads: any.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"

namespace pgveil::crypto {

/// Errors: NoRandomness; `out` is then unspecified.
[[nodiscard]] Result<void> random_bytes(std::span<std::byte> out);

}  // namespace pgveil::crypto
