#include "policy/model/catalog.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

template <typename Map>
auto find_in(const Map& map, std::uint32_t oid) -> const typename Map::mapped_type* {
  const auto found = map.find(oid);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

const CatalogColumn* CatalogRelation::column(std::int16_t attnum) const {
  const auto found = std::ranges::find(columns, attnum, &CatalogColumn::attnum);
  return found == columns.end() ? nullptr : &*found;
}

const CatalogColumn* CatalogRelation::column(std::string_view column_name) const {
  const auto found = std::ranges::find(columns, column_name, &CatalogColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

const CatalogRelation* Catalog::relation(TwinOid oid) const {
  return find_in(relations, static_cast<std::uint32_t>(oid));
}

const CatalogRelation* Catalog::relation(std::string_view schema, std::string_view name) const {
  const auto found = std::ranges::find_if(relations, [&](const auto& entry) {
    return entry.second.name == name && entry.second.schema == schema;
  });
  return found == relations.end() ? nullptr : &found->second;
}

const CatalogFunction* Catalog::function(std::uint32_t oid) const {
  return find_in(functions, oid);
}

const CatalogOperator* Catalog::operator_of(std::uint32_t oid) const {
  return find_in(operators, oid);
}

const CatalogType* Catalog::type(TypeOid oid) const { return find_in(types, oid); }

TypeOid Catalog::base_type(TypeOid oid) const {
  for (const CatalogType* found = type(oid); found != nullptr && found->base != 0;
       found = type(oid)) {
    oid = found->base;
  }
  return oid;
}

}  // namespace pgveil::policy
