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
    case UpstreamConfig::SslMode::Require:
      return UpstreamOptions::SslMode::Require;
    case UpstreamConfig::SslMode::VerifyCa:
      return UpstreamOptions::SslMode::VerifyCa;
    case UpstreamConfig::SslMode::VerifyFull:
      return UpstreamOptions::SslMode::VerifyFull;
  }
  return UpstreamOptions::SslMode::VerifyFull;
}

}  // namespace

NetOptions net_options(const Config& config) {
  NetOptions options;
  options.listen.hosts = config.listen.hosts;
  options.listen.port = config.listen.port;
  options.listen.unix_dir = config.listen.unix_dir;
  options.tls.mode = tls_mode(config.tls.mode);
  options.tls.certificate = config.tls.certificate;
  options.tls.key = config.tls.key;
  options.upstream.host = config.upstream.host;
  options.upstream.port = config.upstream.port;
  options.upstream.sslmode = ssl_mode(config.upstream.sslmode);
  options.upstream.sslrootcert = config.upstream.sslrootcert;
  options.upstream.connect_timeout = config.upstream.connect_timeout;
  options.database = config.upstream.dbname;
  options.limits.max_session_buffer = config.limits.max_session_buffer;
  options.limits.max_connections = config.limits.max_connections;
  options.limits.io_threads = config.limits.io_threads;
  options.limits.worker_threads = config.limits.worker_threads;
  options.limits.login_timeout = config.limits.login_timeout;
  options.limits.shutdown_timeout = config.limits.shutdown_timeout;
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
