#pragma once

/// Search terms: keyed hashes that the server can compare. HMAC-SHA-256 under the field's term key of
/// kind (1), unit (1), length (4, big-endian), bytes; so terms of different kinds never coincide.
/// Source: RFC 2104.
/// Threads: any; contexts are per thread and key.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/key.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgveil::crypto {

inline constexpr std::size_t kTermSize = 16;
using Term = std::array<std::byte, kTermSize>;

/// Each value with text terms draws one of so many partitions at random, which goes into the hashes:
/// counting trigrams over the table then sees each one diluted by 8. A query asks for all of them.
inline constexpr std::uint8_t kTextPartitions = 8;

inline constexpr std::size_t kMaxTextLexemes = 7'000;

/// Over the equality form of the canonical bytes (protocol/value): equal values have equal terms.
[[nodiscard]] Result<Term> equality_term(const TermKey& key, ByteView equality_form);
/// Over fold(text), crypto/fold.hpp: a superset of =, lower(x) = lower(y), citext.
[[nodiscard]] Result<Term> folded_term(const TermKey& key, std::string_view text);

/// A bucket's term: rows of one bucket share it, and nothing tells which bucket comes before which.
inline constexpr std::size_t kRangeTermSize = 8;
using RangeTerm = std::array<std::byte, kRangeTermSize>;
[[nodiscard]] Result<RangeTerm> range_term(const TermKey& key,
                                           std::string_view unit,
                                           std::int64_t bucket);

/// Bytes in the order of the prefixes, four per byte, equal for equal prefixes: each byte becomes its
/// place in a keyed increasing list of numbers, another list after each prefix. Tells the order of
/// prefixes of one length and how many bytes two of them share, and not what they are.
inline constexpr std::size_t kMaxOrderPrefix = 8;
[[nodiscard]] Result<Bytes> order_term(const TermKey& key, std::string_view unit, ByteView prefix);

/// Trigrams of begin mark + fold(text) + end mark, and the pair at the begin mark, as a tsvector's text:
/// 8 hexadecimal digits each, sorted, unique, one blank between, with random decoys up to a multiple
/// of 4, in a random partition. Text with more than kMaxTextLexemes of them carries one lexeme that
/// every query asks for: it is always among the candidates. Errors: NoRandomness, Library.
[[nodiscard]] Result<std::string> text_terms(const TermKey& key, std::string_view text);
/// The same in one given partition and without decoys (for tests and known answers).
[[nodiscard]] Result<std::string> text_terms_in(const TermKey& key,
                                                std::string_view text,
                                                std::uint8_t partition);

/// A literal piece of what is looked for: the text contains it, at its begin or end if so marked.
struct TextRun {
  std::string literal;
  bool at_begin = false;
  bool at_end = false;
};

/// A tsquery that every text with all of the runs matches: (a&b&c)|(…) over the partitions. No value: the
/// runs are too short to say anything, send no predicate. Errors: Library.
[[nodiscard]] Result<std::optional<std::string>> text_query(const TermKey& key,
                                                            std::span<const TextRun> runs);

}  // namespace pgveil::crypto
