#pragma once

/// pgveil.toml: the process. Where it listens, whom it talks to, where its keys and logs are, and its
/// limits. policy.toml (policy/model) says who may see what. docs/config.md explains every key.
/// Call order: parse_config, or load_config from a file. Relative paths are taken from the folder of
/// the file. Unknown keys are errors; all errors are collected, each with file, line and remedy.
/// A Config is a plain value; it holds no secrets but the connection string of `[upstream] admin`.

#include "policy/model/toml_file.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pgveil::proxy {

using ConfigError = policy::FileError;

struct ListenConfig {
  std::vector<std::string> hosts{"127.0.0.1"};  // addresses or names; empty: no TCP
  std::uint16_t port = 6432;
  std::string unix_dir;  // a socket .s.PGSQL.<port> there; empty: none
  std::uint32_t unix_permissions = 0777;
  std::string unix_group;                        // of the socket; empty: the process's
  bool reuse_port = false;                       // another pgveil may take the port over
  std::vector<std::string> proxy_protocol_from;  // networks of load balancers
};

/// Towards clients.
struct TlsConfig {
  enum class Mode { Off, Allow, Require };  // Off only for loopback and unix sockets
  Mode mode = Mode::Off;
  std::string certificate;  // PEM chain
  std::string key;          // PEM
  enum class ClientCert { Off, Verify, Login };
  ClientCert client_cert = ClientCert::Off;
  std::string client_ca;   // PEM: who signs the certificates of clients
  std::string client_crl;  // PEM: those revoked; empty: none
};

struct UpstreamHostConfig {
  std::string host;  // a name, an address, or the directory of a unix socket
  std::uint16_t port = 5432;
};

struct UpstreamConfig {
  enum class SslMode { Disable, Prefer, Require, VerifyCa, VerifyFull };
  enum class Target { Any, ReadWrite, ReadOnly, Primary, Standby, PreferStandby };
  std::vector<UpstreamHostConfig> hosts;  // tried in this order
  Target target_session_attrs = Target::Any;
  std::string dbname;  // the one database that is protected
  SslMode sslmode = SslMode::VerifyFull;
  std::string sslrootcert;
  std::string sslcert;  // our own; empty: none
  std::string sslkey;
  bool allow_md5 = false;        // logins whose stored password is an MD5 hash
  bool allow_cleartext = false;  // logins without a verifier: the server checks their password
  /// libpq connection string of the control plane: catalog, verifiers, apply. Password from a
  /// passfile or the environment rather than here.
  std::string admin;
  std::chrono::milliseconds connect_timeout{10'000};
};

struct TwinSection {
  std::string bin_dir = "/usr/lib/postgresql/15/bin";
  std::string data_dir = "/dev/shm";  // memory-backed; the twin makes its own folder in it
  std::uint32_t model_connections = 8;
  std::uint32_t work_connections = 16;
  std::chrono::milliseconds statement_timeout{60'000};
};

struct KeysConfig {
  std::string provider = "file";  // the only one in this version
  std::string file;               // the key-encryption key, mode 0600
};

struct AuditConfig {
  std::string dir;
  std::string key_file;  // default <dir>/audit.key
  std::uint64_t rotate_bytes = 64ULL << 20U;
  std::chrono::milliseconds rotate_interval{24LL * 3'600'000};
  bool fsync = true;  // false: durable only against a crash of pgveil, not of the machine
};

struct AuthConfig {
  enum class Source { Query, File };
  Source verifiers = Source::Query;
  /// Run by the admin login with the login's name as $1; one row, one column: the SCRAM verifier.
  std::string query =
      "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin "
      "AND (rolvaliduntil IS NULL OR rolvaliduntil > now())";
  std::string file;                         // lines of login, TAB, SCRAM verifier
  std::chrono::milliseconds cache{30'000};  // how long an answer of the query is kept
};

struct LimitsConfig {
  std::uint64_t max_slice_rows = 100'000;
  std::uint64_t max_slice_bytes = 256ULL << 20U;
  std::uint64_t max_message_bytes = 1ULL << 30U;
  std::uint64_t max_session_buffer = 1ULL << 20U;
  std::uint64_t max_statement_bytes = 1ULL << 20U;
  std::uint32_t max_connections = 1'000;
  std::uint32_t plan_cache_entries = 10'000;
  std::uint32_t io_threads = 0;      // 0: one per core
  std::uint32_t worker_threads = 0;  // 0: two per core
  std::chrono::milliseconds login_timeout{30'000};
  std::chrono::milliseconds shutdown_timeout{30'000};
  std::chrono::milliseconds drain_time{2'000};  // with reuse_port
  std::chrono::milliseconds tcp_keepalive_idle{60'000};
  std::chrono::milliseconds tcp_keepalive_interval{10'000};
  std::uint32_t tcp_keepalive_count = 6;
  std::chrono::milliseconds tcp_user_timeout{0};
};

struct MetricsConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: none
};

struct Config {
  std::string file_name;
  std::string policy_file;
  ListenConfig listen;
  TlsConfig tls;
  UpstreamConfig upstream;
  TwinSection twin;
  KeysConfig keys;
  AuditConfig audit;
  AuthConfig auth;
  LimitsConfig limits;
  MetricsConfig metrics;
};

using ConfigResult = std::variant<Config, std::vector<ConfigError>>;

/// `file_name` is where the text comes from: for messages, and for relative paths.
[[nodiscard]] ConfigResult parse_config(std::string_view text, const std::string& file_name);
/// A file that cannot be read is the one error.
[[nodiscard]] ConfigResult load_config(const std::string& file_name);

}  // namespace pgveil::proxy
