#include "proxy/catalog/loader.hpp"

#include "policy/lineage/function_rules.hpp"
#include "proxy/catalog/opaque.hpp"
#include "proxy/catalog/sql.hpp"

#include <charconv>
#include <map>
#include <set>
#include <sstream>

namespace pgveil::proxy::catalog {
namespace {

using policy::Catalog;
using policy::CatalogRelation;
using twin::ControlConnection;
using twin::Done;
using twin::Table;

constexpr const char* kPgveilIsThere =
    "SELECT pg_catalog.to_regclass('pgveil.sealed_column') IS NOT NULL"
    " AND pg_catalog.to_regclass('pgveil.logical_object') IS NOT NULL";

std::int16_t small(const Table& table, std::size_t row, std::size_t column) {
  return static_cast<std::int16_t>(table.number(row, column));
}

std::int32_t integer(const Table& table, std::size_t row, std::size_t column) {
  return static_cast<std::int32_t>(table.number(row, column));
}

Result<Done> load_types(ControlConnection& model, Catalog& catalog) {
  auto table = model.query(sql::kTypes);
  if (!table) {
    return table.error();
  }
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    policy::CatalogType type;
    type.oid = (*table).oid(row, 0);
    type.schema = (*table).text(row, 1);
    type.name = (*table).text(row, 2);
    type.kind = (*table).letter(row, 3);
    type.base = (*table).oid(row, 4);
    type.element = (*table).oid(row, 6);
    type.sql_name = (*table).text(row, 7);
    type.send_function = (*table).text(row, 8);
    catalog.types.emplace(type.oid, std::move(type));
  }
  return Done{};
}

Result<Done> load_relations(ControlConnection& model, Catalog& catalog) {
  auto table = model.query(sql::kRelations);
  if (!table) {
    return table.error();
  }
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    CatalogRelation relation;
    relation.oid = policy::TwinOid{(*table).oid(row, 0)};
    relation.schema = (*table).text(row, 1);
    relation.name = (*table).text(row, 2);
    relation.kind = (*table).letter(row, 3);
    relation.row_security = (*table).truth(row, 4);
    relation.has_children = (*table).truth(row, 5);
    relation.is_catalog = (*table).truth(row, 6);
    relation.before_insert = (*table).truth(row, 7);
    relation.before_update = (*table).truth(row, 8);
    relation.before_delete = (*table).truth(row, 9);
    std::istringstream ancestors((*table).text(row, 10));
    for (std::uint32_t oid = 0; ancestors >> oid;) {
      relation.ancestors.push_back(policy::TwinOid{oid});
    }
    catalog.relations.emplace((*table).oid(row, 0), std::move(relation));
  }
  auto columns = model.query(sql::kColumns);
  if (!columns) {
    return columns.error();
  }
  for (std::size_t row = 0; row < (*columns).rows(); ++row) {
    const auto relation = catalog.relations.find((*columns).oid(row, 0));
    if (relation == catalog.relations.end()) {
      continue;  // made between the two queries
    }
    policy::CatalogColumn column;
    column.attnum = small(*columns, row, 1);
    column.name = (*columns).text(row, 2);
    column.type = (*columns).oid(row, 3);
    column.typmod = integer(*columns, row, 4);
    column.collation = (*columns).oid(row, 5);
    column.not_null = (*columns).truth(row, 6);
    column.has_default = (*columns).truth(row, 7);
    column.generated_stored = (*columns).letter(row, 8) == 's';
    column.identity = (*columns).letter(row, 9);
    if (!column.generated_stored) {
      column.default_sql = (*columns).text(row, 10);
    }
    relation->second.columns.push_back(std::move(column));
  }
  return Done{};
}

Result<Done> load_keys(ControlConnection& model, Catalog& catalog) {
  auto table = model.query(sql::kKeys);
  if (!table) {
    return table.error();
  }
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    const auto relation = catalog.relations.find((*table).oid(row, 0));
    if (relation == catalog.relations.end()) {
      continue;
    }
    std::vector<policy::UniqueKey>& keys = relation->second.keys;
    if (keys.empty() || keys.back().name != (*table).at(row, 1)) {
      keys.push_back({(*table).text(row, 1), (*table).truth(row, 2), {}});
    }
    keys.back().columns.push_back(small(*table, row, 3));
  }
  return Done{};
}

std::vector<std::uint32_t> read_oids(std::string_view text) {
  std::vector<std::uint32_t> oids;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::uint32_t oid = 0;
    const auto [next, error] = std::from_chars(at, end, oid);
    if (error != std::errc{}) {
      break;
    }
    oids.push_back(oid);
    at = next + 1;
  }
  return oids;
}

Result<std::vector<OperatorFacts>> load_operators(ControlConnection& model, Catalog& catalog) {
  auto table = model.query(sql::kOperators);
  if (!table) {
    return table.error();
  }
  std::vector<OperatorFacts> facts;
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    policy::CatalogOperator op;
    op.oid = (*table).oid(row, 0);
    op.schema = (*table).text(row, 1);
    op.name = (*table).text(row, 2);
    op.left = (*table).oid(row, 3);
    op.right = (*table).oid(row, 4);
    facts.push_back({op.name, (*table).oid(row, 5)});
    catalog.operators.emplace(op.oid, std::move(op));
  }
  return facts;
}

// Names that give another answer on the twin: functions of the server, and SQL's own words for some.
std::set<std::string, std::less<>> server_values(const Catalog& catalog) {
  std::set<std::string, std::less<>> names{
      "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
      "current_user", "current_role", "session_user",      "user",      "current_catalog",
      "age"};
  for (const auto& [oid, function] : catalog.functions) {
    const policy::FunctionRule rule = policy::classify(function);
    if (function.builtin && rule != policy::FunctionRule::Pure &&
        rule != policy::FunctionRule::Random) {
      names.insert(function.name);
    }
  }
  return names;
}

Result<Done> load_functions(ControlConnection& model, Catalog& catalog) {
  auto operators = load_operators(model, catalog);
  if (!operators) {
    return operators.error();
  }
  auto table = model.query(sql::kFunctions);
  if (!table) {
    return table.error();
  }
  std::vector<FunctionFacts> facts;
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    policy::CatalogFunction function;
    function.oid = (*table).oid(row, 0);
    function.schema = (*table).text(row, 1);
    function.name = (*table).text(row, 2);
    function.volatility = (*table).letter(row, 3);
    function.returns_set = (*table).truth(row, 4);
    function.builtin = function.schema == "pg_catalog";
    FunctionFacts fact;
    fact.oid = function.oid;
    fact.name = function.name;
    fact.aggregate = (*table).letter(row, 5) == 'a';
    fact.language = (*table).text(row, 6);
    fact.body = (*table).text(row, 7);
    fact.extension = (*table).text(row, 8);
    fact.builtin = function.builtin;
    fact.depends_on_relation = (*table).truth(row, 9);
    fact.parts = read_oids((*table).at(row, 10));
    fact.arguments = (*table).text(row, 11);
    facts.push_back(std::move(fact));
    catalog.functions.emplace(function.oid, std::move(function));
  }
  std::set<std::string, std::less<>> names;
  for (const auto& [oid, relation] : catalog.relations) {
    if (relation.schema != "information_schema") {  // its names are everyday words; see opaque.cpp
      names.insert(relation.name);
    }
  }
  const std::set<std::uint32_t> opaque = find_opaque(facts, *operators, names);
  const auto values = server_values(catalog);
  const std::set<std::uint32_t> bound = find_server_bound(facts, values);
  // STABLE functions in C are taken at their word; those whose body can be read may read the clock.
  std::erase_if(facts, [](const FunctionFacts& fact) {
    return fact.language != "sql" && fact.language != "plpgsql";
  });
  const std::set<std::uint32_t> read = find_server_bound(facts, values);
  for (auto& [oid, function] : catalog.functions) {
    function.opaque = opaque.contains(oid);
    const auto& means = function.volatility == 'v' ? bound : read;
    function.uses_server_state =
        !function.builtin && function.volatility != 'i' && means.contains(oid);
  }
  return Done{};
}

using RelationNames = std::map<std::pair<std::string, std::string>, CatalogRelation*>;

Result<Done> load_sealed(ControlConnection& upstream,
                         const RelationNames& relations,
                         Catalog& catalog) {
  auto there = upstream.query(kPgveilIsThere);
  if (!there) {
    return there.error();
  }
  if (!(*there).truth(0, 0)) {
    return Done{};
  }
  auto table = upstream.query(sql::kUpstreamSealed);
  if (!table) {
    return table.error();
  }
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    const auto found = relations.find({(*table).text(row, 0), (*table).text(row, 1)});
    if (found == relations.end()) {
      return Error{twin::Errc::Upstream, "load the catalog", "a sealed table is not in the twin"};
    }
    for (policy::CatalogColumn& column : found->second->columns) {
      if (column.name != (*table).at(row, 2)) {
        continue;
      }
      policy::SealedColumn sealed;
      sealed.field = policy::FieldId{(*table).oid(row, 3)};
      sealed.base_type = catalog.base_type(column.type);
      sealed.typmod = column.typmod;
      sealed.terms.equality = (*table).truth(row, 4);
      sealed.terms.folded = (*table).truth(row, 5);
      sealed.terms.text = (*table).truth(row, 6);
      sealed.server_type = (*table).text(row, 7);
      sealed.terms.range = (*table).text(row, 8);
      sealed.terms.order = (*table).text(row, 9);
      column.sealed = std::move(sealed);
    }
  }
  return Done{};
}

Result<Done> mark_checks(ControlConnection& model, Catalog& catalog) {
  auto table = model.query(sql::kChecks);
  if (!table) {
    return table.error();
  }
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    const auto relation = catalog.relations.find((*table).oid(row, 0));
    if (relation == catalog.relations.end()) {
      continue;
    }
    policy::CheckConstraint check;
    check.name = (*table).text(row, 1);
    check.expression = (*table).text(row, 2);
    std::istringstream numbers(std::string((*table).text(row, 3)));
    bool sealed = false;
    for (std::int16_t attnum = 0; numbers >> attnum;) {
      const policy::CatalogColumn* column = relation->second.column(attnum);
      sealed = sealed || (column != nullptr && column->sealed);
      check.columns.push_back(attnum);
    }
    if (sealed) {
      relation->second.has_check = true;
      relation->second.checks.push_back(std::move(check));
    }
  }
  return Done{};
}

Result<Done> mark_logical_views(ControlConnection& upstream, RelationNames& relations) {
  auto table = upstream.query(sql::kUpstreamRelations);
  if (!table) {
    return table.error();
  }
  std::set<std::pair<std::string, std::string>> there;
  for (std::size_t row = 0; row < (*table).rows(); ++row) {
    there.emplace((*table).text(row, 0), (*table).text(row, 1));
  }
  for (auto& [name, relation] : relations) {
    relation->logical_only =
        relation->kind == 'v' && !relation->is_catalog && !there.contains(name);
  }
  return Done{};
}

}  // namespace

Result<std::shared_ptr<const Catalog>> load_catalog(ControlConnection& model,
                                                    ControlConnection& upstream,
                                                    std::uint64_t epoch) {
  for (ControlConnection* connection : {&model, &upstream}) {
    // Names of types are printed with their schema unless it is pg_catalog.
    if (auto set = (*connection).query("SET search_path = ''"); !set) {
      return set.error();
    }
  }
  auto catalog = std::make_shared<Catalog>();
  catalog->epoch = epoch;
  for (const auto load : {load_types, load_relations, load_keys, load_functions}) {
    if (auto loaded = load(model, *catalog); !loaded) {
      return loaded.error();
    }
  }
  RelationNames relations;
  for (auto& [oid, relation] : catalog->relations) {
    relations.emplace(std::pair(relation.schema, relation.name), &relation);
  }
  if (auto loaded = load_sealed(upstream, relations, *catalog); !loaded) {
    return loaded.error();
  }
  if (auto marked = mark_checks(model, *catalog); !marked) {
    return marked.error();
  }
  if (auto marked = mark_logical_views(upstream, relations); !marked) {
    return marked.error();
  }
  return std::shared_ptr<const Catalog>(std::move(catalog));
}

Result<std::string> fingerprint(ControlConnection& upstream) {
  auto schema = upstream.query(sql::kFingerprint);
  if (!schema) {
    return schema.error();
  }
  std::string print = (*schema).text(0, 0);
  auto there = upstream.query(kPgveilIsThere);
  if (!there) {
    return there.error();
  }
  if ((*there).truth(0, 0)) {
    auto pgveil = upstream.query(sql::kFingerprintPgveil);
    if (!pgveil) {
      return pgveil.error();
    }
    print += (*pgveil).text(0, 0);
  }
  return print;
}

}  // namespace pgveil::proxy::catalog
