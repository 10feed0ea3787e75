#pragma once

/// One cluster with one version of the schema. Made beside the old one, used until nobody holds it.
/// `build` must run on a thread that lives as long as the generation (see process.hpp).
/// Threads: after `build`, all functions from any thread.

#include "proxy/twin/mirror.hpp"
#include "proxy/twin/pool.hpp"
#include "proxy/twin/process.hpp"

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace pgveil::proxy::twin {

/// initdb into `data`. Errors: Program.
[[nodiscard]] Result<Done> make_pristine(const TwinConfig& config,
                                         const std::filesystem::path& data);

inline constexpr const char* kTargetSchema = "pgveil_target";

class Generation {
 public:
  /// Copies the pristine cluster, loads the schema, and starts it for use.
  [[nodiscard]] static Result<std::shared_ptr<Generation>> build(
      const TwinConfig& config,
      const UpstreamSchema& schema,
      const std::filesystem::path& pristine,
      const std::filesystem::path& directory,
      std::uint64_t number);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation();

  [[nodiscard]] ConnectionPool& pool(Database database) {
    return database == Database::Model ? *model_ : *work_;
  }

  [[nodiscard]] bool alive();

  [[nodiscard]] int pid();

  [[nodiscard]] std::uint64_t number() const { return number_; }

  [[nodiscard]] const std::vector<MirrorProblem>& problems() const { return problems_; }

  /// Settings that the twin refuses, such as a locale that is not installed: they are on the list of
  /// problems, and statements run without them.
  [[nodiscard]] bool unusable(std::string_view setting) const;
  [[nodiscard]] std::string admin_conninfo(Database database) const;

  /// The type's qualified name, without any modifier; asked of `connection` once per type. Empty for
  /// an unknown OID.
  [[nodiscard]] Result<std::string> type_name(std::uint32_t type, TwinConnection& connection);
  /// The table in schema kTargetSchema of `work` that takes the rows of a relation which a statement
  /// changes: a child of the relation, so that the statement sees them there, with the column
  /// `pgveil_ctid` to know them by. Made when it is first asked for.
  [[nodiscard]] Result<std::string> target_of(const std::string& schema,
                                              const std::string& name,
                                              const std::string& kept_as);
  /// Rows that were loaded into a table of `work` and rolled back; a vacuum follows after many.
  void add_rolled_back(const SliceRows& rows);
  /// Nothing starts on it any more: closes idle connections.
  void retire();

 private:
  Generation(const TwinConfig& config, std::filesystem::path directory, std::uint64_t number)
      : config_(config), directory_(std::move(directory)), number_(number) {}

  [[nodiscard]] Result<Done> start_postgres(bool binary_upgrade);
  [[nodiscard]] Result<ControlConnection> connect(const std::string& database,
                                                  const char* role = kAdminRole) const;
  void open_pools();
  void vacuum_loop();

  TwinConfig config_;
  std::filesystem::path directory_;
  std::uint64_t number_ = 0;
  std::size_t objects_ = 0;  // of the schema
  std::string database_;
  std::vector<MirrorProblem> problems_;
  std::mutex process_mutex_;
  Postmaster postmaster_;
  std::unique_ptr<ConnectionPool> model_;
  std::unique_ptr<ConnectionPool> work_;

  std::mutex targets_mutex_;
  std::map<std::string, std::string> targets_;  // by quoted table name

  std::mutex mutex_;
  std::map<std::uint32_t, std::string> type_names_;
  std::map<std::string, std::uint64_t> rolled_back_;  // by quoted table name
  std::vector<std::string> to_vacuum_;
  std::condition_variable vacuum_wanted_;
  bool stopping_ = false;
  std::thread vacuum_thread_;
};

}  // namespace pgveil::proxy::twin
