#include "policy/decide/evidence.hpp"

#include "policy/sql/shape.hpp"

#include <algorithm>
#include <set>

namespace pgveil::policy {
namespace {

/// The one that weighs most, of all queries that write.
Verb verb_of(const Lineage& lineage, bool only_searches) {
  Verb found = Verb::None;
  for (const Occurrence& at : lineage.occurrences) {
    if (at.deletes) {
      return Verb::Delete;
    }
    if (at.updates()) {
      found = Verb::Change;
    } else if (at.inserts() && found == Verb::None) {
      found = Verb::Create;
    }
  }
  if (found != Verb::None && lineage.tree.top().command == Command::Select) {
    return found;
  }
  switch (lineage.tree.top().command) {
    case Command::Merge:
      return found;
    case Command::Insert:
      return Verb::Create;
    case Command::Update:
      return Verb::Change;
    case Command::Delete:
      return Verb::Delete;
    default:
      return only_searches ? Verb::Search : Verb::Read;
  }
}

}  // namespace

Evidence evidence_of(Lineage& lineage) {
  Evidence evidence;
  std::set<std::string> tables;
  std::set<SeenColumn> columns;
  bool reads = false;
  bool searches = false;
  for (const Occurrence& at : lineage.occurrences) {
    const std::string table = at.relation->schema + "." + at.relation->name;
    bool touched = at.row_filter != nullptr || (at.deletes && at.table != nullptr);
    for (const CatalogColumn& column : at.relation->columns) {
      const ColumnAccess& access = lineage.view_of(at, column.attnum).access;
      if (!access.tagged) {
        continue;
      }
      using How = SeenColumn::How;
      if (at.read.contains(column.attnum)) {
        columns.insert({table, column.name, access.clear ? How::Clear : How::Masked});
        reads = touched = true;
      }
      if (at.searched.contains(column.attnum)) {
        columns.insert({table, column.name, How::Searched});
        searches = touched = true;
      }
      if (at.written.contains(column.attnum)) {
        columns.insert({table, column.name, How::Written});
        touched = true;
      }
    }
    if (touched) {
      tables.insert(table);
    }
  }
  evidence.tables.assign(tables.begin(), tables.end());
  evidence.columns.assign(columns.begin(), columns.end());
  evidence.verb = tables.empty() ? Verb::None : verb_of(lineage, searches && !reads);
  evidence.normalized = sql::normalize(lineage.syntax.text());
  return evidence;
}

}  // namespace pgveil::policy
