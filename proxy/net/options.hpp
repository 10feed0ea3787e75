#pragma once

/// What proxy/net has to be told. Plain values, copied into the server at its start.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pgveil::proxy {

struct ListenOptions {
  std::vector<std::string> hosts{"127.0.0.1"};  // names or addresses; empty: no TCP
  std::uint16_t port = 6432;                    // 0: any free one, see Server::port
  std::string unix_dir;                         // a socket .s.PGSQL.<port> there; empty: none
};

/// Towards clients. Connections over a unix socket never use TLS.
struct ClientTlsOptions {
  enum class Mode { Off, Allow, Require };
  Mode mode = Mode::Off;
  std::string certificate;  // PEM chain
  std::string key;          // PEM
};

struct UpstreamOptions {
  /// As in libpq; Require does not look at the certificate unless there is an `sslrootcert`.
  enum class SslMode { Disable, Prefer, Require, VerifyCa, VerifyFull };
  std::string host;  // a name, an address, or the directory of a unix socket
  std::uint16_t port = 5432;
  SslMode sslmode = SslMode::VerifyFull;
  std::string sslrootcert;  // empty: the system's
  std::string sslcert;      // our own certificate and key; empty: none
  std::string sslkey;
  std::chrono::milliseconds connect_timeout{10'000};
};

struct NetLimits {
  /// Bytes on their way to a peer that does not take them. Beyond, the other peer is not read. Soft: one
  /// read's worth of answers may come on top.
  std::size_t max_session_buffer = std::size_t{1} << 20;
  std::uint32_t max_connections = 1'000;
  std::uint32_t io_threads = 0;      // 0: one per core
  std::uint32_t worker_threads = 0;  // 0: two per core
  std::uint32_t login_threads = 2;   // fetch verifiers
  std::chrono::milliseconds login_timeout{30'000};
  std::chrono::milliseconds idle_timeout{0};           // 0: none
  std::chrono::milliseconds shutdown_timeout{30'000};  // for statements that run at SIGTERM
  std::chrono::milliseconds cancel_timeout{5'000};     // for a CancelRequest upstream
};

struct NetOptions {
  ListenOptions listen;
  ClientTlsOptions tls;
  UpstreamOptions upstream;
  std::string database;  // the only one that clients may name; empty: any
  NetLimits limits;
};

}  // namespace pgveil::proxy
