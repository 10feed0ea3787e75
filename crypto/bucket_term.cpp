// Terms of buckets: hashes for ranges, keyed increasing numbers for order.
#include "crypto/term_hash.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

namespace pgveil::crypto {
namespace {

constexpr std::size_t kSymbols = 256;
constexpr std::size_t kMostTables = 2'048;  // per thread, 1 kB each
constexpr std::size_t kGapSize = 4;
constexpr std::size_t kGapsPerBlock = std::tuple_size_v<Hash> / kGapSize;

/// Where each byte goes after a given prefix.
using Table = std::array<std::uint32_t, kSymbols>;

/// From 1 to 2^24 - 1, of every magnitude alike: where gaps were alike, a place would nearly tell its byte.
std::uint32_t gap_of(const Hash& hash, std::size_t at) {
  std::uint32_t gap = 0;
  for (std::size_t i = 1; i < kGapSize; ++i) {
    gap = (gap << 8) | std::to_integer<std::uint32_t>(hash[at + i]);
  }
  return std::max(1U, gap >> (std::to_integer<unsigned>(hash[at]) % 24));
}

struct Tables {
  std::map<std::string, std::unique_ptr<Table>, std::less<>> by_prefix;

  ~Tables() { clear(); }

  void clear() {
    for (auto& [prefix, table] : by_prefix) {
      wipe(std::as_writable_bytes(std::span(*table)));
    }
    by_prefix.clear();
  }
};

Result<std::unique_ptr<Table>> make_table(const TermKey& key, std::string_view data) {
  auto table = std::make_unique<Table>();
  std::string message(data);
  message += '\0';
  std::uint32_t place = 0;
  for (std::size_t symbol = 0; symbol < kSymbols; symbol += kGapsPerBlock) {
    message.back() = static_cast<char>(symbol / kGapsPerBlock);
    const auto hash = term_hash(key, TermKind::Order, 0, as_bytes(message));
    if (!hash) {
      return hash.error();
    }
    for (std::size_t i = 0; i < kGapsPerBlock; ++i) {
      place += gap_of(*hash, i * kGapSize);  // 256 of them stay below 2^32
      (*table)[symbol + i] = place;
    }
  }
  return table;
}

}  // namespace

Result<RangeTerm> range_term(const TermKey& key, std::string_view unit, std::int64_t bucket) {
  std::string data;
  for (int shift = 56; shift >= 0; shift -= 8) {
    data += static_cast<char>(static_cast<std::uint64_t>(bucket) >> shift);
  }
  data += unit;
  const auto hash = term_hash(key, TermKind::Range, 0, as_bytes(data));
  if (!hash) {
    return hash.error();
  }
  RangeTerm term{};
  std::copy_n((*hash).begin(), term.size(), term.begin());
  return term;
}

Result<Bytes> order_term(const TermKey& key, std::string_view unit, ByteView prefix) {
  thread_local Tables tables;
  BOOST_ASSERT(prefix.size() <= kMaxOrderPrefix);
  std::string data(unit);
  data += '\0';
  std::string name = std::to_string(key.number()) + ' ' + data;
  Bytes term;
  for (const std::byte symbol : prefix) {
    auto found = tables.by_prefix.find(name);
    if (found == tables.by_prefix.end()) {
      auto made = make_table(key, data);
      if (!made) {
        return made.error();
      }
      if (tables.by_prefix.size() >= kMostTables) {
        tables.clear();
      }
      found = tables.by_prefix.emplace(name, std::move(*made)).first;
    }
    const std::uint32_t place = (*found->second)[std::to_integer<std::size_t>(symbol)];
    for (const int shift : {24, 16, 8, 0}) {
      term.push_back(static_cast<std::byte>(place >> shift));
    }
    data += static_cast<char>(symbol);
    name += static_cast<char>(symbol);
  }
  return term;
}

}  // namespace pgveil::crypto
