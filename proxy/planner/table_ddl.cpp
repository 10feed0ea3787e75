#include "proxy/planner/table_ddl.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "proxy/apply/schema_changes.hpp"
#include "proxy/planner/session_names.hpp"

#include <algorithm>

namespace pgveil::proxy {
namespace {

using policy::sql::TableDdl;

bool seals_table_named(const policy::Policy& policy, std::string_view name) {
  return std::ranges::any_of(policy.tables, [&](const policy::TablePolicy& table) {
    return table.name == name && std::ranges::any_of(table.columns, &policy::ColumnPolicy::seal);
  });
}

const char* command_tag(TableDdl kind) {
  switch (kind) {
    case TableDdl::Create:
      return "CREATE TABLE";
    case TableDdl::Alter:
      return "ALTER TABLE";
    case TableDdl::Index:
      return "CREATE INDEX";
    case TableDdl::DropTable:
      return "DROP TABLE";
    case TableDdl::DropIndex:
      return "DROP INDEX";
    case TableDdl::None:
      break;
  }
  return "";
}

/// What later statements of the session have to know until the catalog does.
void note_sealed(const apply::SchemaChanges::Answer& answer,
                 const policy::Catalog& catalog,
                 SqlSchema& schema) {
  for (std::size_t i = 0; i < answer.change.sealed.size(); ++i) {
    const apply::NewSealedColumn& made = answer.change.sealed[i];
    SealedInBlock sealed;
    sealed.schema = made.schema;
    sealed.table = made.table;
    sealed.column = made.column.name;
    sealed.sealed.field = answer.prepared.fields[i];
    sealed.sealed.base_type = made.column.base_type;
    sealed.sealed.typmod = made.column.typmod;
    sealed.sealed.terms = made.change.terms;
    sealed.sealed.server_type = policy::qualified("pgveil", made.column.base_name);
    sealed.default_sql = made.column.default_sql.value_or("");
    sealed.table_has_check =
        std::ranges::any_of(answer.change.logical, [&](const apply::LogicalObject& object) {
          return object.kind == "check" && object.schema == made.schema &&
                 object.table == made.table;
        });
    schema.sealed.push_back(std::move(sealed));
  }
  for (const apply::ChangedColumn& changed : answer.change.changed) {
    const policy::CatalogRelation* relation = catalog.relation(changed.schema, changed.table);
    const policy::CatalogColumn* column =
        relation == nullptr ? nullptr : relation->column(changed.column.name);
    if (column != nullptr && column->sealed) {
      SealedInBlock sealed{changed.schema,      changed.table,
                           changed.column.name, *column->sealed,
                           relation->has_check, changed.column.default_sql.value_or("")};
      sealed.sealed.typmod = changed.column.typmod;
      schema.sealed.push_back(std::move(sealed));
    }
  }
}

/// Rows or columns that go: as for DELETE.
std::optional<policy::Plan> lost(const policy::DecideContext& context,
                                 const apply::SchemaChange& change,
                                 policy::Evidence& evidence) {
  for (const auto& [schema, table] : change.losing) {
    if (!context.role->may_delete_rows(schema, table)) {
      return policy::refuse(policy::Rule::VerbNotGranted, "permission denied for table " + table,
                            "Dropping tagged columns needs the verb delete on every class of the "
                            "table.");
    }
    evidence.verb = policy::Verb::Delete;
    evidence.tables.push_back(schema + '.' + table);
    evidence.subjects_complete = false;
  }
  return std::nullopt;
}

}  // namespace

protocol::ErrorFields error_of(const apply::Error& error) {
  if (error.code == apply::Errc::Server && !error.sqlstate.empty()) {
    return protocol::make_error("ERROR", error.sqlstate, error.message);
  }
  return protocol::make_error("ERROR", "57P03",
                              "pgveil cannot prepare the change of the schema: " + error.message);
}

bool changes_tagged_table(const policy::DecideContext& context,
                          const policy::sql::SyntaxTree& syntax,
                          const policy::UtilityAnswers& answers) {
  const policy::sql::UtilityFacts& facts = syntax.utility();
  if (syntax.kind() != policy::sql::StatementKind::Ddl || facts.temporary ||
      facts.table_ddl == TableDdl::None) {
    return false;
  }
  const bool own = !answers.relations.empty() &&
                   std::ranges::all_of(answers.relations, [](const auto* relation) {
                     return relation != nullptr && relation->is_temporary();
                   });
  if (own) {
    return false;
  }
  return ((facts.table_ddl == TableDdl::Create || facts.table_ddl == TableDdl::Alter) &&
          seals_table_named(context.role->policy(), facts.name)) ||
         facts.table_ddl == TableDdl::DropIndex ||
         std::ranges::any_of(answers.relations, [&](const policy::CatalogRelation* relation) {
           return relation != nullptr && policy::is_tagged(context, *relation);
         });
}

std::optional<policy::Plan> refuse_filled_table(const policy::DecideContext& context,
                                                const policy::sql::SyntaxTree& syntax,
                                                const policy::Decision& inner) {
  using Kind = policy::sql::StatementKind;
  const policy::sql::UtilityFacts& facts = syntax.utility();
  const bool makes = syntax.kind() == Kind::CreateTableAs || syntax.kind() == Kind::SelectInto;
  const auto* split = std::get_if<policy::Split>(&inner);
  const bool sealing = split != nullptr && split->write;
  if (!makes || facts.temporary || sealing || std::holds_alternative<policy::Refuse>(inner) ||
      !seals_table_named(context.role->policy(), facts.name)) {
    return std::nullopt;
  }
  return policy::refuse(policy::Rule::SealedDdl,
                        "the policy seals columns of table " + facts.name +
                            ", which a query would fill with plaintext",
                        "create the table with its columns, then INSERT into it", facts.name);
}

std::optional<policy::Plan> refuse_drop_of_part(const policy::DecideContext& context,
                                                const policy::sql::SyntaxTree& syntax,
                                                const policy::UtilityAnswers& answers) {
  for (const policy::CatalogRelation* relation : answers.relations) {
    const policy::CatalogRelation* parent =
        relation == nullptr || syntax.utility().table_ddl != TableDdl::DropTable
            ? nullptr
            : policy::tagged_ancestor(context, *relation);
    if (parent != nullptr && !context.role->may_delete_rows(parent->schema, parent->name)) {
      return policy::refuse(policy::Rule::VerbNotGranted,
                            "permission denied for table " + relation->name,
                            "Its rows are those of table " + parent->name +
                                ": dropping it needs the verb delete on every class of that.");
    }
  }
  return std::nullopt;
}

std::optional<protocol::ErrorFields> plan_table_ddl(const PlanningState& state,
                                                    const policy::DecideContext& context,
                                                    const policy::sql::SyntaxTree& syntax,
                                                    const PlanRequest& request,
                                                    const std::vector<std::string>& names,
                                                    PreparedPlan& out) {
  if (state.schema_changes == nullptr) {
    out.plan = policy::refuse(policy::Rule::SealedDdl,
                              "the schema of a tagged table cannot be changed here",
                              "send it through pgveil serve");
    return std::nullopt;
  }
  apply::ChangeRequest change;
  change.sql = request.sql;
  change.kind = syntax.utility().table_ddl;
  change.concurrently = syntax.utility().concurrently;
  change.names = names;
  change.prelude = request.settings.prelude;
  change.user = request.settings.current_user();
  change.search_path = request.settings.search_path_of_user();
  change.role = context.role;
  change.catalog = context.catalog;
  auto answered = state.schema_changes->plan(change, request.login);
  if (!answered) {
    return error_of(answered.error());
  }
  const apply::SchemaChanges::Answer& answer = *answered;
  if (answer.change.problem) {
    out.plan = policy::refuse(policy::Rule::SealedDdl, answer.change.problem->message,
                              answer.change.problem->remedy, answer.change.problem->where);
    return std::nullopt;
  }
  if (change.concurrently && request.in_block && !answer.change.plain) {
    return protocol::make_error("ERROR", "25001",
                                std::string(command_tag(change.kind)) +
                                    " CONCURRENTLY cannot run inside a transaction block");
  }
  policy::Plan plan;
  plan.effect = policy::SessionEffect::Schema;
  plan.touches_tagged = true;
  if (auto refused = lost(context, answer.change, plan.evidence)) {
    out.plan = std::move(*refused);
    return std::nullopt;
  }
  if (!plan.evidence.tables.empty()) {
    plan.evidence.normalized = command_tag(change.kind);
  }
  if (answer.change.plain) {
    plan.decision = policy::Pass{};
  } else {
    policy::InPlace in_place;
    in_place.server_sql.text = {answer.sql};
    plan.decision = std::move(in_place);
    out.command_tag = command_tag(change.kind);
  }
  out.plan = std::move(plan);
  out.sql_name = sql_name(syntax, "", nullptr, out.plan.effect);
  note_sealed(answer, *context.catalog, std::get<SqlSchema>(out.sql_name));
  return std::nullopt;
}

}  // namespace pgveil::proxy
