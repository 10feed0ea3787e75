// COPY: what may leave in one stream, and what may come in by one. The statement that stands for it was
// planned like any other, so masks, row filters and permissions are in its plan already.
#include "policy/decide/decide.hpp"
#include "policy/sql/shape.hpp"

namespace pgveil::policy {
namespace {

struct ColumnName {
  std::string_view schema, table, column;
};

// "schema.table" of SeenColumn, by the longest schema that the catalog knows.
ColumnName split_name(const DecideContext& context, const SeenColumn& seen) {
  const std::string_view full = seen.table;
  for (std::size_t dot = full.find('.'); dot != std::string_view::npos;
       dot = full.find('.', dot + 1)) {
    if (context.catalog->relation(full.substr(0, dot), full.substr(dot + 1)) != nullptr) {
      return {full.substr(0, dot), full.substr(dot + 1), seen.column};
    }
  }
  return {{}, full, seen.column};
}

// The first column whose values or masks would leave although its class may not be exported.
std::optional<Refuse> export_denied(const DecideContext& context, const Evidence& evidence) {
  for (const SeenColumn& seen : evidence.columns) {
    if (seen.how != SeenColumn::How::Clear && seen.how != SeenColumn::How::Masked) {
      continue;
    }
    const ColumnName name = split_name(context, seen);
    const ColumnAccess access = context.role->access(name.schema, name.table, name.column);
    if (access.tagged && context.role->may_export(access.cls)) {
      continue;
    }
    const std::string& role = context.role->role_name();
    Refuse refuse;
    refuse.rule = role.empty() ? Rule::NoRole : Rule::VerbNotGranted;
    refuse.column = seen.table + "." + seen.column;
    refuse.message =
        "permission denied for column " + seen.column + " of table " + std::string(name.table);
    refuse.hint = "The policy does not grant " +
                  (role.empty() ? std::string("a login in no role") : "role " + role) +
                  " the verb export on class " + policy::name(access.cls) + ".";
    return refuse;
  }
  return std::nullopt;
}

Plan pass_copy(const Plan& inner) {
  Plan plan;
  plan.decision = Pass{};
  plan.effect = inner.effect;
  plan.cacheable = inner.effect == SessionEffect::None;
  plan.touches_tagged = inner.touches_tagged;
  return plan;
}

}  // namespace

Plan decide_copy(const DecideContext& context,
                 const sql::SyntaxTree& syntax,
                 const CatalogRelation* relation,
                 Plan inner) {
  const sql::UtilityFacts& facts = syntax.utility();
  if (std::holds_alternative<Pass>(inner.decision)) {
    return pass_copy(inner);
  }
  if (!inner.evidence.tables.empty()) {
    inner.evidence.normalized = sql::normalize(syntax.text());
  }
  inner.cacheable = true;
  inner.guards.clear();  // kept by its exact text only
  if (std::holds_alternative<Refuse>(inner.decision)) {
    return inner;
  }
  const std::string what =
      relation == nullptr ? std::string() : ": " + relation->schema + "." + relation->name;
  const auto refuse_with = [&](Refuse refused) {
    inner.decision = std::move(refused);
    return inner;
  };
  if (facts.copy_file) {
    return refuse_with(
        {Rule::ServerFile,
         {},
         (facts.copy_program ? "COPY of tagged columns cannot use a program on the server"
                             : "COPY of tagged columns cannot use a file on the server") +
             what,
         "use COPY … STDIN or STDOUT, or psql's \\copy"});
  }
  if (facts.copy_where) {
    return refuse_with(
        {Rule::CopyOfTagged,
         {},
         "COPY … WHERE cannot yet choose the rows of a table with tagged columns" + what,
         "leave out the rows before they are sent, or INSERT them"});
  }
  if (facts.copy_from) {
    return inner;
  }
  if (auto refused = export_denied(context, inner.evidence)) {
    return refuse_with(std::move(*refused));
  }
  Verb& verb = inner.evidence.verb;
  verb = verb == Verb::Read || verb == Verb::Search ? Verb::Export : verb;
  return inner;
}

}  // namespace pgveil::policy
