#pragma once

/// Seeded randomness for laws: set PGVEIL_SEED to repeat a run; the seed is printed at its start.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace pgveil::test {

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : engine_(seed) {}

  /// 0 … limit - 1.
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
  }

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }

  bool one_in(std::size_t n) { return below(n) == 0; }

  std::uint64_t bits() { return engine_(); }

  template <class T, std::size_t N>
  const T& pick(const T (&choices)[N]) {
    return choices[below(N)];
  }

  std::string text(std::string_view alphabet, std::size_t longest) {
    std::string result;
    for (std::size_t n = below(longest + 1); n > 0; --n) {
      result += alphabet[below(alphabet.size())];
    }
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

/// PGVEIL_SEED, or a new one; printed once.
inline std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* given = std::getenv("PGVEIL_SEED");
    const std::uint64_t chosen =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("PGVEIL_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    return chosen;
  }();
  return value;
}

}  // namespace pgveil::test
