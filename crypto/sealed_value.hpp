#pragma once

/// One sealed value, layout version 1 (docs/formats.md):
///
///   byte 0      0xF8 | flags: bit 0 equality term, bit 1 folded term, bit 2 more terms
///   byte 1      suite
///   bytes 2-5   field id, big-endian
///   byte 6      generation of the value key
///   if flags:   generation of the term key (1), equality (16) if bit 0, folded (16) if bit 1,
///               if bit 2: count (1), then per entry kind (1), length (2, big-endian), bytes;
///               kinds descend: 3 order, 2 range, 1 text
///   nonce (12), ciphertext, tag (16)
///
/// All before the nonce is associated data. Read a value with read_sealed, look up its key, open it.
/// Source: NIST SP 800-38D (GCM); padding as in ISO/IEC 7816-4.
/// Threads: any; contexts are per thread and key, so that only the nonce is set per value.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/key.hpp"
#include "crypto/term.hpp"

#include <cstdint>
#include <optional>

namespace pgveil::crypto {

enum class Suite : std::uint8_t {
  Aes256Gcm = 1,       // random 96-bit nonce
  Aes256GcmPadded = 2  // the same; the plaintext ends with 0x80 and zeros
};

inline constexpr std::size_t kNonceSize = 12;
inline constexpr std::size_t kTagSize = 16;
inline constexpr std::size_t kSealedHeaderSize = 7;
inline constexpr std::size_t kMinSealedSize = kSealedHeaderSize + kNonceSize + kTagSize;
/// PostgreSQL's own limit for one value is 1 GiB.
inline constexpr std::size_t kMaxPlaintextSize = (std::size_t{1} << 30) - (std::size_t{1} << 20);

/// A read value. Lifetime: all spans view the bytes that were read.
struct SealedView {
  Suite suite = Suite::Aes256Gcm;
  FieldId field{0};
  Generation generation{0};                   // of the value key
  std::optional<Generation> term_generation;  // there are terms
  ByteView equality;                          // 16 bytes or none
  ByteView folded;                            // 16 bytes or none
  ByteView order;                             // the order entry, or none
  ByteView range;                             // 8 bytes or none
  ByteView text;                              // the text entry's lexemes, or none
  ByteView associated;                        // all before the nonce
  ByteView nonce;
  ByteView ciphertext;
  ByteView tag;
};

/// Strict: one spelling per value, nothing left over. Errors: Malformed, UnknownSuite.
[[nodiscard]] Result<SealedView> read_sealed(ByteView bytes);
/// Appends the bytes that read_sealed would read as `view`.
void write_sealed(const SealedView& view, Bytes& out);

/// Terms to be carried by a value; they belong to `key`'s generation. Absent ones are left out.
struct CarriedTerms {
  Generation generation{0};
  std::optional<Term> equality;
  std::optional<Term> folded;
  std::string_view text;  // of text_terms(); empty: none
  std::optional<RangeTerm> range;
  ByteView order;  // of order_term(); empty: none
};

/// Seals `plaintext` and appends the value to `out`. `pad` > 0: suite 2, the padded plaintext is a
/// multiple of `pad` bytes. Errors: KeyExhausted, TooLong, NoRandomness, Library; `out` is unchanged.
[[nodiscard]] Result<void> seal(const ValueKey& key,
                                ByteView plaintext,
                                const CarriedTerms& terms,
                                std::uint16_t pad,
                                Bytes& out);

/// Opens a value and appends its plaintext to `out`. Nothing is appended unless the tag is right.
/// Errors: WrongField, UnknownGeneration if `key` is not the value's key; BadTag; Malformed padding.
[[nodiscard]] Result<void> open(const ValueKey& key, const SealedView& value, Bytes& out);

}  // namespace pgveil::crypto
