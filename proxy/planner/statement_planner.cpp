#include "proxy/planner/statement_planner.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/lineage/survey.hpp"
#include "policy/sql/node_text.hpp"
#include "policy/sql/split.hpp"
#include "policy/sql/syntax_tree.hpp"
#include "protocol/value/codec.hpp"
#include "protocol/value/session_format.hpp"
#include "proxy/audit/record.hpp"
#include "proxy/planner/copy_statement.hpp"
#include "proxy/planner/filled_table.hpp"
#include "proxy/planner/session_names.hpp"
#include "proxy/planner/table_ddl.hpp"

#include <algorithm>
#include <set>

namespace pgveil::proxy {
namespace {

using policy::sql::SyntaxTree;

protocol::ErrorFields too_large(std::string_view sql, const policy::sql::SqlLimits& limits) {
  const bool bytes = sql.size() > limits.max_bytes;
  return protocol::make_error(
      "ERROR", "54000",
      "the statement has more than " +
          (bytes ? std::to_string(limits.max_bytes) + " bytes, which max_statement_bytes allows"
                 : std::to_string(limits.max_tokens) + " words and signs"),
      {}, "Send it in smaller parts, or its values as parameters.");
}

protocol::ErrorFields sql_error(const policy::sql::Error& error,
                                std::string_view sql,
                                const policy::sql::SqlLimits& limits) {
  using policy::sql::Errc;
  switch (error.code) {
    case Errc::TooLarge:
      return too_large(sql, limits);
    case Errc::TooDeep:
      return protocol::make_error("ERROR", "54001", "the statement is nested too deeply", {},
                                  "Simplify the statement.");
    default:
      break;
  }
  protocol::ErrorFields fields = protocol::make_error("ERROR", "42601", error.message);
  if (error.position >= 0) {
    fields.set('P', std::to_string(error.position + 1));
  }
  return fields;
}

protocol::ErrorFields refusal_fields(const policy::Refuse& refuse) {
  return protocol::make_error("ERROR", policy::sqlstate(refuse.rule), refuse.message, {},
                              refuse.hint);
}

/// One planning: everything about the request in one place.
class Planning {
 public:
  Planning(twin::Twin& twin,
           const PlanningState& state,
           const policy::RoleView& role,
           const PlanRequest& request,
           const policy::sql::SqlLimits& limits)
      : twin_(twin), state_(state), request_(request), limits_(limits) {
    protocol::value::SessionFormat format;
    for (const std::string_view name : setting_names()) {
      if (const std::string* value = request.settings.find(name); value != nullptr) {
        format.apply(name, *value);
      }
    }
    context_.catalog = state.catalog.get();
    context_.role = &role;
    context_.native_output = [format](policy::TypeOid type) {
      return protocol::value::native_output(type, format);
    };
    context_.utf8_client = request.settings.client_encoding == "UTF8";
  }

  PlanResult run() {
    auto prepared = std::make_shared<PreparedPlan>();
    prepared->epochs = state_.epochs;
    if (auto error = plan_text(request_.sql, request_.declared_parameter_types, *prepared)) {
      return *error;
    }
    if (const auto* refused = std::get_if<policy::Refuse>(&prepared->plan.decision)) {
      prepared->refusal = refusal_fields(*refused);
    }
    prepared->audit_evidence = encode_evidence(prepared->plan.evidence);
    return std::shared_ptr<const PreparedPlan>(std::move(prepared));
  }

 private:
  std::optional<protocol::ErrorFields> plan_text(const std::string& sql,
                                                 const std::vector<std::uint32_t>& declared,
                                                 PreparedPlan& out) {
    auto syntax = SyntaxTree::parse(sql, limits_);
    if (!syntax) {
      return plan_unparsed(sql, declared, syntax.error(), out);
    }
    for (std::uint16_t i = 0; i < syntax->literals().size(); ++i) {
      out.literals.emplace_back(syntax->literal_text(i));
    }
    if (policy::is_query(syntax->kind())) {
      return plan_query(*syntax, sql, declared, out);
    }
    if (syntax->kind() == policy::sql::StatementKind::Copy) {
      return plan_copy(*syntax, sql, out);
    }
    return plan_utility(*syntax, sql, declared, out);
  }

  // The twin decides whether it is an error; what it takes and we do not is not understood.
  std::optional<protocol::ErrorFields> plan_unparsed(const std::string& sql,
                                                     const std::vector<std::uint32_t>& declared,
                                                     const policy::sql::Error& error,
                                                     PreparedPlan& out) {
    if (error.code != policy::sql::Errc::Syntax) {
      return sql_error(error, sql, limits_);
    }
    auto analysed = twin_.analyse(sql, declared, analysis_state());
    if (auto* fields = std::get_if<protocol::ErrorFields>(&analysed)) {
      return std::move(*fields);
    }
    out.plan = policy::refuse(policy::Rule::NotUnderstood, "this spelling is not understood",
                              "write the statement in another way");
    return std::nullopt;
  }

  std::optional<protocol::ErrorFields> plan_query(const SyntaxTree& syntax,
                                                  const std::string& sql,
                                                  const std::vector<std::uint32_t>& declared,
                                                  PreparedPlan& out) {
    auto analysed = twin_.analyse(sql, declared, analysis_state());
    if (auto* fields = std::get_if<protocol::ErrorFields>(&analysed)) {
      return std::move(*fields);
    }
    auto& analysis = std::get<twin::Analysis>(analysed);
    use_session_objects(analysis);
    std::vector<std::unique_ptr<const policy::sql::NodeTree>> trees;
    std::vector<policy::sql::Node> roots;
    for (const std::string& text : analysis.query_trees) {
      auto tree = policy::sql::NodeTree::parse_notice(text);
      if (!tree) {
        out.plan = policy::refuse(policy::Rule::NotUnderstood,
                                  "the analysis of the statement could not be read", "simplify it");
        return std::nullopt;
      }
      roots.push_back((*tree)->root());
      trees.push_back(std::move(*tree));
    }
    if (filling_ != nullptr && analysis.columns) {
      filled_ = filled_table(*filling_, *analysis.columns, state_);
      if (filled_ && !filling_->utility().temporary) {
        const std::string made =
            without_rows(*filling_, sql, names_of_types(analysis.parameter_types));
        auto answer = make_staying(*filling_, made, state_, context_, request_, *filled_);
        if (auto* fields = std::get_if<protocol::ErrorFields>(&answer)) {
          return std::move(*fields);
        }
        if (auto* refused = std::get_if<policy::Plan>(&answer)) {
          out.plan = std::move(*refused);
          return std::nullopt;
        }
      }
      context_.filled = filled_ ? &*filled_ : nullptr;
    }
    out.plan = policy::decide_query(context_, syntax, roots, analysis.parameter_types);
    context_.filled = nullptr;
    out.cacheable_by_shape = syntax.cacheable_by_shape();
    out.parameter_types = std::move(analysis.parameter_types);
    out.argument_types = names_of_types(out.parameter_types);
    out.columns = std::move(analysis.columns);
    return std::nullopt;
  }

  /// Names of the catalog, not of the grammar, which has default lengths: `character` is character(1).
  [[nodiscard]] std::vector<std::string> names_of_types(
      const std::vector<std::uint32_t>& types) const {
    std::vector<std::string> names;
    for (const std::uint32_t oid : types) {
      const policy::CatalogType* type = context_.catalog->type(oid);
      if (type == nullptr) {
        return {};
      }
      names.push_back(type->schema == "pg_catalog" ? policy::quote_identifier(type->name)
                                                   : policy::qualified(type->schema, type->name));
    }
    return names;
  }

  std::optional<protocol::ErrorFields> plan_utility(const SyntaxTree& syntax,
                                                    const std::string& sql,
                                                    const std::vector<std::uint32_t>& declared,
                                                    PreparedPlan& out) {
    // Mostly raw parsing; gives PostgreSQL's own words for what libpg_query reads more generously.
    twin::SessionState state = analysis_state();
    if (!syntax.utility().has_inner) {
      state.prelude.clear();  // a block can be ended even if the twin could not follow it
    }
    auto analysed = twin_.analyse(sql, declared, state);
    if (auto* fields = std::get_if<protocol::ErrorFields>(&analysed)) {
      return std::move(*fields);
    }
    auto& analysis = std::get<twin::Analysis>(analysed);
    const policy::UtilityQuestions asked = policy::questions(syntax);
    policy::UtilityAnswers answers;
    auto inner = std::make_shared<PreparedPlan>();
    if (asked.inner) {
      const bool has_own = syntax.kind() == policy::sql::StatementKind::Prepare;
      context_.over_slice = syntax.utility().explain_analyze;
      filling_ = fills_table(syntax) ? &syntax : nullptr;
      if (auto error = plan_text(*asked.inner, has_own ? inner_types(syntax) : declared, *inner)) {
        if (syntax.utility().inner) {
          shift_position(*error, sql, syntax.utility().inner->location);
        }
        return error;
      }
      answers.inner = inner->plan;
      filling_ = nullptr;
    }
    for (const std::string& name : asked.relations) {
      answers.relations.push_back(relation(name, syntax.utility().drops));
    }
    if (auto refused = refuse_drop_of_part(context_, syntax, answers)) {
      out.plan = std::move(*refused);
      return std::nullopt;
    }
    if (changes_tagged_table(context_, syntax, answers)) {
      return plan_table_ddl(state_, context_, syntax, request_, asked.relations, out);
    }
    if (auto refused = refuse_filled_table(context_, syntax, inner->plan.decision)) {
      out.plan = std::move(*refused);
      return std::nullopt;
    }
    out.plan = policy::decide_utility(context_, syntax, answers);
    out.wants_block = wants_block(syntax);
    inner->epochs = state_.epochs;
    out.sql_name = sql_name(syntax, asked.inner.value_or(""), inner, out.plan.effect);
    if (auto* schema = std::get_if<SqlSchema>(&out.sql_name); schema && fills_table(syntax)) {
      note_filled(syntax, filled_ ? &*filled_ : nullptr,
                  without_rows(syntax, asked.inner.value_or(""), inner->argument_types), out.plan,
                  *schema);
    }
    if (syntax.kind() == policy::sql::StatementKind::Declare || fills_table(syntax) ||
        syntax.kind() == policy::sql::StatementKind::Explain) {
      out.parameter_types = inner->parameter_types;
    }
    if (syntax.kind() == policy::sql::StatementKind::Explain) {
      out.columns = std::move(analysis.columns);
    }
    return std::nullopt;
  }

  // Planned as the statement that stands for it, which policy::decide_copy explains.
  std::optional<protocol::ErrorFields> plan_copy(const SyntaxTree& syntax,
                                                 const std::string& sql,
                                                 PreparedPlan& out) {
    auto analysed = twin_.analyse(sql, {}, analysis_state());
    if (auto* fields = std::get_if<protocol::ErrorFields>(&analysed)) {
      return std::move(*fields);
    }
    const policy::sql::UtilityFacts& facts = syntax.utility();
    CopyStatement copy;
    const std::vector<policy::sql::TableRef> tables = syntax.utility_tables();
    if ((facts.has_inner && !facts.inner) || (!facts.has_inner && tables.empty())) {
      out.plan = policy::refuse(policy::Rule::NotUnderstood,
                                "the inner statement could not be analysed", "simplify it");
      return std::nullopt;
    }
    if (facts.inner) {
      copy.query = sql.substr(facts.inner->location, facts.inner->length);
    } else {
      const policy::sql::TableRef& table = tables.front();
      const std::string name = table.schema.empty() ? policy::quote_identifier(table.name)
                                                    : policy::qualified(table.schema, table.name);
      copy.relation = copied_relation(table, name);
      const policy::CatalogRelation* written = facts.copy_from ? relation(name) : nullptr;
      if (written != nullptr && written != copy.relation && policy::is_tagged(context_, *written)) {
        out.plan = policy::refuse(policy::Rule::CopyOfTagged,
                                  "COPY cannot write to a view of a table with tagged columns: " +
                                      written->schema + "." + written->name,
                                  "COPY into the table, or INSERT into the view");
        return std::nullopt;
      }
      if (auto error = describe_copy(context_, syntax, copy)) {
        return error;
      }
    }
    PreparedPlan inner;
    if (copy.query.empty()) {
      inner.plan.decision = policy::Pass{};  // the server knows what to say of it
    } else if (auto error = plan_text(copy.query, {}, inner)) {
      if (facts.inner) {
        shift_position(*error, sql, facts.inner->location);
      }
      return error;
    }
    inner.plan = policy::decide_copy(context_, syntax, copy.relation, std::move(inner.plan));
    return finish_copy(syntax, copy, std::move(inner), out);
  }

  // The relation that the statement names; a view itself, not what it reads.
  const policy::CatalogRelation* copied_relation(const policy::sql::TableRef& table,
                                                 const std::string& name) {
    auto analysed = twin_.analyse("SELECT FROM ONLY " + name, {}, analysis_state());
    const auto* analysis = std::get_if<twin::Analysis>(&analysed);
    if (analysis == nullptr || analysis->query_trees.empty()) {
      return nullptr;
    }
    auto tree = policy::sql::NodeTree::parse_notice(analysis->query_trees.front());
    if (!tree) {
      return nullptr;
    }
    const auto oids = policy::survey((*tree)->root()).relations;
    const policy::CatalogRelation* found = nullptr;
    for (const std::uint32_t oid : oids) {
      const auto* candidate = state_.catalog->relation(policy::TwinOid{oid});
      const bool named = candidate != nullptr && candidate->name == table.name &&
                         (table.schema.empty() || candidate->schema == table.schema);
      if (named && (found == nullptr || candidate->kind == 'v')) {
        found = candidate;
      }
    }
    return found;
  }

  std::vector<std::uint32_t> inner_types(const SyntaxTree& syntax) {
    std::vector<std::uint32_t> types;
    for (const std::string& name : syntax.utility().prepare_types) {
      auto analysed = twin_.analyse("SELECT NULL::" + name, {}, analysis_state());
      const auto* analysis = std::get_if<twin::Analysis>(&analysed);
      const bool known = analysis != nullptr && analysis->columns && !analysis->columns->empty();
      types.push_back(known ? analysis->columns->front().type_oid : 0);
    }
    return types;
  }

  // Positions count characters of the whole statement.
  static void shift_position(protocol::ErrorFields& error,
                             const std::string& sql,
                             std::uint32_t inner_at) {
    const std::string position(error.get('P'));
    if (position.empty()) {
      return;
    }
    const auto before = std::count_if(sql.begin(), sql.begin() + inner_at, [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    error.set('P', std::to_string(std::stoll(position) + before));
  }

  void use_session_objects(const twin::Analysis& analysis) {
    if (!analysis.session_relations.empty() || !analysis.session_functions.empty()) {
      own_catalogs_.push_back(
          with_session_objects(*state_.catalog, analysis, request_.settings.sealed));
      context_.catalog = own_catalogs_.back().get();
    }
  }

  // What a name means under the session's search_path: asked of the twin, not guessed.
  const policy::CatalogRelation* relation(const std::string& name, bool view_itself = false) {
    auto analysed = twin_.analyse("TABLE " + name, {}, analysis_state());
    const auto* analysis = std::get_if<twin::Analysis>(&analysed);
    if (analysis == nullptr || analysis->query_trees.empty()) {
      return nullptr;
    }
    auto tree = policy::sql::NodeTree::parse_notice(analysis->query_trees.front());
    if (!tree) {
      return nullptr;
    }
    use_session_objects(*analysis);
    const policy::CatalogRelation* found = nullptr;
    for (const std::uint32_t oid : policy::survey((*tree)->root()).relations) {
      const auto* candidate = context_.catalog->relation(policy::TwinOid{oid});
      const bool named =
          candidate != nullptr && (policy::quote_identifier(candidate->name) == name ||
                                   policy::qualified(candidate->schema, candidate->name) == name);
      if (view_itself && named && candidate->kind == 'v') {
        return candidate;
      }
      // A view's base tables count before the view itself: what is tagged decides.
      const bool tagged = candidate != nullptr &&
                          context_.role->table(candidate->schema, candidate->name) != nullptr;
      if (found == nullptr || tagged) {
        found = candidate;
      }
    }
    return found;
  }

  [[nodiscard]] twin::SessionState analysis_state() const {
    return twin_state(request_.settings, {});
  }

  twin::Twin& twin_;
  const PlanningState& state_;
  const PlanRequest& request_;
  const policy::sql::SqlLimits limits_;
  policy::DecideContext context_;
  const SyntaxTree* filling_ = nullptr;  // CREATE TABLE AS, while its query is planned
  std::optional<policy::FilledTable> filled_;
  std::vector<std::unique_ptr<const policy::Catalog>> own_catalogs_;
};

const std::vector<std::string>& memberships_of(const PlanningState& state, std::string_view user) {
  static const std::vector<std::string> kNone;
  const auto found = state.memberships.find(user);
  return found == state.memberships.end() ? kNone : found->second;
}

policy::RoleView role_of(const PlanningState& state, std::string_view user) {
  const policy::Role* role = policy::find_role(*state.policy, user, memberships_of(state, user));
  return policy::RoleView(state.policy, role);
}

protocol::ErrorFields not_ready() { return twin::not_ready(); }

}  // namespace

twin::SessionState twin_state(const SessionSettings& settings, std::string role) {
  twin::SessionState state;
  state.role = std::move(role);
  for (const std::string_view name : setting_names()) {
    if (name == "role" || name == "session_authorization" || name == "client_encoding") {
      continue;
    }
    const std::string* value = settings.find(name);
    if (value == nullptr || (name == "lc_monetary" && value->empty())) {
      continue;
    }
    // The twin's connections have a login of their own: "$user" is spelled out.
    state.settings.emplace_back(std::string(name),
                                name == "search_path" ? settings.search_path_of_user() : *value);
  }
  state.prelude = settings.prelude;
  return state;
}

PlanResult plan_as(twin::Twin& twin,
                   const PlanningState& state,
                   const policy::RoleView& role,
                   const PlanRequest& request,
                   const policy::sql::SqlLimits& limits) {
  return Planning(twin, state, role, request, limits).run();
}

StatementPlanner::StatementPlanner(twin::Twin& twin,
                                   const policy::sql::SqlLimits& limits,
                                   std::function<void()> follow_schema)
    : twin_(twin), limits_(limits), follow_schema_(std::move(follow_schema)) {}

void StatementPlanner::use(std::shared_ptr<const PlanningState> state) {
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
}

std::shared_ptr<const PlanningState> StatementPlanner::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

SplitResult StatementPlanner::split(std::string_view sql) {
  const auto ranges = policy::sql::split(sql, limits_);
  if (!ranges) {
    if (ranges.error().code == policy::sql::Errc::Syntax) {
      // Let PostgreSQL say it in its own words, over the whole text.
      auto analysed = twin_.analyse(sql, {}, {});
      if (auto* fields = std::get_if<protocol::ErrorFields>(&analysed)) {
        return std::move(*fields);
      }
    }
    return sql_error(ranges.error(), sql, limits_);
  }
  std::vector<StatementText> statements;
  for (const policy::sql::StatementRange& range : *ranges) {
    statements.push_back({range.location, range.length});
  }
  return statements;
}

PlanResult StatementPlanner::plan(const PlanRequest& request) {
  const std::shared_ptr<const PlanningState> now = state();
  if (now == nullptr) {
    return not_ready();
  }
  const policy::RoleView role = role_of(*now, request.settings.current_user());
  return plan_as(twin_, *now, role, request, limits_);
}

std::string StatementPlanner::role_key(std::string_view /*login*/,
                                       std::string_view current_user) const {
  const std::shared_ptr<const PlanningState> now = state();
  return now == nullptr ? std::string() : std::to_string(role_of(*now, current_user).key());
}

std::string StatementPlanner::role_name(std::string_view user) const {
  const std::shared_ptr<const PlanningState> now = state();
  return now == nullptr ? std::string() : role_of(*now, user).role_name();
}

Epochs StatementPlanner::epochs() const {
  const std::shared_ptr<const PlanningState> now = state();
  return now == nullptr ? Epochs{} : now->epochs;
}

void StatementPlanner::schema_changed(std::string_view /*statement*/,
                                      const SessionSettings& /*settings*/) {
  follow_schema_();
}

}  // namespace pgveil::proxy
