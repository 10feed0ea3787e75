// What one value costs. Budget: seal and open of 16 bytes below 400 ns each on one core.
#include "crypto/keyring.hpp"
#include "crypto/like_pattern.hpp"
#include "tests/support/crypto_keys.hpp"

#include <benchmark/benchmark.h>

namespace pgveil::crypto {
namespace {

constexpr FieldId kField{1};

void seal_value(benchmark::State& state) {
  const auto key = value_key(kField, 1);
  const Bytes plain(static_cast<std::size_t>(state.range(0)));
  Bytes out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(seal(*key, plain, {}, 0, out).has_value());
  }
}

void open_value(benchmark::State& state) {
  const auto key = value_key(kField, 1);
  const Bytes plain(static_cast<std::size_t>(state.range(0)));
  Bytes cell;
  benchmark::DoNotOptimize(seal(*key, plain, {}, 0, cell).has_value());
  Bytes out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(open(*key, *read_sealed(cell), out).has_value());
  }
}

void equality_term_of_16_bytes(benchmark::State& state) {
  const auto key = term_key(kField, 1);
  const Bytes plain(16);
  for (auto _ : state) {
    benchmark::DoNotOptimize(equality_term(*key, plain).has_value());
  }
}

void folded_term_of_name(benchmark::State& state) {
  const auto key = term_key(kField, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(folded_term(*key, "Katharina Müller").has_value());
  }
}

const char* const kFirst[] = {"Anna",     "Maria", "John",  "Katharina",
                              "Wolfgang", "Li",    "Søren", "José"};
const char* const kLast[] = {"Smith",  "Müller", "Fernandez", "Okafor",
                             "Nguyen", "Petrov", "Haddad"};

void text_terms_of_names(benchmark::State& state) {
  const auto key = term_key(kField, 1);
  std::size_t i = 0;
  for (auto _ : state) {
    std::string name = kFirst[i % std::size(kFirst)];
    name += ' ';
    name += kLast[i % std::size(kLast)];
    ++i;
    benchmark::DoNotOptimize(text_terms(*key, name).has_value());
  }
}

void text_query_of_pattern(benchmark::State& state) {
  const auto key = term_key(kField, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(text_query(*key, like_runs("%smith%")).has_value());
  }
}

BENCHMARK(seal_value)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK(open_value)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK(equality_term_of_16_bytes);
BENCHMARK(folded_term_of_name);
BENCHMARK(text_terms_of_names);
BENCHMARK(text_query_of_pattern);

}  // namespace
}  // namespace pgveil::crypto

BENCHMARK_MAIN();
