// What a statement costs before it is planned. Budget: shape_of_500_bytes below 3 µs on one core.
#include "policy/sql/shape.hpp"
#include "policy/sql/syntax_tree.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace pgveil::policy::sql;

// As an object-relational mapper writes it: some 500 bytes, 8 literals.
const std::string kSelect =
    "SELECT p.id AS id1_0_, p.last_name AS last2_0_, p.first_name AS first3_0_, p.dob AS dob4_0_, "
    "p.ssn AS ssn5_0_, v.id AS id1_1_, v.ward AS ward2_1_, v.admitted AS admitted3_1_ FROM "
    "patients p "
    "INNER JOIN visits v ON p.id = v.patient_id LEFT OUTER JOIN wards w ON v.ward = w.id WHERE "
    "p.voided "
    "= false AND p.last_name = 'Meier' AND (v.admitted >= '2023-01-01' OR v.discharged IS NULL) "
    "AND "
    "w.kind IN ('icu', 'er') AND p.zip LIKE '036%' ORDER BY p.last_name ASC, p.first_name LIMIT "
    "20 ";

void shape_of_500_bytes(benchmark::State& state) {
  const ShapeSecret secret = ShapeSecret::random();
  for (auto _ : state) benchmark::DoNotOptimize(shape_of(kSelect, secret));
  state.SetBytesProcessed(static_cast<std::int64_t>(kSelect.size()) * state.iterations());
}

void scan_500_bytes(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(scan(kSelect));
  state.SetBytesProcessed(static_cast<std::int64_t>(kSelect.size()) * state.iterations());
}

void parse_500_bytes(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(SyntaxTree::parse(kSelect));
}

void deparse_500_bytes(benchmark::State& state) {
  const auto tree = SyntaxTree::parse(kSelect);
  for (auto _ : state) benchmark::DoNotOptimize(tree->deparse());
}

void check_bounds_500_bytes(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(check_bounds(kSelect, SqlLimits{}));
}

BENCHMARK(shape_of_500_bytes);
BENCHMARK(scan_500_bytes);
BENCHMARK(check_bounds_500_bytes);
BENCHMARK(parse_500_bytes);
BENCHMARK(deparse_500_bytes);

}  // namespace
