// proxy/net with a Brain that passes every byte: what listening, TLS, logins, cancels, flow control and
// the end of sessions do, without policy. With brain=real it is the session logic itself, whose planner
// plans Pass for every text. Ends with SIGTERM, reads certificates and verifiers again with SIGHUP.
//   pass_through key=value …     prints "port <n>" when it listens, counters at the end
#include "protocol/frame.hpp"
#include "protocol/message/query.hpp"
#include "proxy/net/server.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

namespace {

using namespace pgveil;
using namespace pgveil::proxy;

class PassThrough final : public BrainPort {
 public:
  void on_client_bytes(protocol::ByteView bytes, Actions& out) override {
    protocol::put_bytes(out.to_server, bytes);
    client_.append(bytes);
    for (auto next = client_.next(); next && *next; next = client_.next()) {
      const char type = (**next).type;
      if (type == 'Q' || type == 'S' || type == 'F') {
        ++owed_;
      }
      if (type == 'X') {
        out.jobs.emplace_back(CloseSession{});
      }
    }
  }

  void on_server_bytes(protocol::ByteView bytes, Actions& out) override {
    protocol::put_bytes(out.to_client, bytes);
    server_.append(bytes);
    for (auto next = server_.next(); next && *next; next = server_.next()) {
      if ((**next).type == 'Z') {
        --owed_;
      }
      fatal_ = fatal_ || (**next).type == 'E';
    }
  }

  void on_client_eof(Actions& out) override {
    protocol::encode_terminate(out.to_server);
    if (owed_ <= 0) {
      out.jobs.emplace_back(CloseSession{});
    }
  }

  void on_server_eof(Actions& out) override {
    if (!fatal_) {
      end(protocol::make_error("FATAL", "08006", "server closed the connection unexpectedly"), out);
    } else {
      out.jobs.emplace_back(CloseSession{});
    }
  }

  void on_planned(Ticket, PlannedText, Actions&) override {}

  void on_converted(Ticket, ConvertResult, Actions&) override {}

  void on_evaluated(Ticket, EvaluateResult, Actions&) override {}

  void on_audit_durable(Ticket, Actions&) override {}

  void on_audit_failed(Ticket, Actions&) override {}

  void on_schema_followed(Ticket, Actions&) override {}

  void on_cancel_requested(Actions& out) override {
    if (owed_ > 0) {
      out.jobs.emplace_back(CancelUpstream{});
    }
  }

  void on_cancel_sent(Actions&) override {}

  void on_deadline(const protocol::ErrorFields& why, Actions& out) override {
    protocol::encode_terminate(out.to_server);
    end(why, out);
  }

  bool wants_client_bytes() const override { return true; }

  bool wants_server_bytes() const override { return true; }

  bool is_idle() const override { return owed_ <= 0; }

  bool awaits_client() const override { return owed_ <= 0; }

 private:
  static void end(const protocol::ErrorFields& why, Actions& out) {
    protocol::encode_error_response(out.to_client, why);
    out.jobs.emplace_back(CloseSession{});
  }

  protocol::FrameBuffer client_{protocol::Side::Frontend};
  protocol::FrameBuffer server_{protocol::Side::Backend};
  int owed_ = 0;
  bool fatal_ = false;
};

/// One statement per text, which touches nothing that is tagged.
class PassPlanner final : public Planner {
 public:
  SplitResult split(std::string_view sql) override {
    std::vector<StatementText> statements;
    if (sql.find_first_not_of(" ;\t\n") != std::string_view::npos) {
      statements.push_back({0, sql.size()});
    }
    return statements;
  }

  PlanResult plan(const PlanRequest&) override {
    auto plan = std::make_shared<PreparedPlan>();
    plan->plan.decision = policy::Pass{};
    return std::shared_ptr<const PreparedPlan>(std::move(plan));
  }

  std::string role_key(std::string_view, std::string_view) const override { return "everyone"; }

  Epochs epochs() const override { return {1, 1}; }

  void schema_changed(std::string_view, const SessionSettings&) override {}
};

/// Nobody asks for values where everything is Pass.
class NoValues final : public ValueService {
 public:
  FilledSql fill_sql(const policy::SqlTemplate&, const ValueInput&, const ConvertResult*) override {
    return unexpected();
  }

  FilledParameters fill_parameters(const std::vector<policy::ServerParameter>&,
                                   const ValueInput&,
                                   const ConvertResult*) override {
    return unexpected();
  }

  std::unique_ptr<RowOpening> open_rows(const PreparedPlan&,
                                        const std::vector<std::int16_t>&,
                                        const SettingsInForce&,
                                        CellForm) override {
    std::abort();
  }

  SealedRows seal_rows(const PreparedPlan&,
                       const std::vector<std::vector<std::optional<protocol::Bytes>>>&,
                       const SettingsInForce&) override {
    return unexpected();
  }

  std::unique_ptr<SliceBuilding> build_slice(const PreparedPlan&, CellForm) override {
    std::abort();
  }

 private:
  static protocol::ErrorFields unexpected() {
    return protocol::make_error("ERROR", "XX000", "nothing is sealed here");
  }
};

using Arguments = std::map<std::string, std::string>;

std::string text(const Arguments& arguments, const std::string& key, const std::string& otherwise) {
  const auto at = arguments.find(key);
  return at == arguments.end() ? otherwise : at->second;
}

std::uint32_t number(const Arguments& arguments, const std::string& key, std::uint32_t otherwise) {
  const auto at = arguments.find(key);
  return at == arguments.end() ? otherwise : static_cast<std::uint32_t>(std::stoul(at->second));
}

UpstreamOptions::SslMode ssl_mode(const std::string& name) {
  using Mode = UpstreamOptions::SslMode;
  const std::map<std::string, Mode> modes{{"disable", Mode::Disable},
                                          {"prefer", Mode::Prefer},
                                          {"require", Mode::Require},
                                          {"verify-ca", Mode::VerifyCa},
                                          {"verify-full", Mode::VerifyFull}};
  return modes.at(name);
}

TargetSession target(const std::string& name) {
  const std::map<std::string, TargetSession> targets{
      {"any", TargetSession::Any},
      {"read-write", TargetSession::ReadWrite},
      {"read-only", TargetSession::ReadOnly},
      {"primary", TargetSession::Primary},
      {"standby", TargetSession::Standby},
      {"prefer-standby", TargetSession::PreferStandby}};
  return targets.at(name);
}

/// "a,b" with "1,2", or with one port for all.
std::vector<UpstreamHost> upstream_hosts(const std::string& hosts, const std::string& ports) {
  std::vector<UpstreamHost> result;
  std::istringstream host_words(hosts);
  std::istringstream port_words(ports);
  std::string port;
  for (std::string host; std::getline(host_words, host, ',');) {
    std::getline(port_words, port, ',');
    result.push_back({host, static_cast<std::uint16_t>(std::stoul(port))});
  }
  return result;
}

NetOptions options(const Arguments& arguments) {
  NetOptions net;
  net.listen.port = static_cast<std::uint16_t>(number(arguments, "listen_port", 0));
  net.listen.reuse_port = number(arguments, "reuse_port", 0) != 0;
  net.listen.unix_group = text(arguments, "unix_group", "");
  net.listen.unix_permissions = static_cast<std::uint32_t>(
      std::stoul(text(arguments, "unix_permissions", "0777"), nullptr, 8));
  if (arguments.contains("proxy_from")) {
    net.listen.proxy_protocol_from = {arguments.at("proxy_from")};
  }
  net.listen.unix_dir = text(arguments, "unix_dir", "");
  net.tls.certificate = text(arguments, "certificate", "");
  net.tls.key = text(arguments, "key", "");
  const std::string tls = text(arguments, "tls", "off");
  net.tls.mode = tls == "off"     ? ClientTlsOptions::Mode::Off
                 : tls == "allow" ? ClientTlsOptions::Mode::Allow
                                  : ClientTlsOptions::Mode::Require;
  net.upstream.hosts =
      upstream_hosts(text(arguments, "host", "127.0.0.1"), text(arguments, "port", "5432"));
  net.upstream.target_session_attrs = target(text(arguments, "target", "any"));
  net.upstream.sslmode = ssl_mode(text(arguments, "sslmode", "disable"));
  const std::string client_cert = text(arguments, "client_cert", "off");
  net.tls.client_cert = client_cert == "off"      ? ClientTlsOptions::Certificate::Off
                        : client_cert == "verify" ? ClientTlsOptions::Certificate::Verify
                                                  : ClientTlsOptions::Certificate::Login;
  net.tls.client_ca = text(arguments, "client_ca", "");
  net.tls.client_crl = text(arguments, "client_crl", "");
  net.upstream.allow_md5 = number(arguments, "allow_md5", 0) != 0;
  net.upstream.allow_cleartext = number(arguments, "allow_cleartext", 0) != 0;
  net.upstream.sslcert = text(arguments, "sslcert", "");
  net.upstream.sslkey = text(arguments, "sslkey", "");
  net.upstream.sslrootcert = text(arguments, "sslrootcert", "");
  net.upstream.connect_timeout = std::chrono::milliseconds(2'000);
  net.limits.io_threads = number(arguments, "io_threads", 2);
  net.limits.worker_threads = 1;
  net.limits.max_connections = number(arguments, "max_connections", 100);
  net.limits.login_timeout = std::chrono::milliseconds(number(arguments, "login_timeout", 10'000));
  net.limits.idle_timeout = std::chrono::milliseconds(number(arguments, "idle_timeout", 0));
  net.limits.shutdown_timeout = std::chrono::milliseconds(2'000);
  net.limits.drain_time = std::chrono::milliseconds(number(arguments, "drain_time", 2'000));
  net.tcp.keepalive_idle = std::chrono::seconds(number(arguments, "keepalive_idle", 60));
  net.tcp.user_timeout = std::chrono::milliseconds(number(arguments, "user_timeout", 0));
  return net;
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    arguments[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  VerifierQuery query;
  query.conninfo = text(arguments, "admin", "");
  std::unique_ptr<VerifierSource> source = arguments.contains("users")
                                               ? verifiers_from_file(arguments["users"])
                                               : verifiers_from_query(std::move(query));
  const auto verifiers = cached_verifiers(std::move(source), std::chrono::seconds(60));
  NetServices services;
  services.verifiers = verifiers.get();
  services.make_brain = [](SessionIdentity, const ParameterStatuses&) {
    return std::make_unique<PassThrough>();
  };
  PassPlanner planner;
  PlanCache plans(1'000);
  NoValues values;
  if (text(arguments, "brain", "pass") == "real") {
    BrainServices brain;
    brain.planner = &planner;
    brain.plans = &plans;
    brain.values = &values;
    services.make_brain = brains(brain, SessionLimits());
    services.planner = &planner;
    services.plan = [&planner, &plans](const TextPlanRequest& request) {
      return plan_text(planner, plans, request);
    };
  }
  services.log = [](LogLevel, std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  services.on_login = [](const SessionIdentity& who, std::string_view sqlstate) {
    std::fprintf(stderr, "login %s from %s%s by %s: %.*s\n", who.login.c_str(),
                 who.client_address.c_str(), who.tls ? " over TLS" : "", who.method.c_str(),
                 static_cast<int>(sqlstate.size()), sqlstate.data());
  };
  Server server(options(arguments), services);
  if (const auto why = server.start()) {
    std::fprintf(stderr, "%s\n", why->c_str());
    return 1;
  }
  std::printf("port %u\n", unsigned{server.port()});
  std::fflush(stdout);
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
    verifiers->forget_all();
    if (const auto why = server.reload_tls()) {
      std::fprintf(stderr, "%s\n", why->c_str());
    }
  }
  server.stop();
  server.wait();
  const NetCounters& counters = server.counters();
  std::printf("sessions %llu open %llu connections %llu failed %llu cancels %llu jobs %llu\n",
              static_cast<unsigned long long>(counters.sessions_started.load()),
              static_cast<unsigned long long>(counters.sessions_open.load()),
              static_cast<unsigned long long>(counters.connections_open.load()),
              static_cast<unsigned long long>(counters.logins_failed.load()),
              static_cast<unsigned long long>(counters.cancels_received.load()),
              static_cast<unsigned long long>(counters.jobs_queued.load()));
  return 0;
}
