#include "proxy/cli/control_plane.hpp"

#include "proxy/apply/schema_changes.hpp"
#include "proxy/cli/sql.hpp"
#include "proxy/keys/key_store.hpp"
#include "proxy/keys/pg.hpp"
#include "proxy/keys/sealed_sql.hpp"

namespace pgveil::proxy::cli {
twin::TwinConfig twin_config(const Config& config) {
  twin::TwinConfig twin;
  twin.upstream = config.upstream.admin;
  twin.bin_dir = config.twin.bin_dir;
  twin.base_dir = config.twin.data_dir;
  twin.model_connections = config.twin.model_connections;
  twin.work_connections = config.twin.work_connections;
  twin.statement_timeout = config.twin.statement_timeout;
  return twin;
}

namespace {

policy::sql::SqlLimits sql_limits(const Config& config) {
  policy::sql::SqlLimits limits;
  limits.max_bytes = static_cast<std::uint32_t>(config.limits.max_statement_bytes);
  return limits;
}

}  // namespace

ControlPlane::ControlPlane(Config config, std::shared_ptr<const policy::Policy> rules, Log log)
    : config_(std::move(config)),
      log_(std::move(log)),
      twin_([this] {
        twin::TwinConfig twin = twin_config(config_);
        twin.open_sql = [this](const std::string& sql) { return open_sql(sql); };
        return twin;
      }()),
      planner_(twin_, sql_limits(config_), [this] { follow_schema(); }),
      rules_(std::move(rules)) {}

ControlPlane::~ControlPlane() { stop(); }

std::optional<std::string> ControlPlane::start() {
  auto kek = keys::read_key_file(config_.keys.file);
  if (!kek) {
    return kek.error().message;
  }
  kek_.emplace(std::move(*kek));
  schema_changes_ = make_schema_changes();
  if (auto why = load_keys()) {
    return why;
  }
  catalog::CatalogFollower::Options options;
  options.on_catalog = [this](std::shared_ptr<const policy::Catalog> catalog) {
    if (auto why = load_keys()) {
      log_("keys cannot be read again: " + *why);
    }
    publish(std::move(catalog));
    if (on_new_twin) {
      on_new_twin();
    }
  };
  follower_.emplace(twin_, std::move(options));
  if (auto followed = follower_->start(); !followed) {
    return "the twin does not start: " + twin::describe(followed.error());
  }
  if (planner_.state() == nullptr) {
    return std::string("the roles of the server cannot be read");
  }
  return std::nullopt;
}

std::shared_ptr<const apply::SchemaChanges> ControlPlane::make_schema_changes() {
  apply::SchemaChanges::Options options;
  options.twin = [this] { return twin_.admin_conninfo(twin::Database::Model); };
  options.admin = config_.upstream.admin;
  options.kek = &*kek_;
  if (prepares_changes) {
    options.on_new_keys = [this] {
      if (auto why = load_keys()) {
        log_("keys cannot be read again: " + *why);
      }
    };
  }
  return std::make_shared<const apply::SchemaChanges>(std::move(options));
}

void ControlPlane::stop() {
  if (follower_) {
    follower_->stop();
  }
  twin_.stop();
}

void ControlPlane::use_policy(std::shared_ptr<const policy::Policy> rules) {
  std::shared_ptr<const policy::Catalog> catalog;
  {
    const std::lock_guard lock(mutex_);
    rules_ = std::move(rules);
    catalog = catalog_;
  }
  publish(std::move(catalog));
}

void ControlPlane::follow_schema() {
  if (follower_) {
    if (auto followed = follower_->check_now(); !followed) {
      log_("the schema cannot be followed: " + twin::describe(followed.error()));
    }
  }
}

std::shared_ptr<const crypto::Keyring> ControlPlane::keyring() const {
  const std::lock_guard lock(mutex_);
  return keyring_;
}

// Another proxy may have made the key.
std::optional<std::string> ControlPlane::open_sql(const std::string& stored) {
  if (!keys::is_sealed_sql(stored)) {
    return stored;
  }
  const auto known = keyring();
  auto opened = known == nullptr ? std::nullopt : keys::open_sql(*known, stored);
  return opened || load_keys() ? opened : keys::open_sql(*keyring(), stored);
}

std::optional<std::string> ControlPlane::store_seal_counts() {
  const std::shared_ptr<const crypto::Keyring> keys = keyring();
  if (keys == nullptr || keys->fields().empty()) {
    return std::nullopt;
  }
  auto connection = keys::PgConnection::open(config_.upstream.admin);
  if (!connection) {
    return connection.error().message;
  }
  if (auto stored = seal_counter_.flush(*connection, *keys); !stored) {
    return stored.error().message;
  }
  return std::nullopt;
}

// A database without schema pgveil has no sealed columns and needs no keys.
std::optional<std::string> ControlPlane::load_keys() {
  auto connection = keys::PgConnection::open(config_.upstream.admin);
  if (!connection) {
    return connection.error().message;
  }
  std::shared_ptr<const crypto::Keyring> loaded;
  const auto schema = keys::check_schema(*connection);
  if (schema) {
    const std::shared_ptr<const crypto::Keyring> older = keyring();
    auto keyring = keys::load_keyring(*connection, *kek_, older.get());
    if (!keyring) {
      return keyring.error().message;
    }
    loaded = *keyring;
  } else if (schema.error().code != keys::Errc::NoSchema) {
    return schema.error().message;
  } else {
    loaded = std::make_shared<const crypto::Keyring>();
  }
  const std::lock_guard lock(mutex_);
  keyring_ = std::move(loaded);
  return std::nullopt;
}

std::optional<std::string> ControlPlane::load_memberships(PlanningState& state) {
  auto connection = keys::PgConnection::open(config_.upstream.admin);
  if (!connection) {
    return connection.error().message;
  }
  auto rows = connection->query(std::string(sql::kMemberships));
  if (!rows) {
    return rows.error().message;
  }
  for (std::size_t i = 0; i < rows->size(); ++i) {
    state.memberships[rows->text(i, 0)].push_back(rows->text(i, 1));
  }
  return std::nullopt;
}

void ControlPlane::publish(std::shared_ptr<const policy::Catalog> catalog) {
  auto state = std::make_shared<PlanningState>();
  if (auto why = load_memberships(*state)) {
    log_("the roles of the server cannot be read: " + *why);
    return;  // the old state stays, and plans of a new twin are refused
  }
  const std::lock_guard lock(mutex_);
  catalog_ = std::move(catalog);
  state->policy = rules_;
  state->catalog = catalog_;
  state->schema_changes = schema_changes_;
  state->epochs = {rules_->epoch, catalog_->epoch};
  planner_.use(std::move(state));
}

}  // namespace pgveil::proxy::cli
