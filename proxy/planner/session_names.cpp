#include "proxy/planner/session_names.hpp"

#include <algorithm>
#include <utility>

namespace pgveil::proxy {

namespace {

void seal_columns(policy::CatalogRelation& relation, const std::vector<SealedInBlock>& sealed) {
  for (const SealedInBlock& made : sealed) {
    if (made.schema != relation.schema || made.table != relation.name) {
      continue;
    }
    relation.has_check = relation.has_check || made.table_has_check;
    for (policy::CatalogColumn& column : relation.columns) {
      if (column.name == made.column) {
        column.sealed = made.sealed;
        column.default_sql = made.default_sql;
      }
    }
  }
}

}  // namespace

SqlName sql_name(const policy::sql::SyntaxTree& syntax,
                 std::string inner_sql,
                 const std::shared_ptr<const PreparedPlan>& inner,
                 policy::SessionEffect effect) {
  const std::string& sql = syntax.text();
  using Kind = policy::sql::StatementKind;
  const policy::sql::UtilityFacts& facts = syntax.utility();
  if (effect == policy::SessionEffect::Schema || effect == policy::SessionEffect::OwnSchema) {
    SqlSchema schema;
    schema.temporary = effect == policy::SessionEffect::OwnSchema;
    schema.drop_on_commit = facts.drop_on_commit;
    schema.drops = facts.drops;
    schema.cascade = facts.cascade;
    schema.creates = facts.name;
    for (const policy::sql::TableRef& table : syntax.utility_tables()) {
      if (table.schema.empty() || table.schema == "pg_temp") {
        schema.names.push_back(table.name);
      }
    }
    return schema;
  }
  switch (syntax.kind()) {
    case Kind::Prepare:
      return SqlPrepare{facts.name, std::move(inner_sql), inner->argument_types};
    case Kind::Execute:
      return SqlExecute{facts.name, facts.execute_arguments};
    case Kind::Declare: {
      SqlDeclare declare{facts.name,
                         std::move(inner_sql),
                         {},
                         nullptr,
                         facts.cursor_hold,
                         facts.cursor_no_scroll,
                         facts.cursor_binary};
      if (!std::holds_alternative<policy::Pass>(inner->plan.decision)) {
        declare.prefix = sql.substr(0, facts.inner ? facts.inner->location : 0);
        declare.rows = inner;
      }
      return declare;
    }
    case Kind::Fetch:
      return SqlFetch{facts.name,        sql,    facts.fetch_move, facts.fetch_direction,
                      facts.fetch_count, nullptr};
    case Kind::ClosePortal:
      return SqlClose{facts.name};
    case Kind::Discard:
      return facts.discard_temp ? SqlName(SqlDiscardTemp()) : SqlName();
    case Kind::Transaction:
      return SqlTransaction{facts.transaction, facts.name, facts.chain};
    default:
      return std::monostate();
  }
}

bool wants_block(const policy::sql::SyntaxTree& syntax) {
  using Kind = policy::sql::StatementKind;
  const policy::sql::UtilityFacts& facts = syntax.utility();
  switch (syntax.kind()) {
    case Kind::Declare:
      return !facts.cursor_hold;
    case Kind::Set:
      return facts.set_local || facts.set_multi;
    case Kind::Lock:
    case Kind::SetConstraints:
    case Kind::Vacuum:
    case Kind::Cluster:
    case Kind::Reindex:
    case Kind::System:
      return true;
    default:
      return facts.concurrently;
  }
}

std::unique_ptr<const policy::Catalog> with_session_objects(
    const policy::Catalog& catalog,
    const twin::Analysis& analysis,
    const std::vector<SealedInBlock>& sealed) {
  auto own = std::make_unique<policy::Catalog>(catalog);
  for (const twin::SessionRelation& relation : analysis.session_relations) {
    policy::CatalogRelation& known = own->relations[relation.oid];
    known.oid = policy::TwinOid{relation.oid};
    known.schema = relation.schema;
    known.name = relation.name;
    known.kind = relation.kind;
    known.session_only = true;
    const std::vector<policy::CatalogColumn> before = std::exchange(known.columns, {});
    for (const twin::SessionColumn& column : relation.columns) {
      const auto same = std::ranges::find(before, column.attnum, &policy::CatalogColumn::attnum);
      policy::CatalogColumn added = same == before.end() ? policy::CatalogColumn() : *same;
      added.name = column.name;
      added.attnum = column.attnum;
      added.type = column.type;
      added.typmod = column.typmod;
      added.not_null = column.not_null;
      added.has_default = column.has_default;
      known.columns.push_back(std::move(added));
    }
    seal_columns(known, sealed);
  }
  for (const twin::SessionFunction& function : analysis.session_functions) {
    policy::CatalogFunction& known = own->functions[function.oid];
    known.oid = function.oid;
    known.schema = function.schema;
    known.name = function.name;
    known.volatility = 'i';
    known.opaque = false;
    known.uses_server_state = false;
  }
  return own;
}

}  // namespace pgveil::proxy
