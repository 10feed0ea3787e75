// Budgets (docs): seal and open of a 16-byte value below 400 ns on one core each, without terms.
#include "proxy/transform/fill.hpp"
#include "proxy/transform/open_row.hpp"
#include "tests/support/crypto_keys.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace pgveil;
using namespace pgveil::proxy::transform;

constexpr policy::FieldId kField{1};

const crypto::Keyring& keys() {
  static const auto ring = [] {
    crypto::KeyringBuilder builder;
    builder.add(crypto::value_key(crypto::FieldId{1}, 1), true);
    builder.add(crypto::term_key(crypto::FieldId{1}, 1), true);
    return std::move(builder).build();
  }();
  return *ring;
}

policy::ServerOutput open_output(policy::TypeOid type) {
  policy::ServerOutput output;
  output.kind = policy::ServerOutput::Kind::Open;
  output.field = kField;
  output.base_type = type;
  return output;
}

protocol::Bytes sealed(std::string_view canonical) {
  protocol::Bytes out;
  const auto bytes = crypto::as_bytes(canonical);
  const auto done =
      crypto::seal_cell(keys(), crypto::FieldId{1}, {}, {bytes, bytes, canonical}, out);
  BOOST_ASSERT(done.has_value());
  return out;
}

void fill_one_sealed_parameter(benchmark::State& state) {
  const std::string_view text = "Smith-Johansson!";
  policy::ServerParameter parameter;
  parameter.client_index = 1;
  parameter.use.kind = policy::ValueUse::Kind::Seal;
  parameter.use.field = kField;
  parameter.use.base_type = 25;
  parameter.use.terms.equality = state.range(0) != 0;
  const ClientParameter sent[] = {{protocol::as_bytes(text), 0}};
  ClientValues values;
  values.parameters = sent;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fill_parameters({&parameter, 1}, values, keys()));
  }
}

void open_16_byte_value(benchmark::State& state) {
  const protocol::Bytes cell = sealed("Smith-Johansson!");
  const policy::ServerOutput output = open_output(25);
  CellOpener opener(keys(), ByteaForm::Binary);
  for (auto _ : state) {
    benchmark::DoNotOptimize(opener.open(output, cell));
  }
}

/// Ten columns, `range(0)` of them sealed: a name, a date and a number in turn.
void open_rows_of_10_columns(benchmark::State& state) {
  const protocol::Bytes cells[] = {sealed("Smith-Johansson!"), sealed({"\0\0\x12\x34", 4}),
                                   sealed({"\0\2\0\0\0\0\0\2\0\x0c\x0d\x48", 12})};
  constexpr policy::TypeOid kTypes[] = {25, 1082, 1700};
  std::vector<policy::ServerOutput> outputs(10);
  protocol::Bytes body;
  protocol::put_u16(body, 10);
  for (std::size_t i = 0; i < 10; ++i) {
    if (static_cast<std::int64_t>(i) < state.range(0)) {
      outputs[i] = open_output(kTypes[i % 3]);
      protocol::put_cell(body, cells[i % 3]);
    } else {
      protocol::put_cell(body, protocol::as_bytes("a value"));
    }
  }
  RowOpener opener(outputs, {}, {}, keys(), ByteaForm::Binary);
  SubjectSet subjects(0);
  protocol::Bytes out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(opener.open_row(body, out, subjects));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void numeric_text_to_canonical(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(protocol::value::from_text(1700, "12345.67", {}));
  }
}

BENCHMARK(fill_one_sealed_parameter)->ArgName("equality")->Arg(0)->Arg(1);
BENCHMARK(open_16_byte_value);
BENCHMARK(open_rows_of_10_columns)->ArgName("sealed")->Arg(0)->Arg(3)->Arg(10);
BENCHMARK(numeric_text_to_canonical);

}  // namespace
