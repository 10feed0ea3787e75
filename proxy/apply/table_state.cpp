#include "proxy/apply/table_state.hpp"

#include "proxy/apply/sql.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace pgveil::proxy::apply {
namespace {

using keys::PgRows;

std::optional<std::string> optional_text(const PgRows& rows, std::size_t i, std::size_t column) {
  return rows.is_null(i, column) ? std::nullopt : std::optional(rows.text(i, column));
}

char letter(const PgRows& rows, std::size_t i, std::size_t column) {
  const std::string text = rows.text(i, column);
  return text.empty() ? '\0' : text[0];
}

AttributeSet attributes(const std::string& text) {
  AttributeSet set;
  for (const std::int64_t n : numbers_of(text)) {
    set.insert(static_cast<std::int16_t>(n));
  }
  return set;
}

Result<PgRows> ask(keys::PgConnection& connection, const char* sql, const std::string& oid) {
  auto rows = connection.query(sql, {oid});
  if (!rows) {
    return from_keys(rows.error());
  }
  return std::move(*rows);
}

Result<void> read_columns(keys::PgConnection& connection, const std::string& oid, TableState& out) {
  const auto rows = ask(connection, sql::kReadColumns, oid);
  if (!rows) {
    return rows.error();
  }
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    ColumnState column;
    column.attnum = static_cast<std::int16_t>((*rows).number(i, 0));
    column.name = (*rows).text(i, 1);
    column.type_sql = (*rows).text(i, 2);
    column.base_type = static_cast<policy::TypeOid>((*rows).number(i, 3));
    column.base_name = (*rows).text(i, 4);
    column.typmod = static_cast<std::int32_t>((*rows).number(i, 5));
    column.not_null = (*rows).truth(i, 6);
    column.default_sql = optional_text(*rows, i, 7);
    column.identity = !(*rows).text(i, 8).empty();
    column.generated = !(*rows).text(i, 9).empty();
    column.collation_sql = optional_text(*rows, i, 10);
    column.storage = (*rows).text(i, 11);
    column.compression = (*rows).text(i, 12);
    column.is_sealed = (*rows).truth(i, 13);
    column.deterministic = (*rows).truth(i, 14);
    column.compares_bytes = (*rows).truth(i, 15);
    out.columns.push_back(std::move(column));
  }
  return {};
}

Result<void> read_indexes(keys::PgConnection& connection, const std::string& oid, TableState& out) {
  const auto rows = ask(connection, sql::kReadIndexes, oid);
  const auto keys = ask(connection, sql::kReadIndexKeys, oid);
  if (!rows || !keys) {
    return rows ? keys.error() : rows.error();
  }
  std::map<std::string, std::size_t> by_oid;
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    by_oid[(*rows).text(i, 0)] = i;
    IndexState index;
    index.name = (*rows).text(i, 1);
    index.unique = (*rows).truth(i, 2);
    index.exclusion = (*rows).truth(i, 3);
    index.immediate = (*rows).truth(i, 4);
    index.replica_identity = (*rows).truth(i, 5);
    index.clustered = (*rows).truth(i, 6);
    index.method = (*rows).text(i, 7);
    index.definition = (*rows).text(i, 8);
    index.predicate = optional_text(*rows, i, 9);
    index.nulls_not_distinct = (*rows).truth(i, 10);
    index.constraint = optional_text(*rows, i, 11);
    index.constraint_definition = (*rows).text(i, 12);
    index.comment = optional_text(*rows, i, 13);
    index.columns = attributes((*rows).text(i, 14));
    out.indexes.push_back(std::move(index));
  }
  for (std::size_t i = 0; i < (*keys).size(); ++i) {
    const auto at = by_oid.find((*keys).text(i, 0));
    if (at == by_oid.end()) {
      continue;  // made between the two queries; read again under the lock
    }
    const std::int64_t option = (*keys).number(i, 5);
    out.indexes[at->second].keys.push_back({static_cast<std::int16_t>((*keys).number(i, 2)),
                                            (*keys).truth(i, 3), (*keys).text(i, 4),
                                            (option & 1) != 0, (option & 2) != 0});
  }
  return {};
}

Result<void> read_others(keys::PgConnection& connection, const std::string& oid, TableState& out) {
  const auto constraints = ask(connection, sql::kReadConstraints, oid);
  if (!constraints) {
    return constraints.error();
  }
  for (std::size_t i = 0; i < (*constraints).size(); ++i) {
    out.constraints.push_back({(*constraints).text(i, 0), letter(*constraints, i, 1),
                               (*constraints).text(i, 2), optional_text(*constraints, i, 3),
                               (*constraints).text(i, 4), attributes((*constraints).text(i, 5))});
  }
  const auto dependents = ask(connection, sql::kReadDependents, oid);
  if (!dependents) {
    return dependents.error();
  }
  for (std::size_t i = 0; i < (*dependents).size(); ++i) {
    out.dependents.push_back({static_cast<std::int16_t>((*dependents).number(i, 0)),
                              (*dependents).text(i, 1), (*dependents).text(i, 2),
                              (*dependents).text(i, 3)});
  }
  const auto statistics = ask(connection, sql::kReadStatistics, oid);
  if (!statistics) {
    return statistics.error();
  }
  for (std::size_t i = 0; i < (*statistics).size(); ++i) {
    out.statistics.push_back({(*statistics).text(i, 0), (*statistics).text(i, 1),
                              (*statistics).text(i, 2), (*statistics).text(i, 3),
                              optional_text(*statistics, i, 4)});
  }
  return {};
}

Result<void> read_views(keys::PgConnection& connection, const std::string& oid, TableState& out) {
  const auto rows = ask(connection, sql::kReadViews, oid);
  if (!rows) {
    return rows.error();
  }
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    ViewState view;
    view.oid = static_cast<std::uint32_t>((*rows).number(i, 0));
    view.schema = (*rows).text(i, 1);
    view.name = (*rows).text(i, 2);
    view.materialized = letter(*rows, i, 3) != 'v';
    view.owner = (*rows).text(i, 4);
    view.options = (*rows).text(i, 5);
    view.query = (*rows).text(i, 6);
    view.tree = (*rows).text(i, 7);
    view.has_more = (*rows).truth(i, 8);
    for (const std::int64_t relation : numbers_of((*rows).text(i, 9))) {
      view.relations.insert(static_cast<std::uint32_t>(relation));
    }
    const auto rights = ask(connection, sql::kReadViewRights, (*rows).text(i, 0));
    if (!rights) {
      return rights.error();
    }
    for (std::size_t k = 0; k < (*rights).size(); ++k) {
      view.rights.push_back((*rights).text(k, 0));
    }
    out.views.push_back(std::move(view));
  }
  return {};
}

}  // namespace

std::vector<std::int64_t> numbers_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::int64_t> numbers;
  for (std::int64_t n = 0; in >> n;) {
    numbers.push_back(n);
  }
  return numbers;
}

const ColumnState* TableState::column(std::string_view column_name) const {
  const auto found = std::ranges::find(columns, column_name, &ColumnState::name);
  return found == columns.end() ? nullptr : &*found;
}

const ColumnState* TableState::column(std::int16_t attnum) const {
  const auto found = std::ranges::find(columns, attnum, &ColumnState::attnum);
  return found == columns.end() ? nullptr : &*found;
}

std::string TableState::sql_name() const { return keys::quote_name(schema, name); }

Result<std::optional<TableState>> read_table(keys::PgConnection& connection,
                                             const std::string& schema,
                                             const std::string& name) {
  const auto rows = connection.query(sql::kReadTable, {schema, name});
  if (!rows) {
    return from_keys(rows.error());
  }
  if ((*rows).size() == 0) {
    return std::optional<TableState>();
  }
  TableState table;
  const std::string oid = (*rows).text(0, 0);
  table.oid = static_cast<std::uint32_t>((*rows).number(0, 0));
  table.schema = schema;
  table.name = name;
  table.kind = letter(*rows, 0, 1);
  table.in_hierarchy = (*rows).truth(0, 2);
  table.typed = (*rows).truth(0, 3);
  table.persistence = letter(*rows, 0, 4);
  table.rows = static_cast<std::uint64_t>((*rows).number(0, 5));
  table.bytes = static_cast<std::uint64_t>((*rows).number(0, 6));
  table.triggers = (*rows).text(0, 7);
  for (auto* read : {read_columns, read_indexes, read_others, read_views}) {
    if (auto done = read(connection, oid, table); !done) {
      return done.error();
    }
  }
  return std::optional(std::move(table));
}

Result<std::vector<SealedState>> read_sealed(keys::PgConnection& connection) {
  std::vector<SealedState> sealed;
  const auto there =
      connection.query("SELECT pg_catalog.to_regclass('pgveil.sealed_column') IS NOT NULL");
  if (!there) {
    return from_keys(there.error());
  }
  if (!(*there).truth(0, 0)) {
    return sealed;
  }
  const auto rows = connection.query(sql::kReadSealed);
  if (!rows) {
    return from_keys(rows.error());
  }
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    SealedState column;
    column.schema = (*rows).text(i, 0);
    column.table = (*rows).text(i, 1);
    column.column = (*rows).text(i, 2);
    column.attnum = static_cast<std::int16_t>((*rows).number(i, 3));
    column.field = static_cast<policy::FieldId>((*rows).number(i, 4));
    column.logical_type = (*rows).text(i, 5);
    column.base_type = static_cast<policy::TypeOid>((*rows).number(i, 6));
    column.typmod = static_cast<std::int32_t>((*rows).number(i, 7));
    column.not_null = (*rows).truth(i, 8);
    column.default_sql = optional_text(*rows, i, 9);
    column.terms = {(*rows).truth(i, 10), (*rows).truth(i, 11), (*rows).truth(i, 12),
                    (*rows).text(i, 18), (*rows).text(i, 19)};
    column.pad = static_cast<std::uint16_t>((*rows).number(i, 13));
    column.collation_sql = optional_text(*rows, i, 14);
    column.storage = (*rows).text(i, 15);
    column.compression = (*rows).text(i, 16);
    column.field_name = (*rows).text(i, 17);
    sealed.push_back(std::move(column));
  }
  return sealed;
}

Result<SealedAttributes> read_sealed_attributes(keys::PgConnection& connection) {
  const auto rows = connection.query(sql::kReadSealedAttributes);
  if (!rows) {
    return from_keys(rows.error());
  }
  SealedAttributes sealed;
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    sealed[static_cast<std::uint32_t>((*rows).number(i, 0))].insert(
        static_cast<std::int16_t>((*rows).number(i, 1)));
  }
  return sealed;
}

}  // namespace pgveil::proxy::apply
