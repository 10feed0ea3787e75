#pragma once

/// The twin: a private, empty PostgreSQL that has the logical schema of the upstream database. It
/// analyses statements, evaluates them over slices, answers questions about the schema and converts
/// values, so that pgveil never guesses what PostgreSQL means.
///
///   Twin twin(config);
///   if (auto started = twin.start(); !started) …   // blocks: initdb, dump, load
///   twin.analyse(sql, {}, state);                   // any thread, blocking
///
/// Start, supervision, reload: one thread of the twin does all of it. A schema is loaded into a new
/// cluster (a *generation*) beside the old one and then swapped in; what runs on the old one ends there.
/// If the cluster dies, another is started from the schema last seen; until then every operation gives
/// 57P03. Source: PostgreSQL, "Frontend/Backend Protocol"; pg_dump's --binary-upgrade.
/// Threads: all functions may be called from any thread. Operations block: use the worker pool.

#include "proxy/twin/cancel.hpp"
#include "proxy/twin/error.hpp"
#include "proxy/twin/operations.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy::twin {

struct TwinConfig {
  std::string upstream;  // libpq connection string of the admin login
  /// Opens SQL that schema pgveil keeps sealed; nothing: it cannot be. Absent: it stays as it is.
  std::function<std::optional<std::string>(const std::string&)> open_sql = {};
  std::string bin_dir = "/usr/lib/postgresql/15/bin";
  std::string base_dir = "/dev/shm";  // memory-backed; the twin makes pgveil-<pid>-<random> in it
  /// Load with the server's own OIDs (pg_dump --binary-upgrade). Without, or where that dump fails, names
  /// are the same and OIDs are not.
  bool same_oids = true;
  unsigned model_connections = 8;  // analysis, introspection, conversion
  unsigned work_connections = 16;  // evaluation
  unsigned shared_buffers_mb = 64;
  unsigned work_mem_mb = 16;
  std::chrono::milliseconds statement_timeout{60'000};  // 0: none
  std::chrono::milliseconds start_timeout{60'000};
  std::chrono::milliseconds lease_timeout{30'000};  // how long an operation waits for a connection
  std::uint64_t vacuum_after_rows = 20'000;         // rolled-back rows per table
};

/// What could not be mirrored: `pgveil check` lists it; statements that need it fail in the twin.
struct MirrorProblem {
  std::string object;  // "FUNCTION public.f(integer)"
  std::string reason;  // PostgreSQL's message
};

enum class Database { Model, Work };

class Generation;
struct UpstreamSchema;

class Twin {
 public:
  explicit Twin(TwinConfig config);
  ~Twin();
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  /// Blocks until the first generation answers. On an error nothing is left running.
  [[nodiscard]] Result<Done> start();
  void stop();
  [[nodiscard]] bool ready() const;

  /// Reads the upstream schema again and swaps a new generation in. Blocks; on an error the old one
  /// stays.
  [[nodiscard]] Result<Done> refresh();
  /// Called on the twin's thread after each swap, also after a restart. Replacing it waits for a call
  /// that is under way; it must not call the twin.
  void on_swap(std::function<void(std::uint64_t generation)> callback);

  /// Parses and describes; never executes.
  [[nodiscard]] Answer<Analysis> analyse(std::string_view sql,
                                         const std::vector<std::uint32_t>& parameter_types,
                                         const SessionState& state);
  /// Loads the slice, runs the statement, rolls back. Rows seen before an error are not taken back.
  [[nodiscard]] Answer<Outcome> evaluate(const std::vector<SliceRows>& slice,
                                         const Statement& statement,
                                         const SessionState& state,
                                         RowSink& sink,
                                         CancelToken& cancel,
                                         const ChangedRows* changed = nullptr);
  /// Runs a question about the schema on `model`, read only, as `state.role`.
  [[nodiscard]] Answer<Outcome> run_local(const Statement& statement,
                                          const SessionState& state,
                                          RowSink& sink,
                                          CancelToken& cancel);
  /// PostgreSQL's own input and output functions.
  [[nodiscard]] Converted convert(const std::vector<Conversion>& values, const SessionState& state);

  /// libpq connection string of the twin's superuser, for the catalog loader and tests; empty if not
  /// ready. It names the current generation only.
  [[nodiscard]] std::string admin_conninfo(Database database) const;
  [[nodiscard]] std::vector<MirrorProblem> problems() const;
  /// Counts swaps, from 1; 0 before the first.
  [[nodiscard]] std::uint64_t generation() const;
  /// Process id of the current postmaster; 0 if none.
  [[nodiscard]] int postmaster_pid() const;

  [[nodiscard]] const TwinConfig& config() const { return config_; }

 private:
  class Supervisor;

  TwinConfig config_;
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace pgveil::proxy::twin
