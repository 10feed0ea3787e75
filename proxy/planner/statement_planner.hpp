#pragma once

/// The planner of a running pgveil: parses a statement, has the twin analyse it, and decides. It holds
/// the policy and the catalog of the moment; a change of either is swapped in as a whole and gets a new
/// epoch, which makes every older plan stale.
/// Threads: all functions from any thread; `split` and `plan` need the worker pool's stacks and wait for
/// the twin.

#include "policy/decide/decide.hpp"
#include "policy/model/policy.hpp"
#include "policy/sql/bounds.hpp"
#include "proxy/session/services.hpp"
#include "proxy/twin/twin.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pgveil::proxy {

namespace apply {
class SchemaChanges;
}

struct PlanningState {
  std::shared_ptr<const policy::Policy> policy;
  std::shared_ptr<const policy::Catalog> catalog;
  /// Every login and role with the roles that it is a member of, itself included.
  std::map<std::string, std::vector<std::string>, std::less<>> memberships;
  /// For DDL on tagged tables; null: it is refused.
  std::shared_ptr<const apply::SchemaChanges> schema_changes;
  Epochs epochs;
};

class StatementPlanner : public Planner {
 public:
  /// `follow_schema`: reads the upstream schema again and gives the result to `use`; blocks.
  /// `limits`: of a statement; larger ones get 54000.
  StatementPlanner(twin::Twin& twin,
                   const policy::sql::SqlLimits& limits,
                   std::function<void()> follow_schema);

  void use(std::shared_ptr<const PlanningState> state);
  [[nodiscard]] std::shared_ptr<const PlanningState> state() const;

  [[nodiscard]] SplitResult split(std::string_view sql) override;
  [[nodiscard]] PlanResult plan(const PlanRequest& request) override;
  [[nodiscard]] std::string role_key(std::string_view login,
                                     std::string_view current_user) const override;
  [[nodiscard]] Epochs epochs() const override;
  /// Of the policy role that a database user has; "" for none.
  [[nodiscard]] std::string role_name(std::string_view user) const;
  void schema_changed(std::string_view statement, const SessionSettings& settings) override;

 private:
  twin::Twin& twin_;
  const policy::sql::SqlLimits limits_;
  std::function<void()> follow_schema_;
  mutable std::mutex mutex_;
  std::shared_ptr<const PlanningState> state_;
};

/// The settings that the twin needs to read and write like the session.
[[nodiscard]] twin::SessionState twin_state(const SessionSettings& settings, std::string role);

/// Plans for a given role instead of a login's own: `pgveil explain --role`.
[[nodiscard]] PlanResult plan_as(twin::Twin& twin,
                                 const PlanningState& state,
                                 const policy::RoleView& role,
                                 const PlanRequest& request,
                                 const policy::sql::SqlLimits& limits = {});

}  // namespace pgveil::proxy
