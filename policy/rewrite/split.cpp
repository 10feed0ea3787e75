#include "policy/rewrite/split.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/leaf.hpp"
#include "policy/rewrite/pushdown.hpp"
#include "policy/rewrite/statement_edit.hpp"
#include "policy/rewrite/subjects.hpp"

#include <algorithm>
#include <map>
#include <variant>

namespace pgveil::policy {
namespace {

constexpr std::uint32_t kAgeOfTimestamptz = 1386, kAgeOfTimestamp = 2059;
constexpr TypeOid kDate = 1082;

Refuse refusal(Rule rule, std::string message, std::string hint, std::string column = {}) {
  return Refuse{rule, std::move(column), std::move(message), std::move(hint)};
}

/// One relation with all its appearances in the statement.
struct Needed {
  const CatalogRelation* relation = nullptr;
  std::vector<Occurrence*> occurrences;
  std::vector<std::int16_t> columns;
};

/// Columns of one arm, all bytea.
struct Arm {
  std::int32_t tag = 0;
  std::vector<std::string> cells;
  std::string from;  // with WHERE; empty for the server values
};

std::string send(const Catalog& catalog, TypeOid type, const std::string& expression) {
  const CatalogType* found = catalog.type(type);
  if (found == nullptr || found->send_function.empty()) {
    return {};
  }
  return found->send_function + "(" + expression + ")";
}

bool needs_column(Lineage& lineage, const Occurrence& at, std::int16_t attnum) {
  if (at.read.contains(attnum)) {
    return true;
  }
  const bool selected = at.entry->selected.contains(attnum) || at.entry->selected.contains(0);
  if (!selected) {
    return false;
  }
  // Searched by a value that the role sees masked only: the server has done it.
  const ColumnView& view = lineage.view_of(at, attnum);
  return !(at.searched.contains(attnum) && !view.access.clear && view.access.tagged);
}

std::vector<Needed> needed_relations(Lineage& lineage) {
  std::vector<Needed> relations;
  for (Occurrence& at : lineage.occurrences) {
    auto found = std::ranges::find(relations, at.relation, &Needed::relation);
    if (found == relations.end()) {
      relations.push_back({at.relation, {}, {}});
      found = std::prev(relations.end());
    }
    found->occurrences.push_back(&at);
  }
  for (Needed& needed : relations) {
    for (const CatalogColumn& column : needed.relation->columns) {
      if (std::ranges::any_of(needed.occurrences, [&](const Occurrence* at) {
            return needs_column(lineage, *at, column.attnum);
          })) {
        needed.columns.push_back(column.attnum);
      }
    }
  }
  return relations;
}

std::optional<Refuse> check_reads(const Lineage& lineage) {
  const sql::StatementFacts& facts = lineage.syntax.facts();
  const std::string& column = lineage.obstacle_column;
  if (facts.locking_anywhere) {
    return refusal(
        Rule::LockOfMasked, "rows cannot be locked by a condition that the server cannot evaluate",
        "lock them by a plain key, or by equality on a column with an equality term", column);
  }
  if (!lineage.volatile_function.empty()) {
    return refusal(Rule::VolatileFunction,
                   "the function " + lineage.volatile_function +
                       " belongs to the server and cannot be combined with " + lineage.obstacle,
                   "compute it in a statement of its own", column);
  }
  if (lineage.unaddressable_server_value) {
    return refusal(Rule::VolatileFunction, "a view takes its time or user from the server",
                   "select from its tables instead", column);
  }
  for (const Occurrence& at : lineage.occurrences) {
    if (at.relation->is_catalog) {
      return refusal(Rule::CatalogMixed,
                     "a statement cannot combine system catalogs with sealed or masked columns",
                     "ask for them in two statements", column);
    }
    if (at.system_columns) {
      return refusal(Rule::NotUnderstood,
                     "system columns cannot be combined with expressions over sealed columns",
                     "leave out ctid, xmin, tableoid and the like", column);
    }
    if (!at.entry->node.field("tablesample").is_null()) {
      return refusal(Rule::NotUnderstood,
                     "TABLESAMPLE cannot be combined with expressions over sealed columns",
                     "leave it out", column);
    }
  }
  return std::nullopt;
}

class SplitBuilder {
 public:
  SplitBuilder(const RewriteInput& input, Evidence& evidence)
      : input_(input),
        lineage_(*input.lineage),
        evidence_(evidence),
        server_(lineage_.syntax, input.parameter_types),
        twin_(lineage_.syntax, input.parameter_types),
        pushdown_(lineage_, server_, input.free_literals) {}

  std::variant<Split, Refuse> build() {
    for (const Needed& needed : needed_relations(lineage_)) {
      if (auto refused = add_relation(needed)) {
        return *refused;
      }
    }
    if (auto refused = take_searches()) {
      return *refused;
    }
    if (auto refused = take_server_values()) {
      return *refused;
    }
    add_subjects();
    if (!expressions_.empty() && !twin_.tree().append_outputs(expressions_)) {
      return refusal(Rule::NotUnderstood, "the statement could not be rewritten", "simplify it");
    }
    auto twin_sql = twin_.finish(input_.free_literals);
    auto server_sql = server_.cut(server_text());
    if (!twin_sql || !server_sql) {
      return refusal(Rule::NotUnderstood, "the rewritten statement could not be printed",
                     "simplify it");
    }
    split_.slice.twin_sql = std::move(*twin_sql);
    split_.server_sql = std::move(*server_sql);
    split_.server_parameters = server_.server_parameters();
    return std::move(split_);
  }

 private:
  std::optional<Refuse> add_relation(const Needed& needed) {
    SliceRelation relation;
    relation.schema = needed.relation->schema;
    relation.name = needed.relation->name;
    relation.tag = static_cast<std::int32_t>(split_.slice.relations.size());
    Arm arm;
    arm.tag = relation.tag;
    const Occurrence& first = *needed.occurrences.front();
    std::vector<std::int16_t> columns = needed.columns;
    if (columns.empty()) {
      columns.push_back(any_plain_column(first));
    }
    for (const std::int16_t attnum : columns) {
      if (auto refused = add_column(first, attnum, relation, arm)) {
        return refused;
      }
    }
    relation.subject_output = std::nullopt;
    arm.from = (first.entry->only ? " FROM ONLY " : " FROM ") +
               qualified(relation.schema, relation.name) + where(needed);
    split_.slice.relations.push_back(std::move(relation));
    arms_.push_back(std::move(arm));
    needed_.push_back(needed);
    return std::nullopt;
  }

  std::int16_t any_plain_column(const Occurrence& at) {
    for (const CatalogColumn& column : at.relation->columns) {
      if (!lineage_.view_of(at, column.attnum).access.tagged) {
        return column.attnum;
      }
    }
    return at.relation->columns.empty() ? std::int16_t{0} : at.relation->columns.front().attnum;
  }

  std::optional<Refuse> add_column(const Occurrence& at,
                                   std::int16_t attnum,
                                   SliceRelation& relation,
                                   Arm& arm) {
    if (at.relation->column(attnum) == nullptr) {
      return refusal(Rule::NotUnderstood,
                     "a table without columns cannot be part of this statement", "leave it out");
    }
    const ColumnView& view = lineage_.view_of(at, attnum);
    SliceColumn column;
    column.name = view.column->name;
    column.type = view.column->type;
    column.output = static_cast<std::uint16_t>(1 + arm.cells.size());
    if (view.flows_sealed) {
      const SealedColumn& sealed = *view.column->sealed;
      ServerOutput open;
      open.kind = ServerOutput::Kind::Open;
      open.field = sealed.field;
      open.base_type = sealed.base_type;
      open.typmod = sealed.typmod;
      if (!view.access.clear) {
        open.mask = view.access.mask;
      }
      column.sealed = open;
      arm.cells.push_back(quote_identifier(column.name) + "::pg_catalog.bytea");
    } else {
      std::string cell = send(lineage_.catalog, column.type, column_sql(lineage_.catalog, view));
      if (cell.empty()) {
        return refusal(Rule::NotUnderstood,
                       "the type of column " + column.name + " has no binary form",
                       "leave the column out of this statement",
                       relation.schema + "." + relation.name + "." + column.name);
      }
      arm.cells.push_back(std::move(cell));
    }
    relation.columns.push_back(std::move(column));
    return std::nullopt;
  }

  std::string where(const Needed& needed) {
    std::string any;
    for (const Occurrence* at : needed.occurrences) {
      const std::string condition = pushdown_.condition(*at);
      if (condition.empty()) {
        return {};
      }
      any += (any.empty() ? "" : " OR ") + ("(" + condition + ")");
    }
    return " WHERE " + any;
  }

  // A search by a value that the role sees masked only was answered by the server: over the masked
  // slice it would find nothing.
  std::optional<Refuse> take_searches() {
    for (const EqualityAtom& atom : lineage_.searches) {
      const auto same_relation = std::ranges::count_if(
          lineage_.occurrences,
          [&](const Occurrence& at) { return at.relation == atom.column.at->relation; });
      const bool pushed = pushdown_.pushed_searches().contains(atom.node.location) &&
                          same_relation == 1 && !atom.negated && !atom.distinct;
      if (!pushed || !twin_.replace(atom.node, "true")) {
        return refusal(Rule::SealedColumnExpression,
                       "a search by a masked column has to stand alone in WHERE, joined by AND",
                       "write column = value as a condition of its own",
                       atom.column.at->relation->schema + "." + atom.column.at->relation->name +
                           "." + atom.column.view->column->name);
      }
    }
    return std::nullopt;
  }

  std::optional<Refuse> take_server_values() {
    const Refuse inaddressable =
        refusal(Rule::VolatileFunction,
                "a value that only the server knows stands where it cannot be replaced",
                "compute it in a statement of its own", lineage_.obstacle_column);
    Arm arm;
    arm.tag = -1;
    for (const Node& node : lineage_.server_values) {
      const bool call = is(node, "FUNCEXPR");
      const sql::NodeRef where{call ? sql::NodeKind::Call : sql::NodeKind::ServerValue,
                               location_of(node)};
      const auto text = server_.expression(where, {});
      const auto type =
          static_cast<TypeOid>(node.field(call ? "funcresulttype" : "type").as_int_or(0));
      if (!text || !add_server_value(arm, *text, type, where)) {
        return inaddressable;
      }
    }
    for (const Node& node : ages_) {
      if (!take_age(arm, node)) {
        return inaddressable;
      }
    }
    if (!arm.cells.empty()) {
      arms_.push_back(std::move(arm));
    }
    return std::nullopt;
  }

  std::string twin_parameter(Arm& arm, const std::string& expression, TypeOid type) {
    const std::string cell = send(lineage_.catalog, type,
                                  "(" + expression + ")::" + type_sql(lineage_.catalog, type, -1));
    if (cell.empty()) {
      return {};
    }
    const auto same = std::ranges::find(arm.cells, cell);
    const auto index = static_cast<std::size_t>(same - arm.cells.begin());
    if (same == arm.cells.end()) {
      arm.cells.push_back(cell);
      split_.slice.server_values.push_back(type);
    }
    return "($" + std::to_string(input_.parameter_types.size() + 1 + index) +
           "::" + type_sql(lineage_.catalog, type, -1) + ")";
  }

  bool add_server_value(Arm& arm, const std::string& text, TypeOid type, sql::NodeRef where) {
    const std::string parameter = twin_parameter(arm, text, type);
    return !parameter.empty() && twin_.replace(where, parameter);
  }

  // age(x) counts from the server's current_date.
  bool take_age(Arm& arm, const Node& node) {
    const bool zoned = node.field("funcid").as_int_or(0) == kAgeOfTimestamptz;
    const std::string type = zoned ? "pg_catalog.timestamptz" : "pg_catalog.timestamp";
    Node argument = *node.field("args").begin();
    while (is(argument, "FUNCEXPR") || is(argument, "RELABELTYPE")) {
      argument = is(argument, "FUNCEXPR") ? *argument.field("args").begin() : argument.field("arg");
    }
    const sql::NodeRef where{sql::NodeKind::Call, location_of(node)};
    const auto text = is(argument, "VAR")
                          ? server_.expression({sql::NodeKind::Column, location_of(argument)}, {})
                          : std::nullopt;
    const std::string today = twin_parameter(arm, "CURRENT_DATE", kDate);
    return text && !today.empty() &&
           twin_.replace(
               where, "pg_catalog.age(" + today + "::" + type + ", (" + *text + ")::" + type + ")");
  }

  void add_subjects() {
    bool exact = true;
    std::vector<const Occurrence*> covered;
    for (const SubjectOutput& subject : subject_outputs(lineage_, exact)) {
      const auto relation = relation_of(*subject.at);
      if (relation == split_.slice.relations.size() || !load_subject(relation, *subject.at)) {
        continue;
      }
      expressions_.push_back(subject.expression);
      split_.slice.hidden_subjects.push_back(subject_index(subject.column));
      covered.push_back(subject.at);
    }
    if (exact) {
      return;
    }
    // Out of reach of the outputs: every row of the slice counts as concerned.
    for (std::size_t i = 0; i < needed_.size(); ++i) {
      const Occurrence& at = *needed_[i].occurrences.front();
      const bool touched = std::ranges::any_of(needed_[i].occurrences, [](const Occurrence* each) {
        return !each->read.empty() || !each->searched.empty();
      });
      const bool all_covered =
          std::ranges::all_of(needed_[i].occurrences, [&](const Occurrence* each) {
            return std::ranges::find(covered, each) != covered.end();
          });
      if (at.table == nullptr || at.table->subject.empty() || !touched || all_covered) {
        continue;
      }
      const CatalogColumn* subject = at.relation->column(at.table->subject);
      if (subject == nullptr || lineage_.view_of(at, subject->attnum).flows_sealed) {
        evidence_.subjects_complete = false;
        continue;
      }
      Arm& arm = arms_[i];
      arm.cells.push_back("pg_catalog.textsend((" + quote_identifier(subject->name) +
                          ")::pg_catalog.text)");
      split_.slice.relations[i].subject_output = static_cast<std::uint16_t>(arm.cells.size());
      split_.slice.relations[i].subject_table =
          subject_index(at.relation->schema + "." + at.relation->name + "." + subject->name);
    }
  }

  std::size_t relation_of(const Occurrence& at) const {
    for (std::size_t i = 0; i < needed_.size(); ++i) {
      if (needed_[i].relation == at.relation) {
        return i;
      }
    }
    return needed_.size();
  }

  bool load_subject(std::size_t index, const Occurrence& at) {
    const CatalogColumn* subject = at.relation->column(at.table->subject);
    SliceRelation& relation = split_.slice.relations[index];
    if (std::ranges::find(relation.columns, subject->name, &SliceColumn::name) !=
        relation.columns.end()) {
      return true;
    }
    return !add_column(at, subject->attnum, relation, arms_[index]);
  }

  std::uint16_t subject_index(const std::string& column) {
    const auto same = std::ranges::find(evidence_.subjects, column);
    const auto index = static_cast<std::uint16_t>(same - evidence_.subjects.begin());
    if (same == evidence_.subjects.end()) {
      evidence_.subjects.push_back(column);
    }
    return index;
  }

  std::string server_text() {
    std::size_t width = 0;
    for (const Arm& arm : arms_) {
      width = std::max(width, arm.cells.size());
    }
    split_.slice.output_count = static_cast<std::uint16_t>(1 + width);
    std::string sql;
    for (const Arm& arm : arms_) {
      sql += sql.empty() ? "SELECT " : " UNION ALL SELECT ";
      sql += "(" + std::to_string(arm.tag) + ")::pg_catalog.int4";
      for (std::size_t i = 0; i < width; ++i) {
        sql += ", " + (i < arm.cells.size() ? arm.cells[i] : std::string("NULL::pg_catalog.bytea"));
      }
      sql += arm.from;
    }
    return sql;
  }

 public:
  void note_ages(std::vector<Node> ages) { ages_ = std::move(ages); }

 private:
  const RewriteInput& input_;
  Lineage& lineage_;
  Evidence& evidence_;
  StatementEdit server_;
  StatementEdit twin_;
  Pushdown pushdown_;
  Split split_;
  std::vector<Arm> arms_;
  std::vector<Needed> needed_;
  std::vector<Node> ages_;
  std::vector<std::string> expressions_;
};

void find_ages(const Node& node, std::vector<Node>& found) {
  if (is(node, "FUNCEXPR")) {
    const auto oid = static_cast<std::uint32_t>(node.field("funcid").as_int_or(0));
    if (oid == kAgeOfTimestamptz || oid == kAgeOfTimestamp) {
      found.push_back(node);
    }
  }
  if (node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) {
    for (const Node child : node) {
      find_ages(child, found);
    }
  }
}

}  // namespace

std::variant<Split, Refuse> build_split(const RewriteInput& input, Evidence& evidence) {
  if (auto refused = check_reads(*input.lineage)) {
    return *refused;
  }
  SplitBuilder builder(input, evidence);
  std::vector<Node> ages;
  find_ages(input.lineage->tree.top().query, ages);
  builder.note_ages(std::move(ages));
  return builder.build();
}

}  // namespace pgveil::policy
