#include "proxy/planner/filled_table.hpp"

#include "proxy/apply/schema_changes.hpp"

#include <algorithm>

namespace pgveil::proxy {
namespace {

using policy::sql::SyntaxTree;

/// Parameters become NULLs of their types. Empty: one of them has no name.
std::string without_parameters(const std::string& query, const std::vector<std::string>& types) {
  const auto syntax = SyntaxTree::parse(query);
  if (!syntax) {
    return {};
  }
  std::string sql = query;
  const auto& parameters = syntax->parameters();
  for (auto at = parameters.rbegin(); at != parameters.rend(); ++at) {
    const auto index = static_cast<std::size_t>(at->number) - 1;
    if (at->number < 1 || index >= types.size()) {
      return {};
    }
    sql.replace(static_cast<std::size_t>(at->location), 1 + std::to_string(at->number).size(),
                "(NULL::" + types[index] + ")");
  }
  return sql;
}

}  // namespace

bool fills_table(const SyntaxTree& syntax) {
  using Kind = policy::sql::StatementKind;
  return (syntax.kind() == Kind::CreateTableAs || syntax.kind() == Kind::SelectInto) &&
         syntax.utility().inner.has_value();
}

std::optional<policy::FilledTable> filled_table(const SyntaxTree& syntax,
                                                const protocol::RowDescription& columns,
                                                const PlanningState& state) {
  policy::FilledTable table;
  std::vector<std::string> names = syntax.filled_columns();
  if (names.size() > columns.size()) {
    return std::nullopt;  // PostgreSQL says so when it runs
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i == names.size()) {
      names.push_back(columns[i].name);
    }
    table.columns.push_back({names[i], columns[i].type_oid, columns[i].typmod});
  }
  auto around = syntax.filled_table(names, false);
  if (!around) {
    return std::nullopt;
  }
  table.prefix = std::move(around->prefix);
  table.suffix = std::move(around->suffix);
  if (state.schema_changes != nullptr) {
    table.field = [&state]() { return state.schema_changes->session_field(); };
  }
  return table;
}

void note_filled(const SyntaxTree& syntax,
                 const std::string& query,
                 const std::vector<std::string>& parameter_types,
                 const policy::Plan& plan,
                 SqlSchema& schema) {
  const auto around = syntax.filled_table(syntax.filled_columns(), true);
  const std::string sql = without_parameters(query, parameter_types);
  if (around && !sql.empty()) {
    schema.twin_sql = around->prefix + sql + around->suffix;
  }
  schema.if_not_exists = syntax.utility().if_not_exists;
  const auto* split = std::get_if<policy::Split>(&plan.decision);
  if (split == nullptr || !split->write) {
    return;
  }
  for (const policy::WriteColumn& column : split->write->columns) {
    if (!column.sealed) {
      continue;
    }
    SealedInBlock sealed;
    sealed.schema = "pg_temp";
    sealed.table = syntax.utility().name;
    sealed.column = column.name;
    sealed.sealed.field = column.sealed->field;
    sealed.sealed.base_type = column.sealed->base_type;
    sealed.sealed.typmod = column.sealed->typmod;
    sealed.sealed.terms = column.sealed->terms;
    schema.sealed.push_back(std::move(sealed));
  }
}

}  // namespace pgveil::proxy
