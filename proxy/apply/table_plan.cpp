#include "proxy/apply/table_plan.hpp"

#include "protocol/value/bucket.hpp"
#include "proxy/apply/index_plan.hpp"

#include <algorithm>
#include <cctype>

namespace pgveil::proxy::apply {
namespace {

using keys::quote_name;
using keys::quote_text;
namespace value = protocol::value;

std::string join(const std::vector<std::string>& statements) {
  std::string out;
  for (const std::string& statement : statements) {
    out += (out.empty() ? "" : "; ") + statement;
  }
  return out;
}

AttributeSet attributes_of(const std::vector<ColumnChange>& columns) {
  AttributeSet set;
  for (const ColumnChange& column : columns) {
    set.insert(column.attnum);
  }
  return set;
}

bool intersects(const AttributeSet& a, const AttributeSet& b) {
  return std::ranges::any_of(a, [&](std::int16_t n) { return b.contains(n); });
}

std::string column_name(const TablePlan& plan, std::int16_t attnum) {
  return plan.table.text_name() + '.' + plan.table.column(attnum)->name;
}

/// Tables that PostgreSQL stores in another way are refused as a whole.
void check_table(TablePlan& plan) {
  const TableState& table = plan.table;
  const auto block = [&](std::string why) {
    plan.problems.push_back(
        {table.text_name(), std::move(why), "seal columns of ordinary tables only"});
  };
  if (table.kind != 'r') {
    block("only ordinary tables can hold sealed columns, this is none");
  } else if (table.in_hierarchy) {
    block("the table has partitions, children or a parent, which this version does not seal");
  } else if (table.typed) {
    block("the table is made of a composite type, whose columns cannot change");
  } else if (table.persistence == 't') {
    block("temporary tables are not sealed");
  }
}

void check_column(TablePlan& plan, const ColumnChange& change) {
  const ColumnState& column = *plan.table.column(change.attnum);
  const std::string name = column_name(plan, change.attnum);
  const auto block = [&](std::string why, std::string remedy) {
    plan.problems.push_back({change.where, name + ": " + std::move(why), std::move(remedy)});
  };
  if (!can_seal(column.base_type)) {
    return block("values of type " + column.type_sql + " cannot be sealed in this version",
                 "leave out seal = true; masking and audit still work");
  }
  if (column.identity || column.generated) {
    return block("the server computes its values (identity or generated column)",
                 "leave out seal = true");
  }
  if (change.terms.equality && !value::has_equality_form(column.base_type)) {
    block("equal values of type " + column.type_sql + " can differ in bytes: no equality term",
          "take \"equality\" out of search");
  }
  if ((change.terms.folded || change.terms.text) && !value::is_text(column.base_type)) {
    block("folded and text terms are for text", "use \"equality\" or nothing");
  }
  const std::string& range = change.terms.range;
  if (const auto unit = value::bucket_unit(range);
      !range.empty() && (!unit || !value::has_buckets(column.base_type, *unit))) {
    block("\"range:" + range + "\" has no meaning for type " + column.type_sql,
          "dates have range:day, week, month and year; numbers a step such as range:10, or "
          "range:log2; others none");
  }
  const std::string& order = change.terms.order;
  if (!order.empty() && !value::has_order(column.base_type, order)) {
    block("\"order:" + order + "\" has no meaning for type " + column.type_sql,
          "text has order:1 to order:8, dates and numbers the units of range");
  } else if (!order.empty() && value::is_text(column.base_type) && !column.compares_bytes) {
    block(
        "its collation does not compare characters one by one, so the order of beginnings would "
        "contradict it",
        "take \"order:" + order + "\" out of search, or give the column COLLATE \"C\"");
  }
  if (change.terms.equality && value::is_text(column.base_type) && !column.deterministic) {
    block("its collation takes different texts for equal: no equality term",
          "take \"equality\" out of search");
  }
  if (column.default_sql && column.default_sql->find("nextval(") != std::string::npos) {
    block("the server numbers it from a sequence", "leave out seal = true");
  }
}

void plan_constraints(TablePlan& plan, const AttributeSet& changed) {
  for (const ConstraintState& constraint : plan.table.constraints) {
    if (!intersects(constraint.columns, changed)) {
      continue;
    }
    if (constraint.type == 'f') {
      plan.problems.push_back({plan.table.text_name(),
                               constraint.description + " would compare sealed values",
                               "reference another column, or leave both columns unsealed"});
      continue;
    }
    const std::string table = plan.table.sql_name();
    const std::string name = quote_name(constraint.name);
    plan.before.push_back("ALTER TABLE " + table + " DROP CONSTRAINT " + name);
    LogicalObject object;
    object.kind = "check";
    object.schema = plan.table.schema;
    object.table = plan.table.name;
    object.name = constraint.name;
    object.definition = constraint.definition;
    object.restore_sql =
        "ALTER TABLE " + table + " ADD CONSTRAINT " + name + ' ' + constraint.definition;
    if (constraint.comment) {
      object.restore_sql += "; COMMENT ON CONSTRAINT " + name + " ON " + table + " IS " +
                            quote_text(*constraint.comment);
    }
    plan.logical.push_back(std::move(object));
    plan.lines.push_back("check " + constraint.name + " leaves the server: pgveil knows it");
  }
}

void plan_statistics(TablePlan& plan, const AttributeSet& changed) {
  std::set<std::string> touched;
  for (const DependentState& dependent : plan.table.dependents) {
    if (!changed.contains(dependent.attnum)) {
      continue;
    }
    if (dependent.kind.ends_with("pg_statistic_ext")) {
      touched.insert(dependent.oid);
      continue;
    }
    plan.problems.push_back(
        {plan.table.text_name(),
         dependent.description + " uses column " + plan.table.column(dependent.attnum)->name,
         "drop it, or leave the column unsealed"});
  }
  for (const StatisticsState& statistics : plan.table.statistics) {
    if (!touched.contains(statistics.oid)) {
      continue;
    }
    const std::string name = quote_name(statistics.schema, statistics.name);
    plan.before.push_back("DROP STATISTICS " + name);
    LogicalObject object;
    object.kind = "statistics";
    object.schema = plan.table.schema;
    object.table = plan.table.name;
    object.name = statistics.name;
    object.definition = statistics.definition;
    object.restore_sql = statistics.definition;
    if (statistics.comment) {
      object.restore_sql +=
          "; COMMENT ON STATISTICS " + name + " IS " + quote_text(*statistics.comment);
    }
    plan.logical.push_back(std::move(object));
  }
}

std::string create_view(const ViewState& view) {
  std::string query = view.query;
  while (!query.empty() && (query.back() == ';' || query.back() == '\n' || query.back() == ' ')) {
    query.pop_back();
  }
  std::vector<std::string> all{"CREATE VIEW " + quote_name(view.schema, view.name) +
                               (view.options.empty() ? "" : " WITH (" + view.options + ")") +
                               " AS\n" + query};
  all.push_back("ALTER VIEW " + quote_name(view.schema, view.name) + " OWNER TO " +
                quote_name(view.owner));
  all.insert(all.end(), view.rights.begin(), view.rights.end());
  return join(all);
}

/// Views above the table, lowest first. `sealed`: what will be sealed when they are made again.
void plan_views(TablePlan& plan, const AttributeSet& changed, SealedAttributes sealed) {
  // What holds sealed values at any time of this plan: such columns change their type.
  SealedAttributes affected = sealed;
  affected[plan.table.oid].insert(changed.begin(), changed.end());
  std::set<std::uint32_t> dropped;
  std::set<std::uint32_t> logical;
  std::vector<std::string> drops;
  const auto names_one = [](const ViewState& view, const std::set<std::uint32_t>& relations) {
    return std::ranges::any_of(
        view.relations, [&](std::uint32_t relation) { return relations.contains(relation); });
  };
  for (const ViewState& view : plan.table.views) {
    if (view_use(view.tree, affected).kind == ViewUse::Kind::Untouched &&
        !names_one(view, dropped)) {
      continue;
    }
    const std::string name = view.schema + '.' + view.name;
    if (view.materialized || view.has_more) {
      plan.problems.push_back({name,
                               view.materialized
                                   ? "a materialized view over sealed columns would hold plaintext"
                                   : "the view has triggers, rules or defaults of its own",
                               "drop it, or leave the columns unsealed"});
      continue;
    }
    dropped.insert(view.oid);
    drops.insert(drops.begin(), "DROP VIEW " + quote_name(view.schema, view.name));
    const ViewUse use = view_use(view.tree, sealed);
    if (use.kind == ViewUse::Kind::Computes || names_one(view, logical)) {
      logical.insert(view.oid);
      const std::string create = create_view(view);
      plan.logical.push_back(
          {"view", view.schema, "", view.name, create, view.owner, false, create});
      plan.lines.push_back("view " + name + " computes with sealed columns: it leaves the server");
    } else {
      sealed[view.oid] = use.sealed_outputs;
      affected[view.oid].insert(use.sealed_outputs.begin(), use.sealed_outputs.end());
      plan.after.push_back(create_view(view));
      plan.lines.push_back("view " + name + " is made again as it is");
    }
  }
  plan.before.insert(plan.before.begin(), drops.begin(), drops.end());
}

}  // namespace

bool TablePlan::blocked() const { return std::ranges::any_of(problems, &Problem::blocking); }

bool can_seal(policy::TypeOid base_type) {
  return value::is_supported(base_type) && base_type != value::kName;
}

std::string print(const policy::TermSet& terms) {
  std::string out = terms.equality ? "equality" : "";
  if (terms.folded) {
    out += (out.empty() ? "" : ", ") + std::string("equality:folded");
  }
  if (terms.text) {
    out += (out.empty() ? "" : ", ") + std::string("text");
  }
  for (const auto& [word, unit] : {std::pair{"range:", terms.range}, {"order:", terms.order}}) {
    if (!unit.empty()) {
      out += (out.empty() ? "" : ", ") + (word + unit);
    }
  }
  return out.empty() ? "none" : out;
}

bool mentions(std::string_view sql, std::string_view column_name) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  for (std::size_t at = sql.find(column_name); at != std::string_view::npos;
       at = sql.find(column_name, at + 1)) {
    const std::size_t end = at + column_name.size();
    if ((at == 0 || !is_word(sql[at - 1])) && (end == sql.size() || !is_word(sql[end]))) {
      return true;
    }
  }
  return false;
}

TablePlan plan_seal(TableState table,
                    std::vector<ColumnChange> columns,
                    const SealedAttributes& sealed) {
  TablePlan plan;
  plan.table = std::move(table);
  plan.columns = std::move(columns);
  const AttributeSet changed = attributes_of(plan.columns);
  check_table(plan);
  for (const ColumnChange& change : plan.columns) {
    check_column(plan, change);
    const ColumnState& column = *plan.table.column(change.attnum);
    plan.lines.push_back("seal " + column.name + ' ' + column.type_sql + ", search " +
                         print(change.terms) +
                         (change.pad == 0 ? "" : ", padded to " + std::to_string(change.pad)));
    if (column.default_sql) {
      plan.before.push_back("ALTER TABLE " + plan.table.sql_name() + " ALTER COLUMN " +
                            quote_name(column.name) + " DROP DEFAULT");
    }
  }
  plan_indexes(plan);
  plan_constraints(plan, changed);
  plan_statistics(plan, changed);
  SealedAttributes then = sealed;
  then[plan.table.oid].insert(changed.begin(), changed.end());
  plan_views(plan, changed, std::move(then));
  if (!plan.table.triggers.empty()) {
    plan.problems.push_back({plan.table.text_name(),
                             "triggers see sealed bytes in sealed columns: " + plan.table.triggers,
                             "check that they only copy such columns", false});
  }
  return plan;
}

TablePlan plan_unseal(TableState table,
                      const AttributeSet& columns,
                      const SealedAttributes& sealed) {
  TablePlan plan;
  plan.table = std::move(table);
  for (const std::int16_t attnum : columns) {
    plan.columns.push_back({attnum, "", {}, 0, ""});
    plan.lines.push_back("unseal " + plan.table.column(attnum)->name);
  }
  for (const IndexState& index : plan.table.indexes) {
    if (intersects(index.columns, columns)) {
      plan.before.push_back("DROP INDEX " + quote_name(plan.table.schema, index.name));
    }
  }
  SealedAttributes then = sealed;
  for (const std::int16_t attnum : columns) {
    then[plan.table.oid].erase(attnum);
  }
  plan_views(plan, columns, std::move(then));
  return plan;
}

}  // namespace pgveil::proxy::apply
