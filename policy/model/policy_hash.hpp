#pragma once

/// A 64-bit hash for cache keys: FNV-1a with a final mix. Not for secrets, not against forgers: who can
/// write the policy needs no collision. Pure.

#include <cstdint>
#include <string_view>

namespace pgveil::policy {

[[nodiscard]] constexpr std::uint64_t meaning_hash(std::string_view text,
                                                   std::uint64_t seed = 0xcbf29ce484222325ULL) {
  std::uint64_t hash = seed;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  hash ^= hash >> 30U;
  hash *= 0xbf58476d1ce4e5b9ULL;
  hash ^= hash >> 27U;
  hash *= 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31U);
}

}  // namespace pgveil::policy
