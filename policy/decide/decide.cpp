#include "policy/decide/decide.hpp"

#include "policy/decide/evidence.hpp"
#include "policy/decide/permission.hpp"
#include "policy/lineage/function_rules.hpp"
#include "policy/lineage/lineage.hpp"
#include "policy/lineage/survey.hpp"
#include "policy/rewrite/in_place.hpp"
#include "policy/rewrite/returned.hpp"
#include "policy/rewrite/split.hpp"
#include "policy/rewrite/split_write.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

constexpr std::size_t kMaxTables = 500;  // work grows with the square of it

bool has_sealed(const CatalogRelation& relation) {
  return std::ranges::any_of(relation.columns,
                             [](const CatalogColumn& column) { return column.sealed.has_value(); });
}

/// The relations of a statement, sorted into what matters.
struct Relations {
  bool tagged = false;
  bool plain = false;
  bool catalogs = false;
  bool unknown = false;
};

Relations sort_out(const DecideContext& context, const Survey& survey) {
  Relations found;
  for (const std::uint32_t oid : survey.relations) {
    const CatalogRelation* relation = context.catalog->relation(static_cast<TwinOid>(oid));
    if (relation == nullptr) {
      found.unknown = true;
    } else if (relation->is_catalog) {
      found.catalogs = true;
    } else if (is_tagged(context, *relation)) {
      found.tagged = true;
    } else {
      found.plain = true;
    }
  }
  return found;
}

struct Functions {
  std::string opaque;
  bool schema = false;
  bool size = false;
  bool settings = false;
};

Functions sort_out_functions(const DecideContext& context, const Survey& survey) {
  Functions found;
  for (const std::uint32_t oid : survey.functions) {
    const CatalogFunction* function = context.catalog->function(oid);
    if (function == nullptr) {
      found.opaque = "an unknown function";
      continue;
    }
    if (is_opaque(*function)) {
      found.opaque = function->schema + "." + function->name;
    }
    found.schema = found.schema || classify(*function) == FunctionRule::Schema;
    found.size = found.size || classify(*function) == FunctionRule::Size;
    found.settings = found.settings || (function->builtin && function->name == "set_config");
  }
  return found;
}

Plan pass() {
  Plan plan;
  plan.decision = Pass{};
  plan.cacheable = true;
  return plan;
}

Plan local() {
  Plan plan;
  plan.decision = Local{};
  plan.cacheable = true;
  return plan;
}

Plan decide_statistics() {
  return refuse(
      Rule::StatisticsOfTagged,
      "sizes and statistics of tables tell about rows and values that the policy protects",
      "ask the server itself, with an administrator's login");
}

// Nothing tagged is in it: the server answers, or the twin if it asks about the schema.
Plan decide_untagged(const sql::SyntaxTree& syntax,
                     const Relations& relations,
                     const Functions& functions,
                     const Survey& survey) {
  if (!functions.opaque.empty()) {
    return refuse(
        Rule::OpaqueFunction,
        "the function " + functions.opaque + " may read tables, and what it reads cannot be known",
        "call functions that only compute, or write the query out");
  }
  if (relations.catalogs) {
    bool all_server = true;
    for (const sql::TableRef& table : syntax.tables()) {
      if (table.cte) {
        continue;
      }
      if (is_statistics_catalog(table.name)) {
        return decide_statistics();
      }
      all_server = all_server && (is_server_catalog(table.name) || relations.plain);
    }
    if (relations.plain) {
      const bool only_server_catalogs =
          std::ranges::all_of(syntax.tables(), [](const sql::TableRef& table) {
            return table.cte || !table.name.starts_with("pg_") || is_server_catalog(table.name);
          });
      if (!only_server_catalogs) {
        return refuse(Rule::CatalogMixed, "a statement cannot combine system catalogs with tables",
                      "ask for them in two statements");
      }
    }
    if (functions.size) {
      return decide_statistics();
    }
    if (survey.modifies) {
      return refuse(Rule::NotUnderstood, "system catalogs are not changed through pgveil",
                    "use the statements that PostgreSQL has for it");
    }
    return all_server ? pass() : local();
  }
  if (functions.size) {
    return decide_statistics();
  }
  if (functions.schema && !relations.plain) {
    return local();
  }
  Plan plan = pass();
  if (functions.settings) {
    plan.effect = SessionEffect::Settings;
    plan.cacheable = false;
  }
  return plan;
}

bool touches_tagged_column(Lineage& lineage, const Occurrence& at) {
  if (at.row_filter != nullptr || (at.table != nullptr && at.deletes)) {
    return true;
  }
  const bool inserts = at.inserts() && has_sealed(*at.relation);
  if (inserts || (at.updates() && at.relation->has_check)) {
    return true;  // defaults and constraints over sealed columns have to be looked at
  }
  for (const auto* bits : {&at.entry->selected, &at.entry->inserted, &at.entry->updated}) {
    for (const std::int16_t attnum : *bits) {
      if (attnum == 0 || (attnum > 0 && at.relation->column(attnum) != nullptr &&
                          lineage.view_of(at, attnum).access.tagged)) {
        return true;
      }
    }
  }
  return std::ranges::any_of(
      at.read, [&](std::int16_t attnum) { return lineage.view_of(at, attnum).access.tagged; });
}

// A CHECK over sealed columns left the server with `apply`: a write that could violate it goes through the
// twin, which holds it.
std::vector<const CheckConstraint*> checks_to_hold(const Lineage& lineage) {
  std::vector<const CheckConstraint*> checks;
  const Scope& top = lineage.tree.top();
  for (const Occurrence& at : lineage.occurrences) {
    if (at.scope != &top || at.entry->index != top.result_relation) {
      continue;
    }
    for (const CheckConstraint& check : at.relation->checks) {
      if (at.inserts() || std::ranges::any_of(check.columns, [&](std::int16_t attnum) {
            return at.entry->updated.contains(attnum);
          })) {
        checks.push_back(&check);
      }
    }
  }
  return checks;
}

// Where the twin cannot: the table is new to the catalog, or a WITH query writes.
const CatalogRelation* writes_unknown_check(const Lineage& lineage) {
  using Use = Occurrence::Use;
  for (const Occurrence& at : lineage.occurrences) {
    const bool written = at.inserts() || at.updates();
    if (at.relation->has_check && written &&
        (at.relation->checks.empty() || at.scope != &lineage.tree.top() ||
         at.use == Use::MergeTarget)) {
      return at.relation;
    }
  }
  return nullptr;
}

// PostgreSQL's own list of touched columns must be covered by what lineage found.
bool agrees_with_postgres(Lineage& lineage) {
  for (const Occurrence& at : lineage.occurrences) {
    for (const std::int16_t attnum : at.entry->selected) {
      if (attnum <= 0) {
        continue;
      }
      const bool found = at.read.contains(attnum) || at.searched.contains(attnum) ||
                         at.use != Occurrence::Use::Read;
      if (!found && at.relation->column(attnum) != nullptr &&
          lineage.view_of(at, attnum).access.tagged && !at.scope->in_view) {
        return false;
      }
    }
  }
  return true;
}

std::vector<std::uint16_t> free_literals(const sql::SyntaxTree& syntax, const Survey& survey) {
  std::vector<std::uint16_t> free;
  if (!syntax.cacheable_by_shape()) {
    return free;
  }
  for (std::size_t i = 0; i < syntax.literals().size(); ++i) {
    const sql::LiteralRef& literal = syntax.literals()[i];
    if (literal.in_tree && survey.constants.contains(static_cast<std::int32_t>(literal.location))) {
      free.push_back(static_cast<std::uint16_t>(i));
    }
  }
  return free;
}

void add_guards(Plan& plan, const sql::SyntaxTree& syntax, const std::vector<std::uint16_t>& free) {
  for (std::uint16_t i = 0; i < syntax.literals().size(); ++i) {
    if (std::ranges::find(free, i) == free.end()) {
      plan.guards.push_back(i);
    }
  }
}

void note_text_only_types(const DecideContext& context, Lineage& lineage) {
  for (const Flow& flow : lineage.outputs) {
    if (flow.kind != Flow::Kind::AsIs || !lineage.obstacle.empty()) {
      continue;
    }
    if (!context.native_output(flow.column.view->column->sealed->base_type)) {
      lineage.obstacle = "its text form depends on the session's settings";
      lineage.obstacle_column = flow.column.at->relation->schema + "." +
                                flow.column.at->relation->name + "." +
                                flow.column.view->column->name;
    }
  }
}

// For whoever reads it: what a role sees masked is computed over the mask, and so does not count here.
bool passes_sealed_through(Lineage& lineage) {
  const ClauseEdits& clauses = lineage.clause_edits;
  if (!lineage.obstacle.empty() || !lineage.edits.empty() || !lineage.searches.empty() ||
      !clauses.items.empty() || !clauses.distinct_on.empty() || !clauses.set_operations.empty() ||
      lineage.tree.top().command != Command::Select || lineage.modifies_in_cte) {
    return false;
  }
  for (const Scope& scope : lineage.tree.scopes()) {
    for (const RangeEntry& entry : scope.range) {
      const CatalogRelation* view =
          entry.relation_kind == 'v' ? lineage.catalog.relation(entry.relation) : nullptr;
      if (view != nullptr && view->logical_only) {
        return false;
      }
    }
  }
  return std::ranges::all_of(lineage.occurrences, [&](const Occurrence& at) {
    return std::ranges::all_of(at.read, [&](std::int16_t attnum) {
      const ColumnView& view = lineage.view_of(at, attnum);
      return !view.column->sealed || view.flows_sealed;
    });
  });
}

Plan decide_tagged(const DecideContext& context,
                   const sql::SyntaxTree& syntax,
                   const sql::Node& query,
                   const Survey& survey,
                   std::span<const TypeOid> parameter_types) {
  if (syntax.tables().size() > kMaxTables) {
    return refuse(Rule::TooComplex, "the statement names too many tables",
                  "name at most " + std::to_string(kMaxTables) + " of them in one statement");
  }
  const auto tree = StatementTree::build(query);
  const Plan not_understood =
      refuse(Rule::NotUnderstood,
             "the statement touches tagged columns in a way that is not understood", "simplify it");
  if (!tree) {
    return not_understood;
  }
  for (const std::uint32_t oid : survey.relations) {
    const CatalogRelation* child = context.catalog->relation(static_cast<TwinOid>(oid));
    const CatalogRelation* parent = child == nullptr ? nullptr : tagged_ancestor(context, *child);
    if (parent != nullptr && child->kind == 'm') {
      return refuse(Rule::InheritanceOfSealed,
                    "materialized view " + child->name + " was filled from table " + parent->name +
                        ", whose columns the policy protects",
                    "name it as a table of the policy, with those of its columns that are PHI",
                    child->schema + "." + child->name);
    }
    if (parent != nullptr) {
      return refuse(Rule::InheritanceOfSealed,
                    "table " + child->name + " is a part of table " + parent->name +
                        ", whose columns the policy protects",
                    "name " + parent->name + " in its place", parent->schema + "." + parent->name);
    }
  }
  Lineage lineage(*tree, syntax, *context.catalog, *context.role);
  const bool understood = lineage.run();
  const bool touches = std::ranges::any_of(lineage.occurrences, [&](const Occurrence& at) {
    return touches_tagged_column(lineage, at);
  });
  if (!lineage.opaque_function.empty()) {
    return refuse(Rule::OpaqueFunction,
                  "the function " + lineage.opaque_function +
                      " may read tables, and what it reads cannot be known",
                  "call functions that only compute, or write the query out");
  }
  if (understood && !touches) {
    Plan plan = lineage.uses_size_functions ? decide_statistics() : pass();
    plan.touches_tagged = true;
    add_guards(plan, syntax, free_literals(syntax, survey));
    return plan;
  }
  if (!understood || !agrees_with_postgres(lineage)) {
    return not_understood;
  }
  if (auto refused = denied(lineage)) {
    Plan plan;
    plan.decision = *refused;
    plan.evidence = evidence_of(lineage);
    plan.touches_tagged = true;
    return plan;
  }
  if (lineage.uses_size_functions) {
    return decide_statistics();
  }
  if (const CatalogRelation* checked = writes_unknown_check(lineage)) {
    return refuse(Rule::SealedColumnExpression,
                  "a CHECK constraint of table " + checked->name +
                      " needs the values of sealed columns, which the server does not have",
                  "drop the constraint, or leave its columns unsealed",
                  checked->schema + "." + checked->name);
  }
  if (!context.utf8_client) {
    return refuse(Rule::ClientEncoding, "tagged columns need client_encoding UTF8",
                  "SET client_encoding TO 'UTF8'");
  }
  const bool passes_through = passes_sealed_through(lineage);
  note_text_only_types(context, lineage);

  Plan plan;
  plan.passes_sealed_through = passes_through;
  plan.touches_tagged = true;
  plan.cacheable = true;
  plan.evidence = evidence_of(lineage);
  RewriteInput input;
  input.lineage = &lineage;
  input.parameter_types = parameter_types;
  input.native_output = context.native_output;
  input.free_literals = free_literals(syntax, survey);
  add_guards(plan, syntax, input.free_literals);
  input.checks = checks_to_hold(lineage);
  if (!input.checks.empty() && lineage.obstacle.empty()) {
    lineage.obstacle = "the CHECK constraint " + input.checks.front()->name + " needs its values";
  }
  std::string why = lineage.obstacle;
  const Evidence before = plan.evidence;
  if (context.filled != nullptr) {
    auto filled = build_filled_table(input, *context.filled, plan.evidence);
    if (auto* refused = std::get_if<Refuse>(&filled)) {
      plan.decision = std::move(*refused);
      plan.evidence = before;
    } else {
      plan.decision = std::get<Split>(std::move(filled));
    }
    return plan;
  }
  if (context.over_slice && why.empty()) {
    why = "its plan is shown as it runs over the role's own rows";
  }
  if (why.empty()) {
    if (auto in_place = build_in_place(input, plan.evidence, why)) {
      plan.decision = std::move(*in_place);
      return plan;
    }
  }
  plan.evidence = before;
  const bool writes = tree->top().command != Command::Select;
  if (lineage.modifies_in_cte || tree->top().command == Command::Merge ||
      (survey.modifies && !writes)) {
    plan.decision = Refuse{
        Rule::SealedColumnExpression, lineage.obstacle_column,
        "the server cannot do this write over sealed or masked columns: " +
            (why.empty() ? std::string("a WITH query changes rows") : why),
        "compute the value in the program and write it as a parameter, or find the rows by a plain "
        "key or by equality"};
    return plan;
  }
  if (lineage.obstacle.empty()) {
    lineage.obstacle = why;
  }
  const std::string reason = lineage.obstacle_column.empty()
                                 ? lineage.obstacle
                                 : lineage.obstacle_column + ": " + lineage.obstacle;
  if (writes) {
    if (auto returned = build_returned(input, plan.evidence)) {
      returned->reason = reason;
      plan.decision = std::move(*returned);
      return plan;
    }
    plan.evidence = before;
  }
  auto split = writes ? build_split_write(input, plan.evidence) : build_split(input, plan.evidence);
  if (auto* refused = std::get_if<Refuse>(&split)) {
    plan.decision = *refused;
    plan.evidence = before;
  } else {
    auto& built = std::get<Split>(split);
    built.reason = reason;
    plan.decision = std::move(built);
  }
  return plan;
}

}  // namespace

namespace {

bool is_tagged_itself(const DecideContext& context, const CatalogRelation& relation) {
  return !relation.is_catalog &&
         (has_sealed(relation) || context.role->table(relation.schema, relation.name) != nullptr ||
          context.role->row_filter(relation.schema, relation.name) != nullptr);
}

}  // namespace

const CatalogRelation* tagged_ancestor(const DecideContext& context,
                                       const CatalogRelation& relation) {
  if (relation.kind == 'm' && is_tagged_itself(context, relation)) {
    return nullptr;
  }
  for (const TwinOid oid : relation.ancestors) {
    const CatalogRelation* ancestor = context.catalog->relation(oid);
    if (ancestor != nullptr && is_tagged_itself(context, *ancestor)) {
      return ancestor;
    }
  }
  return nullptr;
}

bool is_tagged(const DecideContext& context, const CatalogRelation& relation) {
  return is_tagged_itself(context, relation) || tagged_ancestor(context, relation) != nullptr;
}

Plan refuse(Rule rule, std::string message, std::string hint, std::string column) {
  Plan plan;
  plan.decision = Refuse{rule, std::move(column), std::move(message), std::move(hint)};
  return plan;
}

bool is_query(sql::StatementKind kind) {
  using Kind = sql::StatementKind;
  return kind == Kind::Select || kind == Kind::Insert || kind == Kind::Update ||
         kind == Kind::Delete || kind == Kind::Merge;
}

Plan decide_query(const DecideContext& context,
                  const sql::SyntaxTree& syntax,
                  std::span<const sql::Node> trees,
                  std::span<const TypeOid> parameter_types) {
  if (trees.empty()) {
    return refuse(Rule::NotAnalysed, "the statement could not be analysed", "try it again");
  }
  Survey all;
  std::size_t queries = 0;
  sql::Node query;
  for (const sql::Node& root : trees) {
    Survey one = survey(root);
    all.relations.merge(one.relations);
    all.functions.merge(one.functions);
    all.constants.merge(one.constants);
    all.modifies = all.modifies || one.modifies;
    for (const sql::Node item : root) {
      ++queries;
      query = item;
    }
  }
  const Relations relations = sort_out(context, all);
  if (relations.unknown) {
    return refuse(Rule::NotUnderstood, "the statement names a relation that is not known yet",
                  "try it again");
  }
  if (!relations.tagged) {
    Plan plan = decide_untagged(syntax, relations, sort_out_functions(context, all), all);
    add_guards(plan, syntax, free_literals(syntax, all));
    return plan;
  }
  if (queries != 1) {
    return refuse(Rule::NotUnderstood, "a rule turns the statement into several",
                  "rules on tagged tables are not supported");
  }
  return decide_tagged(context, syntax, query, all, parameter_types);
}

}  // namespace pgveil::policy
