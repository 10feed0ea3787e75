#include "proxy/audit/session_auditor.hpp"

namespace pgveil::proxy {
namespace {

struct PlanName {
  const char* operator()(const policy::Refuse&) const { return "refuse"; }

  const char* operator()(const policy::Pass&) const { return "pass"; }

  const char* operator()(const policy::InPlace&) const { return "in_place"; }

  const char* operator()(const policy::Split&) const { return "split"; }

  const char* operator()(const policy::Local&) const { return "local"; }
};

}  // namespace

SessionAuditor::SessionAuditor(std::shared_ptr<AuditLog> log, RoleOf role_of)
    : log_(std::move(log)), role_of_(std::move(role_of)) {}

void SessionAuditor::begin(BeginRecord record, std::function<void(bool durable)> done) {
  const policy::Plan& plan = record.plan->plan;
  AuditBegin event;
  const std::string role = role_of_(record.who->login, record.current_user);
  event.who = who_of(*record.who, record.current_user, role);
  event.who.application = record.application_name;
  event.statement = record.id.statement;
  event.verb = plan.evidence.verb;
  event.plan = std::visit(PlanName{}, plan.decision);
  const auto* refuse = std::get_if<policy::Refuse>(&plan.decision);
  if (refuse != nullptr) {
    event.rule = policy::name(refuse->rule);
  }
  event.evidence = record.plan->audit_evidence;
  const Key key{record.id.session, record.id.statement};
  if (refuse == nullptr) {
    const std::lock_guard lock(begun_->mutex);
    begun_->statements[key] = {record.plan, record.who, std::chrono::steady_clock::now()};
  }
  log_->append(
      event,
      [begun = begun_, key, done = std::move(done)](bool durable) {
        if (!durable) {
          const std::lock_guard lock(begun->mutex);
          begun->statements.erase(key);
        }
        done(durable);
      },
      record.at_once ? AuditLog::When::Now : AuditLog::When::Later);
}

void SessionAuditor::end(EndRecord record, std::function<void(bool durable)> done) {
  AuditEnd event;
  event.session = record.id.session;
  event.statement = record.id.statement;
  event.last = record.last;
  event.rows = record.rows;
  event.sqlstate = record.sqlstate;
  Open open;
  {
    const std::lock_guard lock(begun_->mutex);
    const auto found = begun_->statements.find({record.id.session, record.id.statement});
    if (found != begun_->statements.end()) {
      if (record.last) {
        open = std::move(found->second);
        begun_->statements.erase(found);
      } else {
        open = found->second;
      }
    }
  }
  if (open.plan) {
    event.login = open.who->login;
    event.patients_complete = open.plan->plan.evidence.subjects_complete;
    event.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - open.began);
  }
  for (std::size_t i = 0; i < record.subjects.size(); ++i) {
    PatientList list;
    if (open.plan && i < open.plan->plan.evidence.subjects.size()) {
      list.column = open.plan->plan.evidence.subjects[i];
    }
    list.ids = std::move(record.subjects[i]);
    event.patients.push_back(std::move(list));
  }
  log_->append(event, std::move(done));
}

void SessionAuditor::login(const SessionIdentity& who,
                           bool accepted,
                           std::string_view authentication,
                           std::string_view sqlstate,
                           AuditLog::Done done) {
  const std::string role = role_of_(who.login, who.login);
  log_->append(AuditLogin{who_of(who, who.login, role), accepted, authentication, sqlstate},
               std::move(done));
}

void SessionAuditor::logout(const SessionIdentity& who, std::string_view reason) {
  {
    const std::lock_guard lock(begun_->mutex);
    begun_->statements.erase(begun_->statements.lower_bound({who.session, 0}),
                             begun_->statements.upper_bound({who.session, ~0ULL}));
  }
  const std::string role = role_of_(who.login, who.login);
  log_->append(AuditLogout{who_of(who, who.login, role), reason}, {});
}

AuditWho SessionAuditor::who_of(const SessionIdentity& identity,
                                std::string_view current_user,
                                std::string_view role) {
  AuditWho out;
  out.session = identity.session;
  out.login = identity.login;
  out.role = role;
  out.current_user = current_user;
  out.database = identity.database;
  out.application = identity.application_name;
  out.address = identity.client_address;
  out.tls = identity.tls;
  return out;
}

}  // namespace pgveil::proxy
