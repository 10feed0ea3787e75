#include "proxy/apply/database_plan.hpp"

#include "protocol/value/codec.hpp"
#include "proxy/apply/json.hpp"

#include <algorithm>
#include <map>
#include <ostream>

namespace pgveil::proxy::apply {
namespace {

using policy::ColumnPolicy;
using policy::Policy;
using policy::TablePolicy;

std::string at_line(const Policy& policy, int line) {
  return policy.file_name + ':' + std::to_string(line);
}

const SealedState* sealed_of(const std::vector<SealedState>& all,
                             const TablePolicy& table,
                             const std::string& column) {
  const auto found = std::ranges::find_if(all, [&](const SealedState& s) {
    return s.schema == table.schema && s.table == table.name && s.column == column;
  });
  return found == all.end() ? nullptr : &*found;
}

class Planner {
 public:
  Planner(const Policy& policy, std::vector<SealedState> sealed, SealedAttributes attributes)
      : policy_(policy), sealed_(std::move(sealed)), attributes_(std::move(attributes)) {}

  void add_table(const TablePolicy& table, std::optional<TableState> state) {
    const std::string name = table.schema + '.' + table.name;
    if (!state) {
      problem(table.line, "table " + name + " does not exist in the database",
              "correct the name, or create the table through pgveil, which seals it", false);
      return;
    }
    if (!table.subject.empty() && (*state).column(table.subject) == nullptr) {
      problem(table.line, name + " has no column " + table.subject + " to name the patient",
              "correct subject");
    }
    std::vector<TableChanger::WantedColumn> wanted;
    std::vector<ColumnChange> changes;
    for (const ColumnPolicy& column : table.columns) {
      const ColumnState* there = (*state).column(column.name);
      if (there == nullptr) {
        problem(column.line, name + " has no column " + column.name,
                "correct the name, or take the column out of the policy");
      } else if (check_column(table, column, *there, *state)) {
        ColumnChange change{there->attnum, column.field, column.search, column.pad,
                            at_line(policy_, column.line)};
        changes.push_back(change);
        wanted.push_back({column.name, std::move(change)});
      }
    }
    check_left_over(table, *state);
    if (!changes.empty()) {
      plan_.tables.push_back(
          {plan_seal(std::move(*state), std::move(changes), attributes_), std::move(wanted)});
    }
  }

  DatabasePlan finish() {
    for (const SealedState& column : sealed_) {
      if (policy_.table(column.schema, column.table) == nullptr) {
        plan_.problems.push_back({column.schema + '.' + column.table + '.' + column.column,
                                  "the column is sealed, but the policy does not name its table",
                                  "name it in the policy, or run pgveil revert", false});
      }
    }
    // As before sealing: these columns had no index either, or it could not be kept.
    if (!unindexed_.empty()) {
      std::string list;
      for (const std::string& name : unindexed_) {
        list += (list.empty() ? "" : ", ") + name;
      }
      plan_.notes.push_back("terms without an index, so searches read the table: " + list);
    }
    return std::move(plan_);
  }

 private:
  void problem(int line, std::string message, std::string remedy, bool blocking = true) {
    plan_.problems.push_back(
        {at_line(policy_, line), std::move(message), std::move(remedy), blocking});
  }

  /// Whether the column is to be sealed.
  bool check_column(const TablePolicy& table,
                    const ColumnPolicy& column,
                    const ColumnState& there,
                    const TableState& state) {
    const std::string name = table.schema + '.' + table.name + '.' + column.name;
    const SealedState* sealed = sealed_of(sealed_, table, column.name);
    const policy::TypeOid type = sealed == nullptr ? there.base_type : sealed->base_type;
    if (column.mask.kind != policy::MaskKind::None && !policy::applies_to(column.mask.kind, type)) {
      problem(column.line,
              name + ": mask \"" + policy::name(column.mask.kind) + "\" has no meaning for type " +
                  (sealed == nullptr ? there.type_sql : sealed->logical_type),
              "use mask = \"null\" or one that fits the type");
    }
    if ((sealed != nullptr) != there.is_sealed) {
      problem(column.line, name + " and pgveil.sealed_column disagree on whether it is sealed",
              "restore schema pgveil together with the table");
      return false;
    }
    if (sealed != nullptr) {
      check_sealed(column, *sealed, name, state);
      return false;
    }
    if (column.seal) {
      check_field(column, there, name);
    }
    return column.seal;
  }

  void check_sealed(const ColumnPolicy& column,
                    const SealedState& sealed,
                    const std::string& name,
                    const TableState& state) {
    const char* remedy = "change the policy back, or run pgveil revert and pgveil apply";
    if (!column.seal) {
      problem(column.line, name + " is sealed, but the policy says it is not", remedy, false);
    } else if (column.field != sealed.field_name) {
      problem(column.line, name + " is sealed under field " + sealed.field_name, remedy, false);
    } else if (column.search != sealed.terms) {
      problem(column.line, name + " carries other search terms: " + print(sealed.terms), remedy,
              false);
    } else if (column.pad != sealed.pad) {
      problem(column.line, name + " is padded to " + std::to_string(sealed.pad), remedy, false);
    }
    check_indexes(sealed, name, state);
  }

  void check_indexes(const SealedState& sealed, const std::string& name, const TableState& state) {
    const auto indexed = [&](std::string_view function) {
      return std::ranges::any_of(state.indexes, [&](const IndexState& index) {
        return index.columns.contains(sealed.attnum) &&
               index.definition.find(function) != std::string::npos;
      });
    };
    if (sealed.terms.text && !indexed("pgveil.text_terms(")) {
      plan_.notes.push_back(name + ": no index over text terms, so searches read the table");
    }
    if ((!sealed.terms.range.empty() && !indexed("pgveil.bucket(")) ||
        (!sealed.terms.order.empty() && !indexed("pgveil.order_term("))) {
      plan_.notes.push_back(name +
                            ": no index over range or order terms, so searches read the table");
    }
    if ((sealed.terms.equality && !indexed("pgveil.equality(")) ||
        (sealed.terms.folded && !indexed("pgveil.equality_folded("))) {
      unindexed_.push_back(name);
    }
  }

  /// Columns of one field are compared by their terms, so equal values must be equal bytes.
  void check_field(const ColumnPolicy& column, const ColumnState& there, const std::string& name) {
    const auto [first, fresh] = fields_.try_emplace(column.field, there.base_type, name);
    const policy::TypeOid type = first->second.first;
    const bool both_text =
        protocol::value::is_text(type) && protocol::value::is_text(there.base_type);
    if (!fresh && type != there.base_type && !both_text) {
      problem(column.line,
              name + " shares field " + column.field + " with " + first->second.second +
                  ", which has another type",
              "give it a field of its own");
    }
  }

  void check_left_over(const TablePolicy& table, const TableState& state) {
    for (const SealedState& sealed : sealed_) {
      if (sealed.schema == table.schema && sealed.table == table.name &&
          table.column(sealed.column) == nullptr && state.column(sealed.column) != nullptr) {
        problem(
            table.line,
            state.text_name() + '.' + sealed.column + " is sealed, but the policy does not name it",
            "name it in the policy, or run pgveil revert", false);
      }
    }
  }

  const Policy& policy_;
  std::vector<SealedState> sealed_;
  SealedAttributes attributes_;
  std::map<std::string, std::pair<policy::TypeOid, std::string>> fields_;
  std::vector<std::string> unindexed_;
  DatabasePlan plan_;
};

}  // namespace

bool DatabasePlan::blocked() const {
  return std::ranges::any_of(problems, &Problem::blocking) ||
         std::ranges::any_of(tables, [](const PlannedTable& t) { return t.plan.blocked(); });
}

bool DatabasePlan::has_problems() const {
  return !problems.empty() || std::ranges::any_of(tables, [](const PlannedTable& t) {
    return !t.plan.problems.empty();
  });
}

Result<DatabasePlan> make_plan(keys::PgConnection& connection,
                               const policy::Policy& policy,
                               const std::set<std::string>& only) {
  auto sealed = read_sealed(connection);
  auto attributes = read_sealed_attributes(connection);
  if (!sealed || !attributes) {
    return sealed ? attributes.error() : sealed.error();
  }
  Planner planner(policy, std::move(*sealed), std::move(*attributes));
  for (const TablePolicy& table : policy.tables) {
    if (!only.empty() && !only.contains(table.schema + '.' + table.name)) {
      continue;
    }
    auto state = read_table(connection, table.schema, table.name);
    if (!state) {
      return state.error();
    }
    planner.add_table(table, std::move(*state));
  }
  return planner.finish();
}

void print(const Problem& problem, std::ostream& out) {
  out << (problem.blocking ? "error: " : "warning: ") << problem.where << ": " << problem.message;
  if (!problem.remedy.empty()) {
    out << " (" << problem.remedy << ')';
  }
  out << '\n';
}

void print(const DatabasePlan& plan, std::ostream& out) {
  for (const PlannedTable& table : plan.tables) {
    out << table.plan.table.text_name() << " (about " << table.plan.table.rows << " rows, "
        << table.plan.table.bytes / 1024 << " kB)\n";
    for (const std::string& line : table.plan.lines) {
      out << "  " << line << '\n';
    }
    for (const Problem& problem : table.plan.problems) {
      out << "  ";
      print(problem, out);
    }
  }
  for (const Problem& problem : plan.problems) {
    print(problem, out);
  }
  for (const std::string& note : plan.notes) {
    out << "note: " << note << '\n';
  }
}

void print_json(const DatabasePlan& plan, std::ostream& out) {
  const auto problems = [&](const std::vector<Problem>& list) {
    out << '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      out << (i == 0 ? "" : ",") << "{\"where\":" << json_text(list[i].where)
          << ",\"message\":" << json_text(list[i].message)
          << ",\"remedy\":" << json_text(list[i].remedy)
          << ",\"blocking\":" << (list[i].blocking ? "true" : "false") << '}';
    }
    out << ']';
  };
  out << "{\"tables\":[";
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const TablePlan& table = plan.tables[i].plan;
    out << (i == 0 ? "" : ",") << "{\"table\":" << json_text(table.table.text_name())
        << ",\"rows\":" << table.table.rows << ",\"bytes\":" << table.table.bytes << ",\"steps\":";
    print_json(table.lines, out);
    out << ",\"problems\":";
    problems(table.problems);
    out << '}';
  }
  out << "],\"problems\":";
  problems(plan.problems);
  out << ",\"notes\":";
  print_json(plan.notes, out);
  out << "}\n";
}

}  // namespace pgveil::proxy::apply
