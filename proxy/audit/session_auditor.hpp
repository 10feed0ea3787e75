#pragma once

/// The audit log as sessions see it (proxy/session/services.hpp), and the records of logins.
/// A begin record takes its evidence from the plan; the end record names the patients by the subject
/// columns of that plan, so begins are remembered until their end, or until the session's logout.
/// Threads: any.

#include "proxy/audit/log.hpp"
#include "proxy/session/services.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace pgveil::proxy {

class SessionAuditor : public Auditor {
 public:
  /// The policy role of a login that acts as a database user; "" for none.
  using RoleOf = std::function<std::string(std::string_view login, std::string_view current_user)>;

  SessionAuditor(std::shared_ptr<AuditLog> log, RoleOf role_of);

  void begin(BeginRecord record, std::function<void(bool durable)> done) override;
  void end(EndRecord record, std::function<void(bool durable)> done) override;

  void flush() override { log_->flush(); }

  /// `authentication`: how the login was proven. `sqlstate`: of a refused one.
  void login(const SessionIdentity& who,
             bool accepted,
             std::string_view authentication,
             std::string_view sqlstate,
             AuditLog::Done done);
  /// Also forgets statements of the session that never ended.
  void logout(const SessionIdentity& who, std::string_view reason);

 private:
  struct Open {
    std::shared_ptr<const PreparedPlan> plan;
    std::shared_ptr<const SessionIdentity> who;
    std::chrono::steady_clock::time_point began;
  };

  using Key = std::pair<std::uint64_t, std::uint64_t>;  // session, statement

  /// Shared with callbacks of the log, which may outlive this object.
  struct Begun {
    std::mutex mutex;
    std::map<Key, Open> statements;
  };

  static AuditWho who_of(const SessionIdentity& identity,
                         std::string_view current_user,
                         std::string_view role);

  std::shared_ptr<AuditLog> log_;
  RoleOf role_of_;
  std::shared_ptr<Begun> begun_ = std::make_shared<Begun>();
};

}  // namespace pgveil::proxy
