#pragma once

/// Carries out a TablePlan: one transaction per table. Readers go on until the new values are ready;
/// then the table is locked for as long as the server takes to write it anew.
///
/// The values are sealed here, not on the server: they travel to pgveil, are sealed, and wait in a
/// temporary table by ctid. ALTER TABLE … TYPE … USING then picks each one up, so the column keeps its
/// name, position and rights, and the old file with the plaintext goes with the commit. Earlier WAL and
/// backups still hold plaintext: they are the administrator's to recycle.
/// Errors: Server, Keys, Blocked, Mismatch, Value; the transaction is rolled back.
/// Threads: one; blocks.

#include "proxy/apply/table_plan.hpp"
#include "proxy/keys/key_encryption_key.hpp"

#include <functional>
#include <string>

namespace pgveil::proxy::apply {

struct Progress {
  std::string table;
  std::string step;  // "sealing", "rewriting", "indexes", "statistics"
  std::uint64_t rows = 0;
  std::uint64_t of = 0;  // estimate
};

using ProgressReport = std::function<void(const Progress&)>;

struct TableOutcome {
  std::uint64_t rows = 0;
  std::uint64_t values = 0;
  double seconds = 0;
  std::vector<std::string> notes;
};

class TableChanger {
 public:
  /// `conninfo` of a login that owns the tables. Two connections are opened: one changes, one reads.
  [[nodiscard]] static Result<TableChanger> open(const std::string& conninfo,
                                                 const keys::KeyEncryptionKey& kek,
                                                 ProgressReport report);

  [[nodiscard]] keys::PgConnection& connection() { return writer_; }

  /// Creates schema pgveil if it is not there.
  [[nodiscard]] Result<void> ensure_schema();

  /// Seals. `columns` by name, as plan_seal's but found again under the lock: the plan is made anew.
  struct WantedColumn {
    std::string name;
    ColumnChange change;  // attnum is filled in
  };

  [[nodiscard]] Result<TableOutcome> seal(const std::string& schema,
                                          const std::string& table,
                                          const std::vector<WantedColumn>& wanted);
  /// Gives all sealed columns of the table their logical types and plain values again.
  [[nodiscard]] Result<TableOutcome> unseal(const std::string& schema, const std::string& table);

  /// Old column statistics held values: writes pg_statistic anew. Errors: Server if the login may not.
  [[nodiscard]] Result<void> purge_statistics();

 private:
  TableChanger(keys::PgConnection writer,
               keys::PgConnection reader,
               const keys::KeyEncryptionKey& kek,
               ProgressReport report)
      : writer_(std::move(writer)),
        reader_(std::move(reader)),
        kek_(kek),
        report_(std::move(report)) {}

  struct NewColumn;

  [[nodiscard]] Result<void> run(const std::string& sql);
  [[nodiscard]] Result<void> run_all(const std::vector<std::string>& statements);
  [[nodiscard]] Result<TableState> begin(const std::string& schema, const std::string& table);
  [[nodiscard]] Result<TableOutcome> rewrite(const TablePlan& plan,
                                             const std::vector<NewColumn>& columns,
                                             const std::string& step);
  [[nodiscard]] Result<TableOutcome> seal_in_transaction(const std::string& schema,
                                                         const std::string& table,
                                                         const std::vector<WantedColumn>& wanted);
  [[nodiscard]] Result<TableOutcome> unseal_in_transaction(const std::string& schema,
                                                           const std::string& table);
  [[nodiscard]] Result<void> record_sealed(const TablePlan& plan,
                                           const std::vector<crypto::FieldId>& fields);
  [[nodiscard]] Result<void> restore_logical(const TableState& table, TableOutcome& outcome);
  [[nodiscard]] Result<bool> restore_view(const std::string& schema,
                                          const std::string& name,
                                          const std::string& sql);
  [[nodiscard]] Result<TableOutcome> finish(const std::string& schema,
                                            const std::string& table,
                                            Result<TableOutcome> outcome);
  void tell(const std::string& table, const char* step, std::uint64_t rows, std::uint64_t of) const;

  keys::PgConnection writer_;
  keys::PgConnection reader_;
  const keys::KeyEncryptionKey& kek_;
  ProgressReport report_;
};

}  // namespace pgveil::proxy::apply
