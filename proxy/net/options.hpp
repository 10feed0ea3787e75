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
  std::uint32_t unix_permissions = 0777;
  std::string unix_group;  // empty: the process's
  /// Another process may listen on the same port and take over from this one: see Server::stop.
  bool reuse_port = false;
  /// Addresses and networks whose connections begin with a PROXY header (version 2).
  std::vector<std::string> proxy_protocol_from;
};

/// Towards clients. Connections over a unix socket never use TLS.
struct ClientTlsOptions {
  enum class Mode { Off, Allow, Require };
  Mode mode = Mode::Off;
  std::string certificate;  // PEM chain
  std::string key;          // PEM

  /// Of the client: Verify asks for a valid one, Login also that its CN is the user. In both the
  /// password is asked for too: pgveil logs in to the server with what it proves.
  enum class Certificate { Off, Verify, Login };
  Certificate client_cert = Certificate::Off;
  std::string client_ca;   // PEM
  std::string client_crl;  // PEM; empty: none
};

struct UpstreamHost {
  std::string host;  // a name, an address, or the directory of a unix socket
  std::uint16_t port = 5432;
};

/// Which of several servers will do; as in libpq.
enum class TargetSession { Any, ReadWrite, ReadOnly, Primary, Standby, PreferStandby };

struct UpstreamOptions {
  /// As in libpq; Require does not look at the certificate unless there is an `sslrootcert`.
  enum class SslMode { Disable, Prefer, Require, VerifyCa, VerifyFull };
  std::vector<UpstreamHost> hosts;  // tried in this order by every login
  TargetSession target_session_attrs = TargetSession::Any;
  SslMode sslmode = SslMode::VerifyFull;
  std::string sslrootcert;  // empty: the system's
  std::string sslcert;      // our own certificate and key; empty: none
  std::string sslkey;
  /// A user whose stored password is an MD5 hash may log in with it.
  bool allow_md5 = false;
  /// A user without a verifier is asked for the password in clear, which the server then checks.
  bool allow_cleartext = false;
  std::chrono::milliseconds connect_timeout{10'000};  // of each address, TLS included
};

/// Of TCP connections on both sides: when a peer that says nothing is taken for lost.
struct TcpOptions {
  std::chrono::seconds keepalive_idle{60};  // 0: no keep-alive
  std::chrono::seconds keepalive_interval{10};
  std::uint32_t keepalive_count = 6;
  std::chrono::milliseconds user_timeout{0};  // data that is not acknowledged; 0: the system's
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
  std::chrono::milliseconds drain_time{
      2'000};  // with reuse_port: sessions go on so long after stop
  std::chrono::milliseconds cancel_timeout{5'000};  // for a CancelRequest upstream
};

struct NetOptions {
  ListenOptions listen;
  ClientTlsOptions tls;
  UpstreamOptions upstream;
  TcpOptions tcp;
  std::string database;  // the only one that clients may name; empty: any
  NetLimits limits;
};

}  // namespace pgveil::proxy
