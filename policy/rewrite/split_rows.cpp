// What a slice has of rows beside their columns: the server's ctid, xmin and the like, and samples.
#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/split_builder.hpp"
#include "policy/rewrite/top_rows.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy {
namespace {

constexpr std::int16_t kCtid = -1;
constexpr std::uint32_t kBernoulli = 3313, kSystem = 3314;

struct RowColumn {
  std::int16_t attnum = 0;
  const char* name = nullptr;
  TypeOid type = 0;
  const char* send = nullptr;
};

// tableoid is left out: OIDs of tables are not those of the twin.
constexpr std::array kRowColumns = {
    RowColumn{-2, "xmin", 28, "pg_catalog.xidsend"},
    RowColumn{-3, "cmin", 29, "pg_catalog.cidsend"},
    RowColumn{-4, "xmax", 28, "pg_catalog.xidsend"},
    RowColumn{-5, "cmax", 29, "pg_catalog.cidsend"},
    RowColumn{kCtid, "ctid", 27, "pg_catalog.tidsend"}};  // the last of a slice's columns

const RowColumn* row_column(std::int16_t attnum) {
  const auto* found = std::ranges::find(kRowColumns, attnum, &RowColumn::attnum);
  return found == kRowColumns.end() ? nullptr : found;
}

std::string kept_name(const RowColumn& column) { return std::string("pgveil_") + column.name; }

bool names_row_column(const std::vector<std::string>& parts) {
  return !parts.empty() && (parts.back() == "tableoid" ||
                            std::ranges::any_of(kRowColumns, [&](const RowColumn& column) {
                              return parts.back() == column.name;
                            }));
}

}  // namespace

std::string kept_column_sql(const Occurrence& at, std::string_view column) {
  return "(SELECT pgveil_row." + std::string(column) + " FROM ONLY pgveil_target." +
         kept_rows_table(at.relation->schema, at.relation->name) +
         " AS pgveil_row WHERE pgveil_row.ctid = " + quote_identifier(at.entry->alias) + ".ctid)";
}

std::string row_column_sql(const std::string& name) {
  for (const RowColumn& column : kRowColumns) {
    if (name == kept_name(column)) {
      return std::string(column.name) + " AS " + name;
    }
  }
  return quote_identifier(name);
}

std::set<std::int16_t> SplitBuilder::system_columns_of(const CatalogRelation& relation) const {
  std::set<std::int16_t> found;
  for (const SystemColumn& used : lineage_.system_columns) {
    if (used.at->relation == &relation) {
      found.insert(used.attnum);
    }
  }
  return found;
}

void SplitBuilder::add_row_columns(const NeededRelation& needed,
                                   const LockedTarget* target,
                                   SliceRelation& relation,
                                   SliceArm& arm) {
  std::set<std::int16_t> wanted = system_columns_of(*needed.relation);
  if (!wanted.empty() || (target != nullptr && target->keep)) {
    wanted.insert(kCtid);
    relation.is_target = true;
  }
  const bool inside = target != nullptr && !target->lock.empty();
  for (const RowColumn& column : kRowColumns) {
    if (!wanted.contains(column.attnum)) {
      continue;
    }
    SliceColumn kept;
    kept.name = kept_name(column);
    kept.type = column.type;
    kept.output = static_cast<std::uint16_t>(1 + arm.cells.size());
    arm.cells.push_back(std::string(column.send) + "(" +
                        (inside ? kept.name : std::string(column.name)) + ")");
    relation.columns.push_back(std::move(kept));
  }
}

std::optional<Refuse> SplitBuilder::take_rows_of_server() {
  const auto cannot = [&](const char* message) {
    return refusal(Rule::NotUnderstood, message, "leave out ctid, xmin, tableoid and the like",
                   lineage_.obstacle_column);
  };
  std::vector<std::pair<std::string, std::string>> done;  // text, replacement
  for (const SystemColumn& used : lineage_.system_columns) {
    const RowColumn* column = row_column(used.attnum);
    const sql::NodeRef where{sql::NodeKind::Column, used.location};
    const auto text = lineage_.syntax.expression_sql(where);
    if (column == nullptr || !text) {
      return cannot(column == nullptr
                        ? "tableoid cannot be combined with expressions over sealed columns"
                        : "a system column stands where it cannot be replaced");
    }
    if (used.at->relation->has_children || used.at->entry->only) {
      return cannot(
          "system columns of an inherited table cannot be combined with expressions over "
          "sealed columns");
    }
    const std::string sql = kept_column_sql(*used.at, kept_name(*column));
    twin_.tree().name_output(used.location);
    if (!twin_.replace(where, sql)) {
      return cannot("a system column stands where it cannot be replaced");
    }
    done.emplace_back(*text, sql);
  }
  // PostgreSQL keeps one of equal expressions: the others are found by their text.
  for (const sql::NodeRef& node : lineage_.syntax.columns()) {
    if (done.empty() || copies_.is_analysed(node.location) ||
        !names_row_column(lineage_.syntax.column_parts(node.location))) {
      continue;
    }
    const auto text = lineage_.syntax.expression_sql(node);
    const auto same =
        std::ranges::find_if(done, [&](const auto& each) { return text && each.first == *text; });
    if (same == done.end() || !twin_.replace(node, same->second)) {
      return cannot("a system column stands where it cannot be replaced");
    }
  }
  return std::nullopt;
}

// TABLESAMPLE method (argument) REPEATABLE (seed), of constants.
std::optional<std::string> SplitBuilder::sample(const Occurrence& at) {
  const Node clause = at.entry->node.field("tablesample");
  const auto method = static_cast<std::uint32_t>(clause.field("tsmhandler").as_int_or(0));
  const Node arguments = clause.field("args");
  if ((method != kBernoulli && method != kSystem) || arguments.size() != 1) {
    return std::nullopt;
  }
  const auto share = constant_sql(lineage_, server_, arguments.item(0), input_.free_literals);
  const Node seed = clause.field("repeatable");
  const auto repeatable = seed.is_null()
                              ? std::optional<std::string>("")
                              : constant_sql(lineage_, server_, seed, input_.free_literals);
  if (!share || !repeatable) {
    return std::nullopt;
  }
  return std::string(method == kSystem ? " TABLESAMPLE system (" : " TABLESAMPLE bernoulli (") +
         *share + ")" + (repeatable->empty() ? "" : " REPEATABLE (" + *repeatable + ")");
}

std::optional<Refuse> SplitBuilder::take_samples(const NeededRelation& needed, std::string& sql) {
  const auto is_sampled = [](const Occurrence* at) {
    return !at->entry->node.field("tablesample").is_null();
  };
  if (std::ranges::none_of(needed.occurrences, is_sampled)) {
    return std::nullopt;
  }
  const auto cannot = [&](const char* message, const char* hint) {
    return refusal(Rule::NotUnderstood, message, hint, lineage_.obstacle_column);
  };
  if (needed.occurrences.size() != 1) {
    return cannot(
        "a sampled table that is named twice cannot be combined with expressions over "
        "sealed columns",
        "name it once");
  }
  const Occurrence& at = *needed.occurrences.front();
  auto text = sample(at);
  if (!text) {
    return cannot("TABLESAMPLE needs constants where sealed columns are computed with",
                  "give BERNOULLI or SYSTEM a number or a parameter");
  }
  for (const sql::TableRef& table : lineage_.syntax.tables()) {
    const std::string& alias = table.alias.empty() ? table.name : table.alias;
    if (table.sampled && table.name == at.relation->name && alias == at.entry->alias &&
        twin_.tree().drop_sample(table.location)) {
      sql = std::move(*text);
      return std::nullopt;
    }
  }
  return cannot("a view samples its table", "select from the table instead");
}

std::optional<std::string> SplitBuilder::rows_to_lock(const Occurrence& at) {
  return exact_rows(lineage_, server_, pushdown_, at, input_.free_literals);
}

}  // namespace pgveil::policy
