#include "crypto/fold.hpp"

#include <algorithm>
#include <iterator>

namespace pgveil::crypto {
namespace {

// first, first + stride … last map to target, target + stride …; or to nothing.
struct FoldRange {
  char32_t first;
  char32_t last;
  char32_t stride;
  char32_t target;
};

struct FoldString {
  char32_t code;
  std::uint16_t offset;
  std::uint16_t size;
};

constexpr char32_t kNothing = 0xFFFFFFFF;

#include "crypto/fold_table.inc"

// Hangul syllables decompose by arithmetic (The Unicode Standard, 3.12).
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kSyllableCount = 11172;
constexpr char32_t kVowels = 21;
constexpr char32_t kTrails = 28;

void fold_hangul(char32_t index, std::u32string& out) {
  out += 0x1100 + index / (kVowels * kTrails);
  out += 0x1161 + index / kTrails % kVowels;
  if (index % kTrails != 0) {
    out += 0x11A7 + index % kTrails;
  }
}

void fold_one(char32_t code, std::u32string& out) {
  if (code < 0x80) {
    out += code >= U'A' && code <= U'Z' ? code + 32 : code;
    return;
  }
  if (code - kSyllables < kSyllableCount) {
    fold_hangul(code - kSyllables, out);
    return;
  }
  const auto* range = std::ranges::upper_bound(kFoldRanges, code, {}, &FoldRange::first);
  if (range != std::begin(kFoldRanges)) {
    --range;
    if (code <= range->last && (code - range->first) % range->stride == 0) {
      if (range->target != kNothing) {
        out += range->target + (code - range->first);
      }
      return;
    }
  }
  const auto* string = std::ranges::lower_bound(kFoldStrings, code, {}, &FoldString::code);
  if (string != std::end(kFoldStrings) && string->code == code) {
    out.append(kFoldPool + string->offset, string->size);
    return;
  }
  out += code;
}

// The code point at the front of `text` and its size; a byte that is not UTF-8 becomes a surrogate,
// which no UTF-8 text contains.
std::pair<char32_t, std::size_t> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const char32_t lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const std::pair<char32_t, std::size_t> bad{0xDC00 + lead, 1};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) {
    return bad;
  }
  char32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      return bad;
    }
    code = (code << 6) | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    return bad;
  }
  return {code, size};
}

void encode(char32_t code, std::string& out) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace

void fold_into(std::string_view text, std::u32string& out) {
  while (!text.empty()) {
    const auto [code, size] = decode(text);
    fold_one(code, out);
    text.remove_prefix(size);
  }
}

std::string fold(std::string_view text) {
  std::u32string folded;
  folded.reserve(text.size());
  fold_into(text, folded);
  std::string out;
  out.reserve(text.size());
  for (const char32_t code : folded) {
    encode(code, out);
  }
  return out;
}

}  // namespace pgveil::crypto
