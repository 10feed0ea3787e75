#include "proxy/planner/filled_table.hpp"

#include "policy/lineage/sql_text.hpp"
#include "proxy/apply/schema_changes.hpp"
#include "proxy/planner/table_ddl.hpp"

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

/// In whichever schema, if the statement says none: the twin tells where it will be.
bool policy_names(const policy::Policy& policy, std::string_view schema, std::string_view name) {
  return std::ranges::any_of(policy.tables, [&](const policy::TablePolicy& table) {
    return table.name == name && (schema.empty() || table.schema == schema);
  });
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

std::string without_rows(const SyntaxTree& syntax,
                         const std::string& query,
                         const std::vector<std::string>& parameter_types) {
  const auto around = syntax.filled_table(syntax.filled_columns(), true);
  const std::string sql = without_parameters(query, parameter_types);
  return around && !sql.empty() ? around->prefix + sql + around->suffix : std::string();
}

StayingAnswer make_staying(const SyntaxTree& syntax,
                           const std::string& made,
                           const PlanningState& state,
                           const policy::DecideContext& context,
                           const PlanRequest& request,
                           policy::FilledTable& table) {
  table.stays = true;
  table.name = syntax.utility().name;
  apply::ChangeRequest change;
  for (const policy::sql::TableRef& named : syntax.utility_tables()) {
    if (named.name == table.name) {
      table.schema = named.schema;
      change.names = {named.schema.empty() ? policy::quote_identifier(named.name)
                                           : policy::qualified(named.schema, named.name)};
    }
  }
  if (!policy_names(context.role->policy(), table.schema, table.name)) {
    return std::monostate();
  }
  if (made.empty() || change.names.empty() || syntax.utility().if_not_exists) {
    return policy::refuse(policy::Rule::SealedDdl,
                          "this statement cannot make table " + table.name + " sealed",
                          "CREATE TABLE with its columns, and INSERT into it");
  }
  if (state.schema_changes == nullptr) {
    return policy::refuse(policy::Rule::SealedDdl, "no sealed table can be made here",
                          "send it through pgveil serve");
  }
  change.sql = made;
  change.kind = policy::sql::TableDdl::Create;
  change.prelude = request.settings.prelude;
  change.user = request.settings.current_user();
  change.search_path = request.settings.search_path_of_user();
  change.role = context.role;
  change.catalog = context.catalog;
  const auto answered = state.schema_changes->plan(change, request.login);
  if (!answered) {
    return error_of(answered.error());
  }
  const apply::SchemaChange& planned = (*answered).change;
  if (planned.problem) {
    return policy::refuse(policy::Rule::SealedDdl, planned.problem->message,
                          planned.problem->remedy, planned.problem->where);
  }
  for (std::size_t i = 0; i < planned.sealed.size(); ++i) {
    const apply::NewSealedColumn& sealed = planned.sealed[i];
    const auto column =
        std::ranges::find(table.columns, sealed.column.name, &policy::FilledTable::Column::name);
    if (column == table.columns.end()) {
      return policy::refuse(policy::Rule::SealedDdl,
                            "this statement cannot make table " + table.name + " sealed",
                            "CREATE TABLE with its columns, and INSERT into it");
    }
    policy::ValueUse use;
    use.kind = policy::ValueUse::Kind::Seal;
    use.field = (*answered).prepared.fields[i];
    use.base_type = sealed.column.base_type;
    use.value_type = sealed.column.base_type;
    use.typmod = sealed.column.typmod;
    use.terms = sealed.change.terms;
    use.pad = sealed.change.pad;
    column->sealed = use;
    table.schema = sealed.schema;
    table.in_policy = true;
  }
  if (table.in_policy) {
    table.record = "pg_catalog.num_nulls((SELECT pgveil.take_change('" +
                   (*answered).prepared.token + "'))) >= 0";
  }
  return std::monostate();
}

void note_filled(const SyntaxTree& syntax,
                 const policy::FilledTable* table,
                 std::string made,
                 const policy::Plan& plan,
                 SqlSchema& schema) {
  schema.twin_sql = std::move(made);
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
    sealed.schema = table != nullptr && table->stays ? table->schema : "pg_temp";
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
