#pragma once

/// HMAC-SHA-256 behind all terms, inside crypto/.

#include "crypto/contexts.hpp"
#include "crypto/term.hpp"

namespace pgveil::crypto {

/// First byte of what is hashed. Stored format: never renumber. 'p' (0x70) begins a key commitment.
enum class TermKind : std::uint8_t { Equality = 1, Folded = 2, Text = 3, Range = 4, Order = 5 };

[[nodiscard]] Result<Hash> term_hash(const TermKey& key,
                                     TermKind kind,
                                     std::uint8_t unit,
                                     ByteView data);

}  // namespace pgveil::crypto
