// What every statement and every row costs, as functions that callgrind can count: see guard.py.
//
//   hot_paths NAME     runs one of them, after one run that warms it up
#include "bench/guard/session_paths.hpp"
#include "crypto/keyring.hpp"
#include "policy/sql/node_text.hpp"
#include "policy/sql/shape.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "protocol/frame.hpp"
#include "protocol/message/query.hpp"
#include "protocol/value/codec.hpp"
#include "proxy/session/plan_cache.hpp"
#include "proxy/transform/fill.hpp"
#include "proxy/transform/open_row.hpp"
#include "tests/support/crypto_keys.hpp"

#include <functional>
#include <iostream>
#include <map>
#include <string>

using namespace pgveil;

namespace {

constexpr policy::FieldId kField{1};
constexpr int kTimes = 200;

// As an object-relational mapper writes it.
const std::string kSelect =
    "SELECT p.id AS id1_0_, p.last_name AS last2_0_, p.first_name AS first3_0_, p.dob AS dob4_0_, "
    "p.ssn AS ssn5_0_, v.id AS id1_1_, v.ward AS ward2_1_, v.admitted AS admitted3_1_ FROM "
    "patients p "
    "INNER JOIN visits v ON p.id = v.patient_id LEFT OUTER JOIN wards w ON v.ward = w.id WHERE "
    "p.voided "
    "= false AND p.last_name = 'Meier' AND (v.admitted >= '2023-01-01' OR v.discharged IS NULL) "
    "AND "
    "w.kind IN ('icu', 'er') AND p.zip LIKE '036%' ORDER BY p.last_name ASC, p.first_name LIMIT 20";

std::shared_ptr<const crypto::Keyring> keyring() {
  static const std::shared_ptr<const crypto::Keyring> ring = [] {
    crypto::KeyringBuilder builder;
    builder.add(crypto::value_key(crypto::FieldId{1}, 1), true);
    builder.add(crypto::term_key(crypto::FieldId{1}, 1), true);
    return std::move(builder).build();
  }();
  return ring;
}

const crypto::Keyring& keys() { return *keyring(); }

protocol::Bytes sealed(std::string_view canonical) {
  protocol::Bytes out;
  const auto bytes = crypto::as_bytes(canonical);
  const auto done =
      crypto::seal_cell(keys(), crypto::FieldId{1}, {}, {bytes, bytes, canonical}, out);
  BOOST_ASSERT(done.has_value());
  return out;
}

std::function<void()> shape() {
  return [secret = policy::sql::ShapeSecret{}] {
    BOOST_VERIFY(policy::sql::shape_of(kSelect, secret).has_value());
  };
}

std::function<void()> parse() {
  return [] { BOOST_VERIFY(policy::sql::SyntaxTree::parse(kSelect).has_value()); };
}

std::function<void()> frames() {
  protocol::Bytes bytes;
  for (int i = 0; i < 20; ++i) {
    protocol::encode_query(bytes, {"SELECT 1"});
  }
  return [bytes] {
    protocol::ByteView rest = bytes;
    while (!rest.empty()) {
      rest = rest.subspan((*protocol::read_header(rest, protocol::Side::Frontend))->frame_size());
    }
  };
}

std::function<void()> plan_lookup() {
  auto cache = std::make_shared<proxy::PlanCache>(1000);
  auto plans = std::make_shared<proxy::TextPlan>();
  auto plan = std::make_shared<proxy::PreparedPlan>();
  plan->plan.cacheable = true;
  plans->statements.push_back({0, kSelect.size(), plan, {}, {}});
  proxy::PlanKey key;
  key.text = kSelect;
  key.role_key = "12345678901234567890";
  key.settings = std::make_shared<const proxy::SettingsInForce>(proxy::SessionSettings());
  cache->store(key, plans);
  return [cache, key] { BOOST_VERIFY(cache->find(key) != nullptr); };
}

std::function<void()> fill_sealed_parameter() {
  policy::ServerParameter parameter;
  parameter.client_index = 1;
  parameter.use.kind = policy::ValueUse::Kind::Seal;
  parameter.use.field = kField;
  parameter.use.base_type = protocol::value::kText;
  parameter.use.terms.equality = true;
  return [parameter] {
    const proxy::transform::ClientParameter sent[] = {{protocol::as_bytes("Smith-Johansson!"), 0}};
    proxy::transform::ClientValues values;
    values.parameters = sent;
    (void)proxy::transform::fill_parameters({&parameter, 1}, values, keys());
  };
}

/// Ten columns, `count` of them sealed.
std::function<void()> open_row(std::size_t count) {
  const protocol::Bytes cell = sealed("Smith-Johansson!");
  auto outputs = std::make_shared<std::vector<policy::ServerOutput>>(10);
  protocol::Bytes body;
  protocol::put_u16(body, 10);
  for (std::size_t i = 0; i < 10; ++i) {
    if (i < count) {
      (*outputs)[i].kind = policy::ServerOutput::Kind::Open;
      (*outputs)[i].field = kField;
      (*outputs)[i].base_type = protocol::value::kText;
      protocol::put_cell(body, cell);
    } else {
      protocol::put_cell(body, protocol::as_bytes("a value"));
    }
  }
  auto opener = std::make_shared<proxy::transform::RowOpener>(
      *outputs, std::vector<std::int16_t>{}, protocol::value::SessionFormat{}, keys(),
      proxy::transform::ByteaForm::Binary);
  return [outputs, body, opener, out = protocol::Bytes(),
          subjects = proxy::transform::SubjectSet(0)]() mutable {
    out.clear();
    (void)opener->open_row(body, out, subjects);
  };
}

std::function<void()> node_text() {
  std::string text = "({QUERY :commandType 1 :targetList (";
  for (int i = 0; i < 20; ++i) {
    text +=
        "{TARGETENTRY :expr {VAR :varno 1 :varattno 2 :vartype 25 :location 7} :resno 1 :resname "
        "id}";
  }
  text += ")})";
  return [text] { BOOST_VERIFY(policy::sql::NodeTree::parse(text).has_value()); };
}

}  // namespace

/// callgrind collects inside of it only.
extern "C" __attribute__((noinline)) void measured(const std::function<void()>& work) {
  for (int i = 0; i < kTimes; ++i) {
    work();
  }
}

int main(int argc, char** argv) {
  const std::map<std::string, std::function<std::function<void()>()>> all = {
      {"shape_of_500_bytes", shape},
      {"parse_500_bytes", parse},
      {"cut_20_frames", frames},
      {"plan_lookup_by_text", plan_lookup},
      {"fill_sealed_parameter", fill_sealed_parameter},
      {"forward_row_of_10", [] { return open_row(0); }},
      {"open_row_of_10_with_3_sealed", [] { return open_row(3); }},
      {"read_node_text", node_text},
      {"pass_prepared", bench::pass_prepared},
      {"pass_query", bench::pass_query},
      {"point_read", [] { return bench::point_read(keyring()); }},
      {"audit_records", bench::audit_records}};
  if (argc != 2 || !all.contains(argv[1])) {
    for (const auto& [name, make] : all) {
      std::cout << name << '\n';
    }
    return argc == 1 ? 0 : 2;
  }
  const std::function<void()> work = all.at(argv[1])();
  work();
  measured(work);
  return 0;
}
