#include "proxy/apply/table_change.hpp"

#include "proxy/apply/cell_content.hpp"
#include "proxy/apply/sql.hpp"
#include "proxy/apply/value_pump.hpp"
#include "proxy/keys/key_store.hpp"
#include "proxy/keys/sealed_sql.hpp"

#include <chrono>

namespace pgveil::proxy::apply {
namespace {

using keys::PgParameter;
using keys::quote_name;
using keys::quote_text;

constexpr const char* kTemporary = "pg_temp.pgveil_new_values";

std::string value_column(std::size_t i) { return "v" + std::to_string(i); }

Error value_error(const crypto::Error& error) {
  return {Errc::Value, std::string(error.step) + " (" + crypto::name(error.code) + ")", ""};
}

crypto::FieldId crypto_field(policy::FieldId field) {
  return static_cast<crypto::FieldId>(static_cast<std::uint32_t>(field));
}

const char* storage_word(char storage) {
  switch (storage) {
    case 'p':
      return "PLAIN";
    case 'e':
      return "EXTERNAL";
    case 'm':
      return "MAIN";
    default:
      return "EXTENDED";
  }
}

/// What cannot be opened is no SQL either: then nothing is changed.
std::string opened_sql(const crypto::Keyring& keys, const std::string& stored) {
  return keys::open_sql(keys, stored).value_or(stored);
}

}  // namespace

/// A column on its way to another type.
struct TableChanger::NewColumn {
  std::string name;
  std::string type_sql;  // what it becomes
  std::string temporary_type_sql;
  std::string collate;  // " COLLATE …" or empty
  Transform transform;
  std::vector<std::string> after;  // ALTER TABLE actions once it has its type
};

Result<TableChanger> TableChanger::open(const std::string& conninfo,
                                        const keys::KeyEncryptionKey& kek,
                                        ProgressReport report) {
  auto writer = keys::PgConnection::open(conninfo);
  if (!writer) {
    return from_keys(writer.error());
  }
  auto reader = keys::PgConnection::open(conninfo);
  if (!reader) {
    return from_keys(reader.error());
  }
  return TableChanger(std::move(*writer), std::move(*reader), kek, std::move(report));
}

void TableChanger::tell(const std::string& table,
                        const char* step,
                        std::uint64_t rows,
                        std::uint64_t of) const {
  if (report_) {
    report_({table, step, rows, of});
  }
}

Result<void> TableChanger::run(const std::string& sql) {
  auto done = writer_.query(sql);
  return done ? Result<void>() : Result<void>(from_keys(done.error()));
}

Result<void> TableChanger::run_all(const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) {
    if (auto done = run(statement); !done) {
      return done.error();
    }
  }
  return {};
}

Result<void> TableChanger::ensure_schema() {
  const auto version = keys::schema_version(writer_);
  if (!version) {
    return from_keys(version.error());
  }
  // A schema of somebody else makes CREATE SCHEMA fail: that is the answer.
  if (*version == 0) {
    return run(std::string("BEGIN; ") + sql::kSchema + sql::kSchema2 + "; COMMIT");
  }
  if (*version == 1) {
    return run(std::string("BEGIN; ") + sql::kSchema2 + "; COMMIT");
  }
  auto there = keys::check_schema(writer_);
  return there ? Result<void>() : Result<void>(from_keys(there.error()));
}

Result<TableState> TableChanger::begin(const std::string& schema, const std::string& table) {
  if (auto done =
          run("BEGIN; SET LOCAL lock_timeout = '60s'; SET LOCAL maintenance_work_mem = '256MB';"
              "SELECT pg_catalog.pg_advisory_xact_lock(5710443261)");
      !done) {
    return done.error();
  }
  // Readers may go on until ALTER TABLE; nobody may write, so rows keep their ctid.
  if (auto done =
          run("LOCK TABLE ONLY " + quote_name(schema, table) + " IN SHARE ROW EXCLUSIVE MODE");
      !done) {
    return done.error();
  }
  auto state = read_table(writer_, schema, table);
  if (!state) {
    return state.error();
  }
  if (!*state) {
    return Error{Errc::Blocked, "there is no table " + schema + '.' + table, ""};
  }
  return std::move(**state);
}

Result<TableOutcome> TableChanger::rewrite(const TablePlan& plan,
                                           const std::vector<NewColumn>& columns,
                                           const std::string& step) {
  const auto started = std::chrono::steady_clock::now();
  const std::string table = plan.table.sql_name();
  std::string create = std::string("CREATE TEMP TABLE pgveil_new_values (row_id tid NOT NULL");
  std::vector<PumpColumn> pumped;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    create += ", " + value_column(i) + ' ' + columns[i].temporary_type_sql;
    pumped.push_back({quote_name(columns[i].name), plan.table.text_name() + '.' + columns[i].name,
                      columns[i].transform});
  }
  if (auto done = run(create + ") ON COMMIT DROP"); !done) {
    return done.error();
  }
  const auto result =
      pump_values(reader_, writer_, table, kTemporary, pumped, [&](std::uint64_t rows) {
        tell(plan.table.text_name(), step.c_str(), rows, std::max(rows, plan.table.rows));
      });
  if (!result) {
    return result.error();
  }
  tell(plan.table.text_name(), "rewriting", (*result).rows, (*result).rows);
  std::vector<std::string> statements{
      std::string("CREATE UNIQUE INDEX pgveil_new_values_row ON ") + kTemporary + " (row_id)",
      std::string("ANALYZE ") + kTemporary + " (row_id)", "SET LOCAL enable_seqscan = off"};
  std::string alter = "ALTER TABLE ONLY " + table;
  std::string counts = "SELECT count(*)";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string function = "pg_temp.pgveil_new_" + value_column(i);
    statements.push_back("CREATE FUNCTION " + function + "(tid) RETURNS " +
                         columns[i].temporary_type_sql + " LANGUAGE sql STABLE AS " +
                         quote_text("SELECT " + value_column(i) + " FROM " + kTemporary +
                                    " WHERE row_id OPERATOR(pg_catalog.=) $1"));
    const std::string column = quote_name(columns[i].name);
    alter += (i == 0 ? " " : ", ") + std::string("ALTER COLUMN ") + column + " TYPE " +
             columns[i].type_sql + columns[i].collate + " USING " + function +
             "(ctid)::" + columns[i].type_sql;
    counts += ", count(" + column + ")";
  }
  for (const NewColumn& column : columns) {
    for (const std::string& action : column.after) {
      alter += ", ALTER COLUMN " + quote_name(column.name) + ' ' + action;
    }
  }
  statements.insert(statements.end(), plan.before.begin(), plan.before.end());
  // A default of the old type is in the way until it is dropped, a new one until the type is there:
  // `before` holds the first, `after` of the columns the second.
  statements.push_back(alter);
  statements.push_back("SET LOCAL enable_seqscan = on");
  if (auto done = run_all(statements); !done) {
    return done.error();
  }
  // Every row must have found its value.
  const auto counted = writer_.query(counts + " FROM ONLY " + table);
  if (!counted) {
    return from_keys(counted.error());
  }
  TableOutcome outcome;
  outcome.rows = (*result).rows;
  bool same = static_cast<std::uint64_t>((*counted).number(0, 0)) == (*result).rows;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    same = same && static_cast<std::uint64_t>((*counted).number(0, i + 1)) == (*result).values[i];
    outcome.values += (*result).values[i];
  }
  if (!same) {
    return Error{Errc::Mismatch,
                 plan.table.text_name() + ": not every value arrived; nothing changed", ""};
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (auto done = run("DROP FUNCTION pg_temp.pgveil_new_" + value_column(i) + "(tid)"); !done) {
      return done.error();
    }
  }
  tell(plan.table.text_name(), "indexes", (*result).rows, (*result).rows);
  if (auto done = run_all(plan.after); !done) {
    return done.error();
  }
  outcome.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return outcome;
}

Result<void> TableChanger::record_sealed(const TablePlan& plan,
                                         const std::vector<crypto::FieldId>& fields) {
  const auto word = [](bool value) { return PgParameter(value ? "t" : "f"); };
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const ColumnChange& change = plan.columns[i];
    const ColumnState& column = *plan.table.column(change.attnum);
    const auto done = writer_.query(
        sql::kInsertSealed,
        {plan.table.schema, plan.table.name, column.name, std::to_string(column.attnum),
         std::to_string(static_cast<std::uint32_t>(fields[i])), column.type_sql,
         std::to_string(column.base_type), std::to_string(column.typmod), word(column.not_null),
         column.default_sql, word(change.terms.equality), word(change.terms.folded),
         word(change.terms.text), std::to_string(change.pad), column.collation_sql, column.storage,
         column.compression, change.terms.range, change.terms.order});
    if (!done) {
      return from_keys(done.error());
    }
  }
  for (const LogicalObject& object : plan.logical) {
    const auto done =
        writer_.query(sql::kInsertLogical,
                      {object.kind, object.schema, object.table, object.name, object.definition,
                       object.owner, word(object.server_index), object.restore_sql});
    if (!done) {
      return from_keys(done.error());
    }
  }
  return {};
}

Result<TableOutcome> TableChanger::seal_in_transaction(const std::string& schema,
                                                       const std::string& table,
                                                       const std::vector<WantedColumn>& wanted) {
  auto state = begin(schema, table);
  if (!state) {
    return state.error();
  }
  std::vector<ColumnChange> changes;
  for (const WantedColumn& column : wanted) {
    const ColumnState* there = (*state).column(column.name);
    if (there == nullptr || there->is_sealed) {
      return Error{
          Errc::Blocked,
          schema + '.' + table + '.' + column.name +
              (there == nullptr ? ": there is no such column" : ": the column is sealed already"),
          ""};
    }
    changes.push_back(column.change);
    changes.back().attnum = there->attnum;
  }
  const auto sealed = read_sealed_attributes(writer_);
  if (!sealed) {
    return sealed.error();
  }
  const TablePlan plan = plan_seal(std::move(*state), std::move(changes), *sealed);
  for (const Problem& problem : plan.problems) {
    if (problem.blocking) {
      return Error{Errc::Blocked, problem.message, ""};
    }
  }
  std::vector<crypto::FieldId> fields;
  for (const ColumnChange& change : plan.columns) {
    const auto field = keys::ensure_field(writer_, kek_, change.field);
    if (!field) {
      return from_keys(field.error());
    }
    fields.push_back(*field);
  }
  const auto keyring = keys::load_keyring(writer_, kek_);
  if (!keyring) {
    return from_keys(keyring.error());
  }
  CellRoom room;
  std::vector<NewColumn> columns;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const ColumnChange& change = plan.columns[i];
    const ColumnState& column = *plan.table.column(change.attnum);
    const crypto::CellForm form{change.terms.equality, change.terms.folded,
                                change.terms.text,     change.pad,
                                change.terms.range,    change.terms.order};
    NewColumn fresh;
    fresh.name = column.name;
    fresh.type_sql = quote_name("pgveil", column.base_name);
    fresh.temporary_type_sql = "pg_catalog.bytea";
    fresh.after = {"SET STORAGE EXTERNAL"};
    fresh.transform = [&room, keys = *keyring, field = fields[i], form, type = column.base_type](
                          crypto::ByteView plain, crypto::Bytes& out) -> std::optional<Error> {
      const auto content = cell_content(type, form, plain, room);
      if (!content) {
        return Error{Errc::Value, "the bytes are not what its type sends", ""};
      }
      if (auto done = crypto::seal_cell(*keys, field, form, *content, out); !done) {
        return value_error(done.error());
      }
      return std::nullopt;
    };
    columns.push_back(std::move(fresh));
  }
  auto outcome = rewrite(plan, columns, "sealing");
  crypto::wipe(room.form);
  crypto::wipe(room.prefix);
  if (!outcome) {
    return outcome.error();
  }
  if (auto done = record_sealed(plan, fields); !done) {
    return done.error();
  }
  keys::SealCounter counter;
  if (auto done = counter.flush(writer_, **keyring); !done) {
    return from_keys(done.error());
  }
  return outcome;
}

Result<bool> TableChanger::restore_view(const std::string& schema,
                                        const std::string& name,
                                        const std::string& sql) {
  if (auto done = run("SAVEPOINT pgveil_view"); !done) {
    return done.error();
  }
  bool keep = false;
  if (run(sql)) {
    const auto sealed = read_sealed_attributes(writer_);
    const auto view = writer_.query(sql::kFindView, {schema, name});
    if (!sealed || !view) {
      return sealed ? from_keys(view.error()) : sealed.error();
    }
    SealedAttributes others = *sealed;
    keep =
        (*view).size() == 1 && view_use((*view).text(0, 1), others).kind != ViewUse::Kind::Computes;
  }
  const auto done = run(keep ? "RELEASE SAVEPOINT pgveil_view"
                             : "ROLLBACK TO SAVEPOINT pgveil_view; RELEASE SAVEPOINT pgveil_view");
  if (!done) {
    return done.error();
  }
  return keep;
}

Result<void> TableChanger::restore_logical(const TableState& table, TableOutcome& outcome) {
  const auto rows = writer_.query(sql::kReadLogical, {table.schema, table.name});
  if (!rows) {
    return from_keys(rows.error());
  }
  const auto keyring = keys::load_keyring(writer_, kek_);
  if (!keyring) {
    return from_keys(keyring.error());
  }
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    const std::string schema = (*rows).text(i, 2);
    const std::string name = (*rows).text(i, 4);
    if ((*rows).text(i, 1) == "view") {
      // Only if nothing beneath it is sealed any more.
      const auto kept = restore_view(schema, name, opened_sql(**keyring, (*rows).text(i, 6)));
      if (!kept) {
        return kept.error();
      }
      if (!*kept) {
        outcome.notes.push_back("view " + schema + '.' + name + " still needs sealed columns");
        continue;
      }
    } else if (auto done = run(opened_sql(**keyring, (*rows).text(i, 6))); !done) {
      return done.error();
    }
    const auto gone = writer_.query("DELETE FROM pgveil.logical_object WHERE id = $1::integer",
                                    {(*rows).text(i, 0)});
    if (!gone) {
      return from_keys(gone.error());
    }
  }
  return {};
}

Result<TableOutcome> TableChanger::unseal_in_transaction(const std::string& schema,
                                                         const std::string& table) {
  auto state = begin(schema, table);
  if (!state) {
    return state.error();
  }
  const auto all = read_sealed(writer_);
  const auto sealed = read_sealed_attributes(writer_);
  const auto keyring = keys::load_keyring(writer_, kek_);
  if (!all || !sealed) {
    return all ? sealed.error() : all.error();
  }
  if (!keyring) {
    return from_keys(keyring.error());
  }
  AttributeSet attnums;
  std::vector<NewColumn> columns;
  for (const SealedState& column : *all) {
    if (column.schema != schema || column.table != table) {
      continue;
    }
    const ColumnState* there = (*state).column(column.column);
    if (there == nullptr || !there->is_sealed) {
      return Error{Errc::Blocked,
                   schema + '.' + table + '.' + column.column +
                       ": pgveil.sealed_column names it, but it is not sealed",
                   ""};
    }
    attnums.insert(there->attnum);
    NewColumn plain;
    plain.name = column.column;
    const std::string collate = column.collation_sql ? " COLLATE " + *column.collation_sql : "";
    plain.type_sql = column.logical_type;
    plain.temporary_type_sql = column.logical_type;
    plain.after = {std::string("SET STORAGE ") +
                   storage_word(column.storage.empty() ? 'x' : column.storage[0])};
    if (column.compression == "p" || column.compression == "l") {
      plain.after.push_back(std::string("SET COMPRESSION ") +
                            (column.compression == "p" ? "pglz" : "lz4"));
    }
    if (column.default_sql) {
      plain.after.push_back("SET DEFAULT " + opened_sql(**keyring, *column.default_sql));
    }
    plain.collate = collate;
    plain.transform = [keys = *keyring, field = crypto_field(column.field)](
                          crypto::ByteView cell, crypto::Bytes& out) -> std::optional<Error> {
      if (auto done = crypto::open_cell(*keys, field, cell, out); !done) {
        return value_error(done.error());
      }
      return std::nullopt;
    };
    columns.push_back(std::move(plain));
  }
  if (columns.empty()) {
    return Error{Errc::Blocked, schema + '.' + table + ": no column is sealed", ""};
  }
  const TablePlan plan = plan_unseal(std::move(*state), attnums, *sealed);
  for (const Problem& problem : plan.problems) {
    if (problem.blocking) {
      return Error{Errc::Blocked, problem.message, ""};
    }
  }
  auto outcome = rewrite(plan, columns, "opening");
  if (!outcome) {
    return outcome.error();
  }
  const auto gone = writer_.query(
      "DELETE FROM pgveil.sealed_column WHERE \"schema\" = $1 AND \"table\" = $2", {schema, table});
  if (!gone) {
    return from_keys(gone.error());
  }
  if (auto done = restore_logical(plan.table, *outcome); !done) {
    return done.error();
  }
  return outcome;
}

Result<TableOutcome> TableChanger::finish(const std::string& schema,
                                          const std::string& table,
                                          Result<TableOutcome> outcome) {
  if (!outcome) {
    // The connections may be in the middle of a COPY: begin anew with fresh ones next time.
    static_cast<void>(run("ROLLBACK"));
    return outcome;
  }
  if (auto done = run("NOTIFY pgveil; COMMIT"); !done) {
    return done.error();
  }
  tell(schema + '.' + table, "statistics", (*outcome).rows, (*outcome).rows);
  if (auto done = run("ANALYZE " + quote_name(schema, table)); !done) {
    (*outcome).notes.push_back("ANALYZE failed: " + done.error().message);
  }
  return outcome;
}

Result<TableOutcome> TableChanger::seal(const std::string& schema,
                                        const std::string& table,
                                        const std::vector<WantedColumn>& wanted) {
  return finish(schema, table, seal_in_transaction(schema, table, wanted));
}

Result<TableOutcome> TableChanger::unseal(const std::string& schema, const std::string& table) {
  return finish(schema, table, unseal_in_transaction(schema, table));
}

Result<void> TableChanger::purge_statistics() { return run("VACUUM FULL pg_catalog.pg_statistic"); }

}  // namespace pgveil::proxy::apply
