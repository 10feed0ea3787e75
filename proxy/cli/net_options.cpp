#include "proxy/cli/net_options.hpp"

namespace pgveil::proxy::cli {
namespace {

ClientTlsOptions::Mode tls_mode(TlsConfig::Mode mode) {
  switch (mode) {
    case TlsConfig::Mode::Off:
      return ClientTlsOptions::Mode::Off;
    case TlsConfig::Mode::Allow:
      return ClientTlsOptions::Mode::Allow;
    case TlsConfig::Mode::Require:
      return ClientTlsOptions::Mode::Require;
  }
  return ClientTlsOptions::Mode::Require;
}

UpstreamOptions::SslMode ssl_mode(UpstreamConfig::SslMode mode) {
  switch (mode) {
    case UpstreamConfig::SslMode::Disable:
      return UpstreamOptions::SslMode::Disable;
    case UpstreamConfig::SslMode::Prefer:
      return UpstreamOptions::SslMode::Prefer;
    case UpstreamConfig::SslMode::Require:
      return UpstreamOptions::SslMode::Require;
    case UpstreamConfig::SslMode::VerifyCa:
      return UpstreamOptions::SslMode::VerifyCa;
    case UpstreamConfig::SslMode::VerifyFull:
      return UpstreamOptions::SslMode::VerifyFull;
  }
  return UpstreamOptions::SslMode::VerifyFull;
}

TargetSession target(UpstreamConfig::Target target) {
  switch (target) {
    case UpstreamConfig::Target::Any:
      return TargetSession::Any;
    case UpstreamConfig::Target::ReadWrite:
      return TargetSession::ReadWrite;
    case UpstreamConfig::Target::ReadOnly:
      return TargetSession::ReadOnly;
    case UpstreamConfig::Target::Primary:
      return TargetSession::Primary;
    case UpstreamConfig::Target::Standby:
      return TargetSession::Standby;
    case UpstreamConfig::Target::PreferStandby:
      return TargetSession::PreferStandby;
  }
  return TargetSession::Any;
}

ClientTlsOptions::Certificate client_cert(TlsConfig::ClientCert wanted) {
  switch (wanted) {
    case TlsConfig::ClientCert::Off:
      return ClientTlsOptions::Certificate::Off;
    case TlsConfig::ClientCert::Verify:
      return ClientTlsOptions::Certificate::Verify;
    case TlsConfig::ClientCert::Login:
      return ClientTlsOptions::Certificate::Login;
  }
  return ClientTlsOptions::Certificate::Login;
}

ListenOptions listen_options(const ListenConfig& config) {
  ListenOptions options;
  options.hosts = config.hosts;
  options.port = config.port;
  options.unix_dir = config.unix_dir;
  options.unix_permissions = config.unix_permissions;
  options.unix_group = config.unix_group;
  options.reuse_port = config.reuse_port;
  options.proxy_protocol_from = config.proxy_protocol_from;
  return options;
}

ClientTlsOptions tls_options(const TlsConfig& config) {
  ClientTlsOptions options;
  options.mode = tls_mode(config.mode);
  options.certificate = config.certificate;
  options.key = config.key;
  options.client_cert = client_cert(config.client_cert);
  options.client_ca = config.client_ca;
  options.client_crl = config.client_crl;
  return options;
}

UpstreamOptions upstream_options(const UpstreamConfig& config) {
  UpstreamOptions options;
  for (const UpstreamHostConfig& one : config.hosts) {
    options.hosts.push_back({one.host, one.port});
  }
  options.target_session_attrs = target(config.target_session_attrs);
  options.sslmode = ssl_mode(config.sslmode);
  options.sslrootcert = config.sslrootcert;
  options.sslcert = config.sslcert;
  options.sslkey = config.sslkey;
  options.connect_timeout = config.connect_timeout;
  options.allow_md5 = config.allow_md5;
  options.allow_cleartext = config.allow_cleartext;
  return options;
}

TcpOptions tcp_options(const LimitsConfig& config) {
  using std::chrono::ceil;
  using std::chrono::seconds;
  TcpOptions options;
  options.keepalive_idle = ceil<seconds>(config.tcp_keepalive_idle);
  options.keepalive_interval = ceil<seconds>(config.tcp_keepalive_interval);
  options.keepalive_count = config.tcp_keepalive_count;
  options.user_timeout = config.tcp_user_timeout;
  return options;
}

}  // namespace

NetOptions net_options(const Config& config) {
  NetOptions options;
  options.listen = listen_options(config.listen);
  options.tls = tls_options(config.tls);
  options.upstream = upstream_options(config.upstream);
  options.tcp = tcp_options(config.limits);
  options.database = config.upstream.dbname;
  options.limits.max_session_buffer = config.limits.max_session_buffer;
  options.limits.max_connections = config.limits.max_connections;
  options.limits.io_threads = config.limits.io_threads;
  options.limits.worker_threads = config.limits.worker_threads;
  options.limits.login_timeout = config.limits.login_timeout;
  options.limits.shutdown_timeout = config.limits.shutdown_timeout;
  options.limits.drain_time = config.limits.drain_time;
  return options;
}

SessionLimits session_limits(const Config& config) {
  SessionLimits limits;
  limits.max_message_bytes = config.limits.max_message_bytes;
  limits.max_held_bytes = config.limits.max_session_buffer;
  limits.max_result_bytes = config.limits.max_slice_bytes;
  return limits;
}

}  // namespace pgveil::proxy::cli
