#include "proxy/planner/copy_statement.hpp"

#include "policy/lineage/sql_text.hpp"

#include <algorithm>

namespace pgveil::proxy {
namespace {

using policy::CatalogColumn;
using policy::sql::UtilityFacts;
using protocol::ErrorFields;
using protocol::make_error;
using protocol::copy::Direction;

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + policy::quote_identifier(name);
  }
  return list;
}

std::string table_name(const policy::CatalogRelation& relation) {
  return policy::qualified(relation.schema, relation.name);
}

std::string insert_sql(const CopyStatement& copy) {
  std::string sql = "INSERT INTO " + table_name(*copy.relation);
  if (copy.columns.empty()) {
    return sql + " DEFAULT VALUES";
  }
  // COPY stores what it is given, in identity columns too.
  sql += " (" + listed(copy.columns) + ") OVERRIDING SYSTEM VALUE VALUES (";
  for (std::size_t i = 1; i <= copy.columns.size(); ++i) {
    sql += (i == 1 ? "$" : ", $") + std::to_string(i);
  }
  return sql + ")";
}

std::optional<ErrorFields> choose_columns(const UtilityFacts& facts, CopyStatement& copy) {
  for (const CatalogColumn& column : copy.relation->columns) {
    if (facts.copy_columns.empty() && !column.generated_stored) {
      copy.columns.push_back(column.name);
    }
  }
  for (const std::string& name : facts.copy_columns) {
    const CatalogColumn* column = copy.relation->column(name);
    if (column == nullptr) {
      return make_error(
          "ERROR", "42703",
          "column \"" + name + "\" of relation \"" + copy.relation->name + "\" does not exist");
    }
    if (column->generated_stored) {
      return make_error("ERROR", "42P10", "column \"" + name + "\" is a generated column",
                        "Generated columns cannot be used in COPY.");
    }
    if (std::ranges::find(copy.columns, name) != copy.columns.end()) {
      return make_error("ERROR", "42701", "column \"" + name + "\" specified more than once");
    }
    copy.columns.push_back(name);
  }
  return std::nullopt;
}

std::vector<protocol::copy::OptionText> option_texts(const UtilityFacts& facts) {
  std::vector<protocol::copy::OptionText> options;
  for (const policy::sql::CopyOption& option : facts.copy_options) {
    options.push_back({option.name, option.value, option.names, option.star});
  }
  return options;
}

std::string copy_sql(const CopyStatement& copy, const protocol::copy::Options& options) {
  std::string sql = "COPY " + table_name(*copy.relation);
  if (!copy.columns.empty()) {
    sql += " (" + listed(copy.columns) + ")";
  }
  sql += " FROM STDIN (FORMAT ";
  sql += options.binary() ? "binary" : "text";
  return sql + (options.freeze ? ", FREEZE)" : ")");
}

// The sealed columns, and the patients if the rows name them.
void make_copy_in(const CopyStatement& copy, PreparedPlan& plan, CopyPlan& out) {
  auto& in_place = std::get<policy::InPlace>(plan.plan.decision);
  for (policy::ServerParameter& parameter : in_place.server_parameters) {
    if (parameter.use.kind == policy::ValueUse::Kind::Seal) {
      out.sealed.push_back(std::move(parameter));
    }
  }
  policy::Evidence& evidence = plan.plan.evidence;
  for (std::size_t i = 0; i < out.columns.size() && evidence.subjects.size() == 1; ++i) {
    const std::string column =
        copy.relation->schema + "." + copy.relation->name + "." + out.columns[i];
    const bool sealed = std::ranges::any_of(
        out.sealed, [&](const auto& parameter) { return parameter.client_index == i + 1; });
    if (column == evidence.subjects[0] && !sealed) {
      out.subject = i;
      out.subject_type = copy.relation->column(out.columns[i])->type;
    }
  }
  if (!evidence.subjects.empty() && !out.subject) {
    evidence.subjects.clear();
    evidence.subjects_complete = false;  // the server gives the keys, and does not tell
  }
  in_place = {};
  in_place.server_sql.text = {copy_sql(copy, out.options)};
}

}  // namespace

std::optional<ErrorFields> describe_copy(const policy::DecideContext& context,
                                         const policy::sql::SyntaxTree& syntax,
                                         CopyStatement& copy) {
  const UtilityFacts& facts = syntax.utility();
  if (copy.relation == nullptr) {
    return std::nullopt;
  }
  const bool table = copy.relation->kind == 'r' || copy.relation->kind == 'p';
  if (facts.copy_from) {
    if (!policy::is_tagged(context, *copy.relation)) {
      return std::nullopt;
    }
    if (auto error = choose_columns(facts, copy)) {
      return error;
    }
    copy.query = insert_sql(copy);
  } else if (table) {
    if (auto error = choose_columns(facts, copy)) {
      return error;
    }
    copy.query = "SELECT " + (copy.relation->columns.empty() ? "*" : listed(copy.columns)) +
                 " FROM ONLY " + table_name(*copy.relation);
  }
  return std::nullopt;
}

std::optional<ErrorFields> finish_copy(const policy::sql::SyntaxTree& syntax,
                                       const CopyStatement& copy,
                                       PreparedPlan inner,
                                       PreparedPlan& out) {
  out.plan = std::move(inner.plan);
  if (std::holds_alternative<policy::Refuse>(out.plan.decision) ||
      std::holds_alternative<policy::Pass>(out.plan.decision)) {
    return std::nullopt;
  }
  if (syntax.utility().copy_from && !std::holds_alternative<policy::InPlace>(out.plan.decision)) {
    out.plan = policy::refuse(policy::Rule::NotUnderstood,
                              "COPY into this relation is not understood", "use INSERT");
    return std::nullopt;
  }
  const auto* split = std::get_if<policy::Split>(&out.plan.decision);
  if (split != nullptr && split->writes()) {
    out.plan = policy::refuse(
        policy::Rule::CopyOfTagged,
        !split->write || split->write->checks.empty()
            ? "COPY of a statement that writes computed values is not understood"
            : "COPY into a table with a CHECK constraint over sealed columns",
        syntax.utility().copy_from ? "use INSERT" : "run the statement without COPY");
    return std::nullopt;
  }
  auto plan = std::make_shared<CopyPlan>();
  plan->direction = syntax.utility().copy_from ? Direction::From : Direction::To;
  const auto texts = option_texts(syntax.utility());
  auto options = protocol::copy::read_options(texts, plan->direction);
  if (auto* error = std::get_if<ErrorFields>(&options)) {
    return std::move(*error);
  }
  plan->options = std::get<protocol::copy::Options>(std::move(options));
  if (!plan->options.encoding.empty() && !protocol::copy::is_utf8(plan->options.encoding)) {
    return make_error("ERROR", "0A000", "COPY of tagged columns needs ENCODING UTF8", {},
                      "leave out the option ENCODING");
  }
  if (plan->direction == Direction::From) {
    plan->columns = copy.columns;
  } else {
    if (!inner.parameter_types.empty()) {
      return make_error("ERROR", "42P02", "there is no parameter $1");
    }
    if (!inner.columns) {
      return make_error("ERROR", "0A000", "COPY query must have a RETURNING clause");
    }
    for (const protocol::ColumnDescription& column : *inner.columns) {
      plan->columns.push_back(column.name);
    }
  }
  std::vector<std::string> all = plan->columns;
  if (copy.relation != nullptr) {
    plan->table = copy.relation->name;
    all.clear();
    for (const CatalogColumn& column : copy.relation->columns) {
      all.push_back(column.name);
    }
  }
  if (auto error = protocol::copy::check_columns(plan->options, plan->columns, all, plan->table)) {
    return error;
  }
  if (plan->direction == Direction::From) {
    make_copy_in(copy, out, *plan);
  } else {
    plan->query = copy.query;
    plan->rows = std::move(*inner.columns);
    out.literals = std::move(inner.literals);
  }
  out.copy = std::move(plan);
  return std::nullopt;
}

}  // namespace pgveil::proxy
