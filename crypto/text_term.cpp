#include "crypto/fold.hpp"
#include "crypto/random.hpp"
#include "crypto/term_hash.hpp"

#include <algorithm>
#include <memory>

namespace pgveil::crypto {
namespace {

// Beyond Unicode, so that no text contains them.
constexpr char32_t kBegin = 0x110000;
constexpr char32_t kEnd = 0x110001;
// The unit of the one lexeme that text carries which is too long for all of its own.
constexpr std::uint8_t kOverflowUnit = 0xFF;
constexpr std::size_t kDecoyStep = 4;
// What is looked for needs no more than so many lexemes: fewer is still a superset.
constexpr std::size_t kMaxQueryLexemes = 24;
// Trigrams of names repeat: this many are kept per thread (16 bytes each).
constexpr std::size_t kCacheSize = std::size_t{1} << 15;

using Lexeme = std::uint32_t;

/// Two or three symbols of 21 bits; a pair has all ones for its third.
using Gram = std::uint64_t;
constexpr Gram kNoSymbol = (Gram{1} << 21) - 1;

Gram gram_of(char32_t a, char32_t b, Gram c) { return (Gram{a} << 42) | (Gram{b} << 21) | c; }

struct CachedLexeme {
  Gram gram = 0;
  std::uint32_t key = 0;  // number of the key, 16 times, plus partition; 0: empty
  Lexeme lexeme = 0;
};

struct Cache {
  std::array<CachedLexeme, kCacheSize> entries;

  ~Cache() { wipe(std::as_writable_bytes(std::span(entries))); }
};

Result<Lexeme> hash_gram(const TermKey& key, std::uint8_t partition, Gram gram) {
  std::array<std::byte, 9> bytes{};
  std::size_t size = 0;
  for (const int shift : {42, 21, 0}) {
    const Gram symbol = (gram >> shift) & kNoSymbol;
    if (symbol != kNoSymbol) {
      for (const int part : {16, 8, 0}) {
        bytes[size++] = static_cast<std::byte>(symbol >> part);
      }
    }
  }
  const auto hash = term_hash(key, TermKind::Text, partition, std::span(bytes).first(size));
  if (!hash) {
    return hash.error();
  }
  Lexeme lexeme = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    lexeme = (lexeme << 8) | std::to_integer<Lexeme>((*hash)[i]);
  }
  return lexeme;
}

Result<Lexeme> lexeme_of(const TermKey& key, std::uint8_t partition, Gram gram) {
  thread_local const auto cache = std::make_unique<Cache>();
  const std::uint32_t tag = key.number() * 16 + std::min<std::uint32_t>(partition, 15);
  const Gram mixed = (gram ^ (Gram{tag} << 40)) * 0x9E3779B97F4A7C15;
  CachedLexeme& entry = cache->entries[(mixed >> 40) % kCacheSize];
  if (entry.key != tag || entry.gram != gram) {
    const auto lexeme = hash_gram(key, partition, gram);
    if (!lexeme) {
      return lexeme.error();
    }
    entry = {gram, tag, *lexeme};
  }
  return entry.lexeme;
}

/// Unique grams of symbols that may begin and end with the marks.
std::vector<Gram> grams_of(std::u32string_view symbols) {
  std::vector<Gram> grams;
  grams.reserve(symbols.size());
  if (symbols.size() >= 2 && symbols[0] == kBegin) {
    grams.push_back(gram_of(symbols[0], symbols[1], kNoSymbol));
  }
  for (std::size_t i = 0; i + 2 < symbols.size(); ++i) {
    grams.push_back(gram_of(symbols[i], symbols[i + 1], symbols[i + 2]));
  }
  std::ranges::sort(grams);
  grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
  return grams;
}

std::vector<Gram> grams_of(std::string_view text, bool at_begin, bool at_end) {
  std::u32string symbols;
  symbols.reserve(text.size() + 2);
  if (at_begin) {
    symbols += kBegin;
  }
  fold_into(text, symbols);
  if (at_end) {
    symbols += kEnd;
  }
  return grams_of(symbols);
}

void append_hex(Lexeme lexeme, std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 28; shift >= 0; shift -= 4) {
    out += kDigits[(lexeme >> shift) & 15];
  }
}

std::string print(std::vector<Lexeme>& lexemes) {
  std::ranges::sort(lexemes);
  lexemes.erase(std::unique(lexemes.begin(), lexemes.end()), lexemes.end());
  std::string out;
  out.reserve(lexemes.size() * 9);
  for (const Lexeme lexeme : lexemes) {
    if (!out.empty()) {
      out += ' ';
    }
    append_hex(lexeme, out);
  }
  return out;
}

Result<std::vector<Lexeme>> lexemes_in(const TermKey& key,
                                       std::string_view text,
                                       std::uint8_t partition) {
  const std::vector<Gram> grams = grams_of(text, true, true);
  std::vector<Lexeme> lexemes;
  if (grams.size() > kMaxTextLexemes) {
    const auto overflow = lexeme_of(key, kOverflowUnit, 0);
    if (!overflow) {
      return overflow.error();
    }
    lexemes.push_back(*overflow);
    return lexemes;
  }
  lexemes.reserve(grams.size() + kDecoyStep);
  for (const Gram gram : grams) {
    const auto lexeme = lexeme_of(key, partition, gram);
    if (!lexeme) {
      return lexeme.error();
    }
    lexemes.push_back(*lexeme);
  }
  return lexemes;
}

}  // namespace

Result<std::string> text_terms_in(const TermKey& key,
                                  std::string_view text,
                                  std::uint8_t partition) {
  BOOST_ASSERT(partition < kTextPartitions);
  auto lexemes = lexemes_in(key, text, partition);
  if (!lexemes) {
    return lexemes.error();
  }
  return print(*lexemes);
}

Result<std::string> text_terms(const TermKey& key, std::string_view text) {
  std::array<std::byte, 1 + 4 * kDecoyStep> random{};
  if (auto ok = random_bytes(random); !ok) {
    return ok.error();
  }
  const auto partition =
      static_cast<std::uint8_t>(std::to_integer<unsigned>(random[0]) % kTextPartitions);
  auto lexemes = lexemes_in(key, text, partition);
  if (!lexemes) {
    return lexemes.error();
  }
  for (std::size_t i = 0; (*lexemes).size() % kDecoyStep != 0; ++i) {
    Lexeme decoy = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      decoy = (decoy << 8) | std::to_integer<Lexeme>(random[1 + 4 * i + k]);
    }
    (*lexemes).push_back(decoy);
  }
  return print(*lexemes);
}

Result<std::optional<std::string>> text_query(const TermKey& key, std::span<const TextRun> runs) {
  std::vector<Gram> grams;
  for (const TextRun& run : runs) {
    const auto more = grams_of(run.literal, run.at_begin, run.at_end);
    grams.insert(grams.end(), more.begin(), more.end());
  }
  std::ranges::sort(grams);
  grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
  if (grams.size() > kMaxQueryLexemes) {
    grams.resize(kMaxQueryLexemes);
  }
  if (grams.empty()) {
    return std::optional<std::string>();
  }
  std::string query;
  for (std::uint8_t partition = 0; partition < kTextPartitions; ++partition) {
    query += '(';
    for (std::size_t i = 0; i < grams.size(); ++i) {
      const auto lexeme = lexeme_of(key, partition, grams[i]);
      if (!lexeme) {
        return lexeme.error();
      }
      if (i != 0) {
        query += '&';
      }
      append_hex(*lexeme, query);
    }
    query += ")|";
  }
  const auto overflow = lexeme_of(key, kOverflowUnit, 0);
  if (!overflow) {
    return overflow.error();
  }
  append_hex(*overflow, query);
  return std::optional<std::string>(std::move(query));
}

}  // namespace pgveil::crypto
