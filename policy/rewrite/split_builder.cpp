#include "policy/rewrite/split_builder.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/leaf.hpp"
#include "policy/rewrite/subjects.hpp"
#include "policy/rewrite/top_rows.hpp"

#include <algorithm>

namespace pgveil::policy {
namespace {

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

/// Rows that are to be inserted are in no slice.
std::vector<NeededRelation> needed_relations(Lineage& lineage) {
  using Use = Occurrence::Use;
  std::vector<NeededRelation> relations;
  for (Occurrence& at : lineage.occurrences) {
    if (at.use == Use::InsertTarget || at.use == Use::Excluded) {
      continue;
    }
    auto found = std::ranges::find(relations, at.relation, &NeededRelation::relation);
    if (found == relations.end()) {
      relations.push_back({at.relation, {}, {}});
      found = std::prev(relations.end());
    }
    found->occurrences.push_back(&at);
  }
  for (NeededRelation& needed : relations) {
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

}  // namespace

SplitBuilder::SplitBuilder(const RewriteInput& input, Evidence& evidence)
    : input_(input),
      lineage_(*input.lineage),
      evidence_(evidence),
      server_(lineage_.syntax, input.parameter_types),
      twin_(lineage_.syntax, input.parameter_types),
      pushdown_(lineage_, server_, input.free_literals),
      copies_(lineage_) {
  values_.tag = -1;
}

std::optional<Refuse> SplitBuilder::add_relations(const std::vector<LockedTarget>& targets) {
  for (const NeededRelation& needed : needed_relations(lineage_)) {
    const auto target = std::ranges::find_if(
        targets, [&](const LockedTarget& each) { return each.at->relation == needed.relation; });
    if (auto refused = add_relation(needed, target == targets.end() ? nullptr : &*target)) {
      return refused;
    }
  }
  return std::nullopt;
}

std::optional<Refuse> SplitBuilder::add_relation(const NeededRelation& needed,
                                                 const LockedTarget* target) {
  SliceRelation relation;
  relation.schema = needed.relation->schema;
  relation.name = needed.relation->name;
  relation.tag = static_cast<std::int32_t>(split_.slice.relations.size());
  SliceArm arm;
  arm.tag = relation.tag;
  const Occurrence& first = *needed.occurrences.front();
  std::vector<std::int16_t> columns = needed.columns;
  for (const std::int16_t attnum : target != nullptr ? target->also : std::set<std::int16_t>()) {
    if (std::ranges::find(columns, attnum) == columns.end()) {
      columns.push_back(attnum);
    }
  }
  if (columns.empty()) {
    columns.push_back(any_plain_column(first));
  }
  for (const std::int16_t attnum : columns) {
    if (auto refused = add_column(first, attnum, relation, arm)) {
      return refused;
    }
  }
  relation.subject_output = std::nullopt;
  std::string sampled;
  if (auto refused = take_samples(needed, sampled)) {
    return refused;
  }
  add_row_columns(needed, target, relation, arm);
  if (target != nullptr && !target->lock.empty()) {
    arm.from = locked(needed, *target, relation, sampled);
  } else {
    arm.from = (first.entry->only ? " FROM ONLY " : " FROM ") +
               qualified(relation.schema, relation.name) + sampled + where(needed);
    arm.top = top_rows(lineage_, server_, pushdown_, first, input_.free_literals);
  }
  split_.slice.relations.push_back(std::move(relation));
  arms_.push_back(std::move(arm));
  needed_.push_back(needed);
  return std::nullopt;
}

/// A locking clause may stand in a sub-select below UNION ALL, not in its arms.
std::string SplitBuilder::locked(const NeededRelation& needed,
                                 const LockedTarget& target,
                                 const SliceRelation& relation,
                                 const std::string& sampled) {
  std::string list;
  for (const bool own : {true, false}) {
    for (const SliceColumn& column : relation.columns) {
      const std::string sql = row_column_sql(column.name);
      if (own == (sql != quote_identifier(column.name))) {
        list += (list.empty() ? "" : ", ") + sql;
      }
    }
  }
  const CatalogColumn* subject =
      target.at->table == nullptr ? nullptr : needed.relation->column(target.at->table->subject);
  if (subject != nullptr && std::ranges::find(relation.columns, subject->name,
                                              &SliceColumn::name) == relation.columns.end()) {
    list += ", " + quote_identifier(subject->name);
  }
  return " FROM (SELECT " + list + " FROM " + qualified(relation.schema, relation.name) + sampled +
         where(needed) + target.top + " " + target.lock + ") AS " + quote_identifier(relation.name);
}

std::int16_t SplitBuilder::any_plain_column(const Occurrence& at) {
  for (const CatalogColumn& column : at.relation->columns) {
    if (!lineage_.view_of(at, column.attnum).access.tagged) {
      return column.attnum;
    }
  }
  return at.relation->columns.empty() ? std::int16_t{0} : at.relation->columns.front().attnum;
}

std::optional<Refuse> SplitBuilder::add_column(const Occurrence& at,
                                               std::int16_t attnum,
                                               SliceRelation& relation,
                                               SliceArm& arm) {
  if (at.relation->column(attnum) == nullptr) {
    return refusal(Rule::NotUnderstood, "a table without columns cannot be part of this statement",
                   "leave it out");
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

std::string SplitBuilder::where(const NeededRelation& needed) {
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

bool SplitBuilder::append_subjects() {
  bool exact = true;
  std::vector<std::string> expressions;
  std::vector<const Occurrence*> covered;
  for (const SubjectOutput& subject : subject_outputs(lineage_, exact)) {
    const auto relation = relation_of(*subject.at);
    if (relation == split_.slice.relations.size() || !load_subject(relation, *subject.at)) {
      continue;
    }
    expressions.push_back(subject.expression);
    split_.slice.hidden_subjects.push_back(subject_index(subject.column));
    covered.push_back(subject.at);
  }
  if (!exact) {
    count_subjects(covered);
  }
  return expressions.empty() || static_cast<bool>(twin_.tree().append_outputs(expressions));
}

void SplitBuilder::count_slice_subjects(const Occurrence* except) {
  count_subjects(except == nullptr ? std::vector<const Occurrence*>()
                                   : std::vector<const Occurrence*>{except});
}

// Out of reach of the outputs: every row of the slice counts as concerned.
void SplitBuilder::count_subjects(const std::vector<const Occurrence*>& covered) {
  for (std::size_t i = 0; i < needed_.size(); ++i) {
    const Occurrence& at = *needed_[i].occurrences.front();
    const bool touched = std::ranges::any_of(needed_[i].occurrences, [](const Occurrence* each) {
      return !each->read.empty() || !each->searched.empty();
    });
    const bool all_covered = std::ranges::all_of(
        needed_[i].occurrences,
        [&](const Occurrence* each) { return std::ranges::find(covered, each) != covered.end(); });
    if (at.table == nullptr || at.table->subject.empty() || !touched || all_covered) {
      continue;
    }
    const CatalogColumn* subject = at.relation->column(at.table->subject);
    if (subject == nullptr || lineage_.view_of(at, subject->attnum).flows_sealed) {
      evidence_.subjects_complete = false;
      continue;
    }
    SliceArm& arm = arms_[i];
    arm.cells.push_back("pg_catalog.textsend((" + quote_identifier(subject->name) +
                        ")::pg_catalog.text)");
    split_.slice.relations[i].subject_output = static_cast<std::uint16_t>(arm.cells.size());
    split_.slice.relations[i].subject_table =
        subject_index(at.relation->schema + "." + at.relation->name + "." + subject->name);
  }
}

std::size_t SplitBuilder::relation_of(const Occurrence& at) const {
  for (std::size_t i = 0; i < needed_.size(); ++i) {
    if (needed_[i].relation == at.relation) {
      return i;
    }
  }
  return needed_.size();
}

bool SplitBuilder::load_subject(std::size_t index, const Occurrence& at) {
  const CatalogColumn* subject = at.relation->column(at.table->subject);
  SliceRelation& relation = split_.slice.relations[index];
  if (std::ranges::find(relation.columns, subject->name, &SliceColumn::name) !=
      relation.columns.end()) {
    return true;
  }
  return !add_column(at, subject->attnum, relation, arms_[index]);
}

std::uint16_t SplitBuilder::subject_index(const std::string& column) {
  const auto same = std::ranges::find(evidence_.subjects, column);
  const auto index = static_cast<std::uint16_t>(same - evidence_.subjects.begin());
  if (same == evidence_.subjects.end()) {
    evidence_.subjects.push_back(column);
  }
  return index;
}

std::string SplitBuilder::server_text() {
  std::size_t width = 0;
  for (const SliceArm& arm : arms_) {
    width = std::max(width, arm.cells.size());
  }
  split_.slice.output_count = static_cast<std::uint16_t>(1 + width);
  std::string sql;
  for (const SliceArm& arm : arms_) {
    sql += sql.empty() ? "" : " UNION ALL ";
    sql += arm.top.empty() ? "SELECT " : "(SELECT ";
    sql += "(" + std::to_string(arm.tag) + ")::pg_catalog.int4";
    for (std::size_t i = 0; i < width; ++i) {
      sql += ", " + (i < arm.cells.size() ? arm.cells[i] : std::string("NULL::pg_catalog.bytea"));
    }
    sql += arm.from + arm.top + (arm.top.empty() ? "" : ")");
  }
  return sql.empty() ? "SELECT (-1)::pg_catalog.int4 WHERE false" : sql;
}

std::variant<Split, Refuse> SplitBuilder::finish() {
  if (!values_.cells.empty()) {
    arms_.push_back(std::move(values_));
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

}  // namespace pgveil::policy
