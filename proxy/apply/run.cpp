#include "proxy/apply/run.hpp"

#include "proxy/apply/database_plan.hpp"
#include "proxy/apply/json.hpp"
#include "proxy/apply/leaks.hpp"
#include "proxy/apply/table_change.hpp"

#include <iomanip>
#include <ostream>

namespace pgveil::proxy::apply {
namespace {

int failed(std::ostream& out, const std::string& message) {
  out << "error: " << message << '\n';
  return kExitFailed;
}

Result<DatabasePlan> plan_of(const RunOptions& options, const policy::Policy& policy) {
  auto connection = keys::PgConnection::open(options.conninfo);
  if (!connection) {
    return from_keys(connection.error());
  }
  return make_plan(*connection, policy, options.tables);
}

ProgressReport report_to(const RunOptions& options, std::ostream& out) {
  if (!options.progress) {
    return {};
  }
  return [&out](const Progress& progress) {
    out << '\r' << progress.table << ": " << progress.step << ' ' << progress.rows << " of "
        << progress.of << " rows   " << std::flush;
  };
}

void print_outcome(const RunOptions& options,
                   const std::string& table,
                   const char* what,
                   const TableOutcome& outcome,
                   std::ostream& out) {
  const double rate =
      outcome.seconds > 0 ? static_cast<double>(outcome.values) / outcome.seconds : 0;
  if (options.json) {
    out << "{\"table\":" << json_text(table) << ",\"done\":" << json_text(what)
        << ",\"rows\":" << outcome.rows << ",\"values\":" << outcome.values
        << ",\"seconds\":" << outcome.seconds << ",\"notes\":";
    print_json(outcome.notes, out);
    out << "}\n";
    return;
  }
  out << (options.progress ? "\r" : "") << table << ": " << what << ", " << outcome.rows
      << " rows, " << outcome.values << " values in " << std::fixed << std::setprecision(1)
      << outcome.seconds << " s (" << std::setprecision(0) << rate << "/s)\n";
  for (const std::string& note : outcome.notes) {
    out << "  note: " << note << '\n';
  }
}

Result<TableChanger> open_changer(const RunOptions& options,
                                  const keys::KeyEncryptionKey& kek,
                                  std::ostream& out) {
  return TableChanger::open(options.conninfo, kek, report_to(options, out));
}

void forget_plaintext(const RunOptions& options, TableChanger& changer, std::ostream& out) {
  const auto purged = changer.purge_statistics();
  if (!purged && !options.json) {
    out << "warning: old column statistics may still hold plaintext (" << purged.error().message
        << "); let the database's owner run VACUUM FULL pg_catalog.pg_statistic\n";
  }
  if (!options.json) {
    out << "Plaintext is still in WAL, replicas and backups made before now.\n";
  }
}

}  // namespace

int run_plan(const RunOptions& options, const policy::Policy& policy, std::ostream& out) {
  const auto plan = plan_of(options, policy);
  if (!plan) {
    return failed(out, plan.error().message);
  }
  if (options.json) {
    print_json(*plan, out);
  } else {
    print(*plan, out);
    if ((*plan).tables.empty() && !(*plan).has_problems()) {
      out << "Nothing to do: the database is as the policy says.\n";
    }
  }
  if ((*plan).blocked()) {
    return kExitFailed;
  }
  return (*plan).tables.empty() && !(*plan).has_problems() ? kExitDone : kExitPending;
}

int run_apply(const RunOptions& options, const policy::Policy& policy, std::ostream& out) {
  auto kek = keys::read_key_file(options.key_file);
  if (!kek) {
    return failed(out, kek.error().message);
  }
  auto plan = plan_of(options, policy);
  if (!plan) {
    return failed(out, plan.error().message);
  }
  if ((*plan).blocked()) {
    print(*plan, out);
    return failed(out, "nothing was changed");
  }
  auto changer = open_changer(options, *kek, out);
  if (!changer) {
    return failed(out, changer.error().message);
  }
  if (auto schema = (*changer).ensure_schema(); !schema) {
    return failed(out, "schema pgveil: " + schema.error().message);
  }
  for (const Problem& problem : (*plan).problems) {
    print(problem, out);
  }
  for (const PlannedTable& table : (*plan).tables) {
    const TableState& state = table.plan.table;
    const auto outcome = (*changer).seal(state.schema, state.name, table.wanted);
    if (!outcome) {
      return failed(out, state.text_name() + ": " + outcome.error().message);
    }
    print_outcome(options, state.text_name(), "sealed", *outcome, out);
  }
  if (!(*plan).tables.empty()) {
    forget_plaintext(options, *changer, out);
  } else if (!options.json) {
    out << "Nothing to do: the database is as the policy says.\n";
  }
  return kExitDone;
}

int run_revert(const RunOptions& options, std::ostream& out) {
  auto kek = keys::read_key_file(options.key_file);
  if (!kek) {
    return failed(out, kek.error().message);
  }
  auto changer = open_changer(options, *kek, out);
  if (!changer) {
    return failed(out, changer.error().message);
  }
  const auto sealed = read_sealed((*changer).connection());
  if (!sealed) {
    return failed(out, sealed.error().message);
  }
  std::set<std::pair<std::string, std::string>> tables;
  bool some_left = false;
  for (const SealedState& column : *sealed) {
    if (options.tables.empty() || options.tables.contains(column.schema + '.' + column.table)) {
      tables.emplace(column.schema, column.table);
    } else {
      some_left = true;
    }
  }
  for (const auto& [schema, table] : tables) {
    const auto outcome = (*changer).unseal(schema, table);
    if (!outcome) {
      return failed(out, schema + '.' + table + ": " + outcome.error().message);
    }
    print_outcome(options, schema + '.' + table, "opened", *outcome, out);
  }
  if (options.drop_schema && !some_left) {
    const auto dropped = (*changer).connection().query("DROP SCHEMA IF EXISTS pgveil CASCADE");
    if (!dropped) {
      return failed(out, dropped.error().message);
    }
  }
  if (tables.empty() && !options.json) {
    out << "Nothing to do: no column is sealed.\n";
  }
  return kExitDone;
}

int run_check(const RunOptions& options,
              const policy::Policy& policy,
              const std::vector<std::string>& others,
              std::ostream& out) {
  const auto plan = plan_of(options, policy);
  if (!plan) {
    return failed(out, plan.error().message);
  }
  const std::vector<Leak> leaks = leaks_of(policy);
  if (options.json) {
    out << "{\"leaks\":";
    print_json(leaks, out);
    out << ",\"others\":";
    print_json(others, out);
    out << ",\"plan\":";
    print_json(*plan, out);
    out << "}\n";
  } else {
    print(leaks, out);
    print(*plan, out);
    for (const std::string& other : others) {
      out << "warning: " << other << '\n';
    }
    if ((*plan).tables.empty() && !(*plan).has_problems() && others.empty()) {
      out << "The database is as the policy says.\n";
    }
  }
  const bool clean = (*plan).tables.empty() && !(*plan).has_problems() && others.empty();
  return clean ? kExitDone : kExitPending;
}

}  // namespace pgveil::proxy::apply
