#include "policy/rewrite/leaf.hpp"

#include "policy/lineage/sql_text.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr std::int32_t kVarlenaHeader = 4;
constexpr TypeOid kBpchar = 1042, kVarchar = 1043, kNumeric = 1700, kTimestamp = 1114,
                  kTimestamptz = 1184, kTime = 1083, kTimetz = 1266;

// PostgreSQL: numerictypmodin; scale is 11 bits, signed, since 15.
std::string numeric_modifier(std::int32_t typmod) {
  const std::int32_t packed = typmod - kVarlenaHeader;
  const std::int32_t scale = ((packed & 0x7ff) ^ 1024) - 1024;
  return "(" + std::to_string((packed >> 16) & 0xffff) + "," + std::to_string(scale) + ")";
}

}  // namespace

std::string type_sql(const Catalog& catalog, TypeOid type, std::int32_t typmod) {
  const CatalogType* found = catalog.type(type);
  if (found == nullptr) {
    return "pg_catalog.text";
  }
  const std::string name = qualified(found->schema, found->name);
  if (typmod < 0) {
    return name;
  }
  switch (type) {
    case kVarchar:
    case kBpchar:
      return name + "(" + std::to_string(typmod - kVarlenaHeader) + ")";
    case kNumeric:
      return name + numeric_modifier(typmod);
    case kTimestamp:
    case kTimestamptz:
    case kTime:
    case kTimetz:
      return name + "(" + std::to_string(typmod) + ")";
    default:
      return name;
  }
}

std::string column_sql(const Catalog& catalog, const ColumnView& view) {
  const CatalogColumn& column = *view.column;
  const std::string name = quote_identifier(column.name);
  if (!view.replaced_at_leaf) {
    return name;
  }
  const std::string type = type_sql(catalog, column.type, column.typmod);
  if (!view.access.masked || column.sealed) {
    return "NULL::" + type;
  }
  return mask_sql(view.access.mask.kind, name, catalog.base_type(column.type), type);
}

bool needs_leaf(Lineage& lineage, const Occurrence& at) {
  if (at.row_filter != nullptr) {
    return true;
  }
  return std::ranges::any_of(
      at.read, [&](std::int16_t attnum) { return lineage.view_of(at, attnum).replaced_at_leaf; });
}

std::string leaf_sql(Lineage& lineage, const Occurrence& at) {
  std::string sql = "SELECT ";
  bool first = true;
  for (const CatalogColumn& column : at.relation->columns) {
    sql += first ? "" : ", ";
    first = false;
    sql += column_sql(lineage.catalog, lineage.view_of(at, column.attnum));
    sql += " AS " + quote_identifier(column.name);
  }
  sql += at.entry->only ? " FROM ONLY " : " FROM ";
  sql += qualified(at.relation->schema, at.relation->name);
  if (at.row_filter != nullptr) {
    sql += " WHERE (" + *at.row_filter + ")";
  }
  return sql;
}

}  // namespace pgveil::policy
