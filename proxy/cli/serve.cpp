#include "proxy/cli/serve.hpp"

#include "crypto/self_test.hpp"
#include "proxy/audit/log.hpp"
#include "proxy/audit/session_auditor.hpp"
#include "proxy/auth/verifiers.hpp"
#include "proxy/cli/audit_commands.hpp"
#include "proxy/cli/control_plane.hpp"
#include "proxy/cli/harden.hpp"
#include "proxy/cli/load.hpp"
#include "proxy/cli/log.hpp"
#include "proxy/cli/meters.hpp"
#include "proxy/cli/net_options.hpp"
#include "proxy/metrics/metrics.hpp"
#include "proxy/metrics/server.hpp"
#include "proxy/net/server.hpp"
#include "proxy/session/keyring_values.hpp"
#include "proxy/session/plan_cache.hpp"
#include "proxy/twin/evaluator.hpp"

#include <atomic>
#include <csignal>
#include <ostream>
#include <thread>

namespace pgveil::proxy::cli {
namespace {

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

std::unique_ptr<VerifierSource> verifiers(const Config& config) {
  if (config.auth.verifiers == AuthConfig::Source::File) {
    return verifiers_from_file(config.auth.file);
  }
  VerifierQuery query;
  query.conninfo = config.upstream.admin;
  query.sql = config.auth.query;
  return cached_verifiers(verifiers_from_query(std::move(query)), config.auth.cache);
}

std::string words(const audit::Error& error) {
  return std::string("the audit log cannot be opened: ") + error.step +
         (error.path.empty() ? "" : " (" + error.path + ")");
}

/// Everything that runs, in the order in which it is made; taken down in reverse.
class Service {
 public:
  Service(const Config& config, std::shared_ptr<const policy::Policy> rules, Log& log)
      : config_(config),
        log_(log),
        control_(config, std::move(rules), [&log](const std::string& line) { log.warning(line); }) {
  }

  std::optional<std::string> start() {
    if (auto why = start_audit()) {
      return why;
    }
    control_.on_new_twin = [this] { metrics_.twin_started(); };
    control_.prepares_changes = true;
    if (auto why = control_.start()) {
      return why;
    }
    evaluator_ = std::make_unique<MeteredEvaluator>(
        std::make_unique<twin::TwinEvaluator>(control_.twin()), metrics_);
    plans_ = std::make_unique<PlanCache>(config_.limits.plan_cache_entries);
    values_ = std::make_unique<KeyringValues>(
        [this] { return control_.keyring(); },
        transform::SliceLimits{config_.limits.max_slice_rows, config_.limits.max_slice_bytes},
        [this](const transform::Error& error) {
          metrics_.open_failed();
          log_.error(std::string("a stored value does not open: ") + transform::name(error.code));
        });
    verifiers_ = verifiers(config_);
    server_ = std::make_unique<Server>(net_options(config_), net_services());
    if (auto why = start_metrics()) {
      return why;
    }
    if (auto why = server_->start()) {
      return why;
    }
    listening_ = true;
    record_policy(true, "start");
    log_.info("ready on port " + std::to_string(server_->port()));
    return std::nullopt;
  }

  void stop() {
    listening_ = false;
    if (server_) {
      server_->stop();
      server_->wait();
    }
    metrics_server_.reset();
    server_.reset();
    store_seal_counts();
    control_.stop();
    auditor_.reset();
    audit_.reset();
  }

  void reload() {
    std::ostringstream errors;
    auto rules = read_policy(config_.policy_file, errors);
    const bool accepted = rules != nullptr;
    if (accepted) {
      control_.use_policy(rules);
      log_.info("the policy was read again");
    } else {
      log_.error("the policy was not changed:\n" + errors.str());
    }
    metrics_.policy_loaded(accepted, std::chrono::system_clock::now());
    record_policy(accepted, "SIGHUP");
    verifiers_->forget_all();
    if (auto why = server_->reload_tls()) {
      log_.error("the certificates were not changed: " + *why);
    }
  }

  /// Keeps the limit of seals per key true over restarts.
  void store_seal_counts() {
    if (auto why = control_.store_seal_counts()) {
      log_.warning("seal counts cannot be stored: " + *why);
    }
  }

 private:
  void record_policy(bool accepted, const char* by) {
    const auto state = control_.planner().state();
    AuditPolicyChange change;
    change.file = config_.policy_file;
    change.epoch = state == nullptr ? 0 : state->policy->epoch;
    change.accepted = accepted;
    change.by = by;
    audit_->append(change, {});
  }

  std::optional<std::string> start_audit() {
    auto keys = load_or_make_audit_keys(audit_key_file(config_), config_.audit.dir);
    if (!keys) {
      return words(keys.error());
    }
    AuditOptions options;
    options.dir = config_.audit.dir;
    options.rotate_bytes = config_.audit.rotate_bytes;
    options.rotate_interval = config_.audit.rotate_interval;
    options.fsync = config_.audit.fsync;
    options.on_sync = [this](std::uint64_t records, std::chrono::nanoseconds sync) {
      metrics_.audit_synced(records, sync);
    };
    options.on_failure = [this](std::uint64_t records) {
      metrics_.audit_refused(records);
      log_.error("the audit log cannot be written: tagged columns are refused");
    };
    auto opened = AuditLog::open(std::move(options), *keys);
    if (!opened) {
      return words(opened.error());
    }
    audit_ = std::move(*opened);
    auditor_ = std::make_unique<SessionAuditor>(
        audit_, [this](std::string_view login, std::string_view user) {
          return control_.planner().role_name(user.empty() ? login : user);
        });
    return std::nullopt;
  }

  std::optional<std::string> start_metrics() {
    metrics_.policy_loaded(true, std::chrono::system_clock::now());
    metrics_.set_ready_callback([this] { return not_ready_because().empty(); });
    if (config_.metrics.port == 0) {
      return std::nullopt;
    }
    MetricsServerOptions options;
    options.host = config_.metrics.host;
    options.port = config_.metrics.port;
    options.metrics = [this] {
      net_meter_.take(server_->counters(), plans_->counters());
      return metrics_.text();
    };
    options.not_ready_because = [this] { return not_ready_because(); };
    std::string why;
    metrics_server_ = MetricsServer::start(std::move(options), why);
    return metrics_server_ ? std::nullopt : std::optional(why);
  }

  std::string not_ready_because() {
    if (!listening_) {
      return "no new connections are taken";
    }
    if (!control_.twin().ready()) {
      return "the twin is not ready";
    }
    return audit_ && audit_->stats().failing ? "the audit log cannot be written" : "";
  }

  NetServices net_services() {
    NetServices services;
    services.verifiers = verifiers_.get();
    services.planner = &planner_;
    services.evaluator = evaluator_.get();
    services.auditor = auditor_.get();
    services.plan = [this](const TextPlanRequest& request) {
      return plan_text(planner_, *plans_, request);
    };
    BrainServices brain;
    brain.planner = &planner_;
    brain.plans = plans_.get();
    brain.values = values_.get();
    brain.on_statement = [this](const PreparedPlan& plan, std::uint64_t rows) {
      count_statement(metrics_, plan, rows);
    };
    services.make_brain = brains(brain, session_limits(config_));
    services.log = [this](LogLevel level, std::string_view line) { log_.write(level, line); };
    services.on_login = [this](const SessionIdentity& who, std::string_view sqlstate) {
      const bool accepted = sqlstate == "00000";
      accepted ? metrics_.login_accepted() : metrics_.login_refused(sqlstate);
      if (accepted) {
        metrics_.session_opened();
      }
      auditor_->login(who, accepted, who.method, sqlstate, {});
    };
    services.idle_timeout = [this](const SessionIdentity& who) {
      const auto state = control_.planner().state();
      const policy::Role* role =
          state == nullptr ? nullptr : state->policy->role(control_.planner().role_name(who.login));
      return role == nullptr ? std::chrono::milliseconds(0) : role->idle_timeout;
    };
    services.on_logout = [this](const SessionIdentity& who, std::string_view reason) {
      metrics_.session_closed();
      auditor_->logout(who, reason);
    };
    return services;
  }

  const Config& config_;
  Log& log_;
  std::atomic<bool> listening_ = false;  // read by the metrics' threads
  Metrics metrics_;
  NetMeter net_meter_{metrics_};
  std::shared_ptr<AuditLog> audit_;
  std::unique_ptr<SessionAuditor> auditor_;
  ControlPlane control_;
  MeteredPlanner planner_{control_.planner(), metrics_};
  std::unique_ptr<Evaluator> evaluator_;
  std::unique_ptr<PlanCache> plans_;
  std::unique_ptr<ValueService> values_;
  std::unique_ptr<VerifierSource> verifiers_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<MetricsServer> metrics_server_;
};

}  // namespace

int serve_command(const Config& config,
                  std::shared_ptr<const policy::Policy> rules,
                  const Arguments& arguments,
                  std::ostream& err) {
  if (const auto user = arguments.options.find("--user"); user != arguments.options.end()) {
    if (auto why = become(user->second)) {
      err << "pgveil: " << *why << "\n";
      return kFailed;
    }
  }
  if (is_root()) {
    err << "pgveil: serve does not run as root, since PostgreSQL (the twin) does not; "
           "give an account with --user\n";
    return kUsage;
  }
  harden_process();
  if (auto tested = crypto::self_test(); !tested) {
    err << "pgveil: the cryptographic self-test failed; nothing was started\n";
    return kFailed;
  }
  // Blocked before the first thread is made, so that all of them inherit it.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  Log log(err);
  Service service(config, std::move(rules), log);
  if (auto why = service.start()) {
    log.error(*why);
    service.stop();
    return kFailed;
  }
  constexpr timespec kSealCountInterval{60, 0};
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &kSealCountInterval);
    if (signal == SIGHUP) {
      service.reload();
    } else if (signal > 0) {
      break;
    }
    service.store_seal_counts();
  }
  log.info("stopping");
  service.stop();
  return kOk;
}

}  // namespace pgveil::proxy::cli
