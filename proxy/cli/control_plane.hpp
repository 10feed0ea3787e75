#pragma once

/// What `serve` and `explain` share: the twin, the catalog that follows the server's schema, the keys
/// and the planner over all of it. A change of policy, schema or keys is swapped in as one state with a
/// new epoch.
/// Order: construct, start, use. Threads: `start` and `use_policy` from one thread; the rest from any.

#include "crypto/keyring.hpp"
#include "policy/model/policy.hpp"
#include "proxy/catalog/follower.hpp"
#include "proxy/config/config.hpp"
#include "proxy/keys/key_encryption_key.hpp"
#include "proxy/keys/key_store.hpp"
#include "proxy/planner/statement_planner.hpp"
#include "proxy/twin/twin.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace pgveil::proxy::cli {

[[nodiscard]] twin::TwinConfig twin_config(const Config& config);

class ControlPlane {
 public:
  using Log = std::function<void(const std::string&)>;

  ControlPlane(Config config, std::shared_ptr<const policy::Policy> rules, Log log);
  ~ControlPlane();
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  /// Called with each new twin: at the start, after a change of the schema, after its death. Set before
  /// `start`.
  std::function<void()> on_new_twin;
  /// DDL on tagged tables is prepared in schema pgveil when it is planned. Set before `start`.
  bool prepares_changes = false;

  /// Nothing, or in words why it does not work. Takes seconds: the twin is made and loaded.
  [[nodiscard]] std::optional<std::string> start();
  void stop();
  void use_policy(std::shared_ptr<const policy::Policy> rules);
  /// Reads schema and keys again now; blocks.
  void follow_schema();

  /// Adds to the database what was sealed since the last call; nothing, or why it could not.
  [[nodiscard]] std::optional<std::string> store_seal_counts();

  [[nodiscard]] twin::Twin& twin() { return twin_; }

  [[nodiscard]] StatementPlanner& planner() { return planner_; }

  [[nodiscard]] std::shared_ptr<const crypto::Keyring> keyring() const;

  [[nodiscard]] const Config& config() const { return config_; }

 private:
  [[nodiscard]] std::shared_ptr<const apply::SchemaChanges> make_schema_changes();
  [[nodiscard]] std::optional<std::string> load_keys();
  [[nodiscard]] std::optional<std::string> open_sql(const std::string& stored);
  [[nodiscard]] std::optional<std::string> load_memberships(PlanningState& state);
  void publish(std::shared_ptr<const policy::Catalog> catalog);

  Config config_;
  Log log_;
  twin::Twin twin_;
  StatementPlanner planner_;
  std::optional<catalog::CatalogFollower> follower_;
  std::optional<keys::KeyEncryptionKey> kek_;
  std::shared_ptr<const apply::SchemaChanges> schema_changes_;
  keys::SealCounter seal_counter_;  // of the thread that calls store_seal_counts
  mutable std::mutex mutex_;        // guards the three below
  std::shared_ptr<const policy::Policy> rules_;
  std::shared_ptr<const policy::Catalog> catalog_;
  std::shared_ptr<const crypto::Keyring> keyring_;
};

}  // namespace pgveil::proxy::cli
