#include "proxy/twin/generation.hpp"

#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace pgveil::proxy::twin {
namespace fs = std::filesystem;

namespace {

constexpr const char* kPort = "5432";  // only a part of the socket's name

/// `objects`: of the schema. One statement prepares all tables of `work`, so one transaction locks them all
/// with what belongs to them; the server keeps max_locks_per_transaction times its connections.
std::vector<std::string> postgres_arguments(const TwinConfig& config,
                                            const fs::path& directory,
                                            bool binary_upgrade,
                                            std::size_t objects) {
  const unsigned connections = config.model_connections + config.work_connections + 8;
  constexpr std::size_t kLocksPerObject = 16;
  const std::size_t locks = std::max<std::size_t>(64, objects * kLocksPerObject / connections);
  std::vector<std::string> arguments{config.bin_dir + "/postgres", "-D", directory.string(), "-p",
                                     kPort};
  if (binary_upgrade) {
    arguments.emplace_back("-b");
  }
  const std::vector<std::pair<std::string, std::string>> settings{
      {"listen_addresses", ""},
      {"unix_socket_directories", directory.string()},
      {"unix_socket_permissions", "0700"},
      {"max_connections", std::to_string(connections)},
      {"max_locks_per_transaction", std::to_string(locks)},
      {"superuser_reserved_connections", "3"},
      {"shared_buffers", std::to_string(config.shared_buffers_mb) + "MB"},
      {"work_mem", std::to_string(config.work_mem_mb) + "MB"},
      {"dynamic_shared_memory_type", "mmap"},  // in the data directory, so it goes with it
      {"huge_pages", "off"},
      // Nothing has to survive: a crashed twin is made again.
      {"fsync", "off"},
      {"synchronous_commit", "off"},
      {"full_page_writes", "off"},
      {"wal_level", "minimal"},
      {"max_wal_senders", "0"},
      {"min_wal_size", "2MB"},
      {"max_wal_size", "64MB"},
      {"checkpoint_timeout", "1h"},
      // Statements and values are personal data: they are neither logged nor shown.
      {"log_min_messages", "panic"},
      {"log_min_error_statement", "panic"},
      {"log_statement", "none"},
      {"log_min_duration_statement", "-1"},
      {"log_checkpoints", "off"},
      {"log_autovacuum_min_duration", "-1"},
      {"logging_collector", "off"},
      {"debug_print_rewritten", "off"},
      {"track_activities", "off"},
      {"update_process_title", "off"},
      {"autovacuum_naptime", "1s"},
      {"autovacuum_max_workers", "1"},
      {"autovacuum_vacuum_insert_threshold", "-1"},
      {"max_worker_processes", "0"},
      {"max_parallel_workers", "0"},
      {"max_parallel_workers_per_gather", "0"},
      {"jit", "off"},
      {"max_prepared_transactions", "0"}};
  for (const auto& [name, value] : settings) {
    arguments.emplace_back("-c");
    arguments.push_back(name + "=" + value);
  }
  return arguments;
}

std::string tail_of(const fs::path& file) {
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  return text.size() > 300 ? text.substr(text.size() - 300) : text;
}

}  // namespace

Result<Done> make_pristine(const TwinConfig& config, const fs::path& data) {
  auto made = run_program({config.bin_dir + "/initdb", "--pgdata", data.string(), "--username",
                           kBootRole, "--auth=trust", "--no-sync", "--no-instructions",
                           "--wal-segsize=1", "--encoding=UTF8", "--locale=C"},
                          {{"LC_ALL", "C"}});
  if (!made) {
    return made.error();
  }
  if ((*made).status != 0) {
    return Error{Errc::Program, "initdb", (*made).err.substr(0, 500)};
  }
  // Our own logins, no network: the mirrored roles are there for their rights only.
  std::ofstream hba(data / "pg_hba.conf", std::ios::trunc);
  for (const char* role : {kBootRole, kAdminRole, kDataRole}) {
    hba << "local all " << role << " trust\n";
  }
  return hba.good() ? Result<Done>(Done{}) : Error{Errc::Directory, "write pg_hba.conf", {}};
}

Result<std::shared_ptr<Generation>> Generation::build(const TwinConfig& config,
                                                      const UpstreamSchema& schema,
                                                      const fs::path& pristine,
                                                      const fs::path& directory,
                                                      std::uint64_t number) {
  std::error_code copied;
  fs::copy(pristine, directory, fs::copy_options::recursive, copied);
  fs::permissions(directory, fs::perms::owner_all, copied);
  const std::shared_ptr<Generation> made(new Generation(config, directory, number));
  made->objects_ = schema.dump.size();
  if (copied) {
    return Error{Errc::Directory, "copy the cluster", copied.message()};
  }
  const Connect connect = [&](const std::string& database) { return made->connect(database); };
  if (auto started = made->start_postgres(schema.binary_upgrade); !started) {
    return started.error();
  }
  if (auto loaded = load_dump(schema, connect, made->problems_); !loaded) {
    return loaded.error();
  }
  if (schema.binary_upgrade) {
    made->postmaster_.stop(true);
    if (auto started = made->start_postgres(false); !started) {
      return started.error();
    }
  }
  if (auto finished = finish_load(schema, connect, made->problems_); !finished) {
    return finished.error();
  }
  made->database_ = schema.database;
  made->open_pools();
  made->vacuum_thread_ = std::thread([raw = made.get()] { raw->vacuum_loop(); });
  return made;
}

Generation::~Generation() {
  retire();
  if (vacuum_thread_.joinable()) {
    vacuum_thread_.join();
  }
  postmaster_.stop(false);
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void Generation::retire() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  vacuum_wanted_.notify_all();
  if (model_) {
    model_->close();
    work_->close();
  }
}

Result<Done> Generation::start_postgres(bool binary_upgrade) {
  const fs::path log = directory_ / "start.log";
  if (auto started = postmaster_.start(
          postgres_arguments(config_, directory_, binary_upgrade, objects_), log.string());
      !started) {
    return started.error();
  }
  const auto end = std::chrono::steady_clock::now() + config_.start_timeout;
  while (std::chrono::steady_clock::now() < end) {
    if (connect("template1")) {
      return Done{};
    }
    if (auto first = connect("template1", kBootRole)) {
      const std::string oid =
          binary_upgrade ? "SELECT pg_catalog.binary_upgrade_set_next_pg_authid_oid('15999'); "
                         : "";
      auto made = (*first).query(oid + "CREATE ROLE " + kAdminRole + " SUPERUSER LOGIN");
      if (!made) {
        return made.error();
      }
      continue;
    }
    if (!postmaster_.alive()) {
      return Error{Errc::Program, "start postgres", tail_of(log)};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return Error{Errc::StartTimeout, "start postgres", {}};
}

Result<ControlConnection> Generation::connect(const std::string& database, const char* role) const {
  return ControlConnection::open(
      make_conninfo({{"host", directory_.string()},
                     {"port", kPort},
                     {"user", role},
                     {"dbname", database},
                     {"sslmode", "disable"},
                     {"gssencmode", "disable"},
                     {"options", "-c lc_messages=C -c allow_system_table_mods=on"}}));
}

std::string Generation::admin_conninfo(Database database) const {
  return make_conninfo({{"host", directory_.string()},
                        {"port", kPort},
                        {"user", kAdminRole},
                        {"dbname", database == Database::Model ? database_ : kWorkDatabase}});
}

void Generation::open_pools() {
  const std::string socket = (directory_ / (std::string(".s.PGSQL.") + kPort)).string();
  const std::string timeout = std::to_string(config_.statement_timeout.count());
  model_ =
      std::make_unique<ConnectionPool>(ConnectionPool::Settings{socket,
                                                                database_,
                                                                config_.model_connections,
                                                                config_.lease_timeout,
                                                                {{"statement_timeout", timeout},
                                                                 {"client_min_messages", "log"},
                                                                 {"debug_print_rewritten", "on"},
                                                                 {"debug_pretty_print", "off"}}});
  // Slices have no indexes and no statistics: a nested loop is never the better join for many rows.
  work_ = std::make_unique<ConnectionPool>(
      ConnectionPool::Settings{socket,
                               kWorkDatabase,
                               config_.work_connections,
                               config_.lease_timeout,
                               {{"statement_timeout", timeout}, {"enable_nestloop", "off"}}});
}

bool Generation::alive() {
  const std::lock_guard lock(process_mutex_);
  return postmaster_.alive();
}

bool Generation::unusable(std::string_view setting) const {
  return std::ranges::any_of(problems_, [&](const MirrorProblem& problem) {
    return problem.object.starts_with("SETTING ") && problem.object.substr(8) == setting;
  });
}

int Generation::pid() {
  const std::lock_guard lock(process_mutex_);
  return static_cast<int>(postmaster_.pid());
}

Result<std::string> Generation::type_name(std::uint32_t type, TwinConnection& connection) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = type_names_.find(type); known != type_names_.end()) {
      return known->second;
    }
  }
  protocol::Bytes bytes;
  const std::string sql =
      "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname)"
      " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
      " WHERE t.oid = " +
      std::to_string(type);
  protocol::encode_query(bytes, {sql});
  if (auto sent = connection.send(bytes); !sent) {
    return sent.error();
  }
  std::string name;
  std::vector<protocol::Cell> cells;
  while (true) {
    auto message = connection.next();
    if (!message) {
      return message.error();
    }
    if ((*message).type == 'D' && protocol::decode_data_row((*message).body, cells) &&
        cells.size() == 1 && cells[0]) {
      name = protocol::as_text(*cells[0]);
    }
    if ((*message).type == 'Z') {
      break;
    }
  }
  const std::lock_guard lock(mutex_);
  type_names_[type] = name;
  return name;
}

Result<std::string> Generation::target_of(const std::string& schema,
                                          const std::string& name,
                                          const std::string& kept_as) {
  const std::lock_guard lock(targets_mutex_);
  const std::string table = quote_name(schema) + "." + quote_name(name);
  if (const auto known = targets_.find(table); known != targets_.end()) {
    return known->second;
  }
  const std::string child = kept_as.empty() ? "of_" + std::to_string(targets_.size() + 1) : kept_as;
  auto connection = connect(kWorkDatabase);
  if (!connection) {
    return connection.error();
  }
  const std::string full = std::string(kTargetSchema) + "." + child;
  auto made = (*connection)
                  .query("CREATE SCHEMA IF NOT EXISTS " + std::string(kTargetSchema) +
                         "; GRANT USAGE ON SCHEMA " + kTargetSchema +
                         " TO PUBLIC; CREATE UNLOGGED TABLE " + full +
                         " (pgveil_ctid pg_catalog.tid, pgveil_xmin pg_catalog.xid, pgveil_xmax "
                         "pg_catalog.xid, "
                         "pgveil_cmin pg_catalog.cid, pgveil_cmax pg_catalog.cid) INHERITS (" +
                         table + ") WITH (autovacuum_enabled = off); GRANT SELECT, INSERT ON " +
                         full + " TO PUBLIC");
  if (!made) {
    return made.error();
  }
  targets_[table] = child;
  return child;
}

void Generation::add_rolled_back(const SliceRows& rows) {
  const std::lock_guard lock(mutex_);
  const std::string table = quote_name(rows.schema) + "." + quote_name(rows.name);
  std::uint64_t& count = rolled_back_[table];
  count += rows.rows;
  if (count >= config_.vacuum_after_rows) {
    count = 0;
    to_vacuum_.push_back(table);
    vacuum_wanted_.notify_one();
  }
}

void Generation::vacuum_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    vacuum_wanted_.wait(lock, [&] { return stopping_ || !to_vacuum_.empty(); });
    if (stopping_) {
      return;
    }
    const std::vector<std::string> tables = std::exchange(to_vacuum_, {});
    lock.unlock();
    if (auto connection = connect(kWorkDatabase)) {
      for (const std::string& table : tables) {
        (void)(*connection).query("VACUUM (INDEX_CLEANUP off) " + table);
      }
    }
    lock.lock();
  }
}

}  // namespace pgveil::proxy::twin
