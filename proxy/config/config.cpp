#include "proxy/config/config.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

namespace pgveil::proxy {
namespace {

using namespace std::chrono_literals;
using policy::ErrorList;
using policy::TomlNode;
using policy::TomlTable;

constexpr std::uint64_t kKiB = 1ULL << 10U;
constexpr std::uint64_t kMiB = 1ULL << 20U;
constexpr std::uint64_t kGiB = 1ULL << 30U;

template <typename To, typename From>
void take(std::optional<From> value, To& out) {
  if (value) {
    out = static_cast<To>(*std::move(value));
  }
}

/// address or address/bits
bool is_network(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const bool v4 = ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
  if (!v4 && ::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) {
    return false;
  }
  if (slash == std::string::npos) {
    return true;
  }
  unsigned bits = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
  return error == std::errc() && stop == end && bits <= (v4 ? 32U : 128U);
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

class Reader {
 public:
  Reader(const TomlNode& root, const std::string& file_name)
      : errors_(file_name), top_(root, "pgveil.toml", errors_) {
    config_.file_name = file_name;
    folder_ = std::filesystem::path(file_name).parent_path();
  }

  ConfigResult read() {
    path(top_, "policy", config_.policy_file);
    if (top_.find("policy") == nullptr) {
      top_.missing("policy", "write policy = \"policy.toml\" on top");
    }
    section("listen", [this](TomlTable& t) { read_listen(t); });
    section("tls", [this](TomlTable& t) { read_tls(t); });
    section("upstream", [this](TomlTable& t) { read_upstream(t); });
    section("twin", [this](TomlTable& t) { read_twin(t); });
    section("keys", [this](TomlTable& t) { read_keys(t); });
    section("audit", [this](TomlTable& t) { read_audit(t); });
    section("auth", [this](TomlTable& t) { read_auth(t); });
    section("limits", [this](TomlTable& t) { read_limits(t); });
    section("metrics", [this](TomlTable& t) { read_metrics(t); });
    top_.finish();
    if (!errors_.empty()) {
      return errors_.take_sorted();
    }
    return std::move(config_);
  }

 private:
  /// A section that is missing is read as an empty one, so that its required keys are asked for.
  template <typename Read>
  void section(const char* name, Read read) {
    TomlNode empty;
    empty.line = 1;
    const bool absent = top_.find(name) == nullptr;
    const TomlNode* node = top_.table(name);
    if (node == nullptr && !absent) {
      return;
    }
    TomlTable table(node == nullptr ? empty : *node, std::string("[") + name + "]", errors_);
    read(table);
    table.finish();
  }

  void path(TomlTable& table, const char* key, std::string& out) {
    const auto value = table.string(key);
    if (!value) {
      return;
    }
    if (value->empty() || value->find('\0') != std::string::npos) {
      table.error(table.find(key)->line, table.where() + ": " + key + " is no path",
                  "name a file or folder, or leave it out");
      return;
    }
    out = (folder_ / *value).lexically_normal().string();
  }

  void required_path(TomlTable& table, const char* key, std::string& out, const char* remedy) {
    if (table.find(key) == nullptr) {
      table.missing(key, remedy);
    }
    path(table, key, out);
  }

  static void port(TomlTable& table, std::uint16_t& out) {
    take(table.integer("port", 1, 65'535), out);
  }

  /// One text or an array of them; nothing if the key is absent or wrong.
  static std::vector<std::string> words(TomlTable& table, const char* key) {
    const TomlNode* node = table.find(key);
    if (node != nullptr && node->kind == TomlNode::Kind::String) {
      return {node->text};
    }
    std::vector<std::string> result;
    for (const auto& [one, line] : table.strings(key)) {
      result.push_back(one);
    }
    return result;
  }

  void read_listen(TomlTable& table) {
    ListenConfig& out = config_.listen;
    const TomlNode* host = table.find("host");
    if (host != nullptr) {
      out.hosts = words(table, "host");
    }
    if (std::ranges::find(out.hosts, "") != out.hosts.end()) {
      table.error(host->line, "[listen]: a host is empty",
                  "write an address, like \"127.0.0.1\", or host = [] for none");
    }
    port(table, out.port);
    path(table, "unix_dir", out.unix_dir);
    read_unix_permissions(table);
    take(table.string("unix_group"), out.unix_group);
    take(table.boolean("reuse_port"), out.reuse_port);
    for (const auto& [network, line] : table.strings("proxy_protocol_from")) {
      if (!is_network(network)) {
        table.error(line, "[listen]: " + policy::toml_quoted(network) + " is no network",
                    "write an address or address/bits, like \"10.0.0.5\" or \"10.0.0.0/24\"");
      }
      out.proxy_protocol_from.push_back(network);
    }
    if (out.hosts.empty() && out.unix_dir.empty() && errors_.empty()) {
      table.missing("host", "name an address or a unix_dir: nobody could connect");
    }
  }

  void read_unix_permissions(TomlTable& table) {
    const auto text = table.string("unix_permissions");
    if (!text) {
      return;
    }
    std::uint32_t& out = config_.listen.unix_permissions;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out, 8);
    if (error != std::errc() || end != text->data() + text->size() || out > 0777) {
      table.error(table.find("unix_permissions")->line,
                  "[listen]: unix_permissions is no file mode",
                  "write three octal digits, like \"0770\"");
    }
  }

  void read_tls(TomlTable& table) {
    TlsConfig& out = config_.tls;
    const auto mode = table.word("mode", {"off", "allow", "require"});
    path(table, "certificate", out.certificate);
    path(table, "key", out.key);
    // A certificate alone means that TLS is wanted.
    out.mode = mode                      ? (*mode == "require" ? TlsConfig::Mode::Require
                                            : *mode == "allow" ? TlsConfig::Mode::Allow
                                                               : TlsConfig::Mode::Off)
               : out.certificate.empty() ? TlsConfig::Mode::Off
                                         : TlsConfig::Mode::Require;
    if (out.mode != TlsConfig::Mode::Off && out.certificate.empty()) {
      table.missing("certificate", "name the PEM file of the certificate chain");
    }
    if (out.mode != TlsConfig::Mode::Off && out.key.empty()) {
      table.missing("key", "name the PEM file of the private key");
    }
    if (out.mode != TlsConfig::Mode::Require) {
      require_loopback(table);
    }
    read_client_certificates(table);
  }

  void read_client_certificates(TomlTable& table) {
    TlsConfig& out = config_.tls;
    using ClientCert = TlsConfig::ClientCert;
    const auto wanted = table.word("client_cert", {"off", "verify", "login"});
    out.client_cert = wanted == "verify"  ? ClientCert::Verify
                      : wanted == "login" ? ClientCert::Login
                                          : ClientCert::Off;
    path(table, "client_ca", out.client_ca);
    path(table, "client_crl", out.client_crl);
    if (out.client_cert == ClientCert::Off) {
      return;
    }
    if (out.client_ca.empty()) {
      table.missing("client_ca", "name the PEM file of who signs the certificates of clients");
    }
    if (out.mode != TlsConfig::Mode::Require) {
      table.error(table.find("client_cert")->line,
                  "[tls]: client_cert without TLS would ask nobody for a certificate",
                  "write mode = \"require\", or leave client_cert out");
    }
  }

  /// Without TLS, patients' data would cross the network in clear.
  void require_loopback(TomlTable& table) {
    for (const std::string& host : config_.listen.hosts) {
      if (!is_loopback(host)) {
        table.error(table.line(),
                    "[tls]: clear connections to " + policy::toml_quoted(host) +
                        " would show patients' data to the network",
                    "write mode = \"require\" with certificate and key, or listen on 127.0.0.1");
      }
    }
  }

  void read_upstream(TomlTable& table) {
    UpstreamConfig& out = config_.upstream;
    for (const auto& [key, target, remedy] :
         {std::tuple{"dbname", &out.dbname, "name the database"},
          std::tuple{"admin", &out.admin,
                     "give a libpq connection string, like \"dbname=clinic user=pgveil\""}}) {
      if (table.find(key) == nullptr) {
        table.missing(key, remedy);
      }
      take(table.string(key), *target);
    }
    read_upstream_hosts(table);
    const auto target =
        table.word("target_session_attrs",
                   {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"});
    using Target = UpstreamConfig::Target;
    out.target_session_attrs = target == "read-write"       ? Target::ReadWrite
                               : target == "read-only"      ? Target::ReadOnly
                               : target == "primary"        ? Target::Primary
                               : target == "standby"        ? Target::Standby
                               : target == "prefer-standby" ? Target::PreferStandby
                                                            : Target::Any;
    const bool local =
        !out.hosts.empty() && std::ranges::all_of(out.hosts, [](const UpstreamHostConfig& one) {
          return one.host.starts_with('/');
        });
    const auto mode =
        table.word("sslmode", {"disable", "prefer", "require", "verify-ca", "verify-full"});
    using SslMode = UpstreamConfig::SslMode;
    out.sslmode = !mode                  ? (local ? SslMode::Disable : SslMode::VerifyFull)
                  : *mode == "disable"   ? SslMode::Disable
                  : *mode == "prefer"    ? SslMode::Prefer
                  : *mode == "require"   ? SslMode::Require
                  : *mode == "verify-ca" ? SslMode::VerifyCa
                                         : SslMode::VerifyFull;
    path(table, "sslcert", out.sslcert);
    path(table, "sslkey", out.sslkey);
    if (out.sslcert.empty() != out.sslkey.empty()) {
      table.missing(out.sslcert.empty() ? "sslcert" : "sslkey",
                    "a certificate towards the server needs sslcert and sslkey");
    }
    take(table.boolean("allow_md5"), out.allow_md5);
    take(table.boolean("allow_cleartext"), out.allow_cleartext);
    if (out.allow_cleartext && !local && out.sslmode != SslMode::VerifyCa &&
        out.sslmode != SslMode::VerifyFull &&
        !std::ranges::all_of(out.hosts, [](const UpstreamHostConfig& one) {
          return one.host.starts_with('/') || is_loopback(one.host);
        })) {
      table.error(table.find("allow_cleartext")->line,
                  "[upstream]: allow_cleartext would give passwords to whoever answers",
                  "write sslmode = \"verify-full\"");
    }
    path(table, "sslrootcert", out.sslrootcert);
    take(table.duration("connect_timeout", 100ms, 10min), out.connect_timeout);
  }

  /// Hosts, each with its port, or all with the same.
  void read_upstream_hosts(TomlTable& table) {
    std::vector<UpstreamHostConfig>& out = config_.upstream.hosts;
    const TomlNode* host = table.find("host");
    for (std::string& one : words(table, "host")) {
      if (one.empty()) {
        table.error(host->line, "[upstream]: a host is empty",
                    "write a name, an address, or the folder of a unix socket");
      }
      out.push_back({std::move(one)});
    }
    if (host == nullptr || (host->kind == TomlNode::Kind::Array && out.empty())) {
      table.missing("host", "name the PostgreSQL server");
    }
    const TomlNode* ports = table.find("port");
    if (ports == nullptr || ports->kind != TomlNode::Kind::Array) {
      std::uint16_t common = 5432;
      port(table, common);
      for (UpstreamHostConfig& one : out) {
        one.port = common;
      }
      return;
    }
    if (ports->items.size() != out.size()) {
      table.error(ports->line, "[upstream]: there are not as many ports as hosts",
                  "write one port for all hosts, or one for each");
      return;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      const TomlNode& one = ports->items[i];
      if (one.kind != TomlNode::Kind::Integer || one.integer < 1 || one.integer > 65'535) {
        table.error(one.line, "[upstream]: a port is none", "write numbers from 1 to 65535");
        return;
      }
      out[i].port = static_cast<std::uint16_t>(one.integer);
    }
  }

  void read_twin(TomlTable& table) {
    TwinSection& out = config_.twin;
    path(table, "bin_dir", out.bin_dir);
    path(table, "data_dir", out.data_dir);
    take(table.integer("model_connections", 1, 256), out.model_connections);
    take(table.integer("work_connections", 1, 256), out.work_connections);
    take(table.duration("statement_timeout", 0ms, 24h), out.statement_timeout);
  }

  void read_keys(TomlTable& table) {
    take(table.word("provider", {"file"}), config_.keys.provider);
    required_path(table, "file", config_.keys.file,
                  "name the file of the key-encryption key; pgveil keys init makes one");
  }

  void read_audit(TomlTable& table) {
    AuditConfig& out = config_.audit;
    required_path(table, "dir", out.dir, "name the folder of the audit log");
    out.key_file = (std::filesystem::path(out.dir) / "audit.key").string();
    path(table, "key_file", out.key_file);
    take(table.byte_size("rotate_bytes", 4 * kKiB, 64 * kGiB), out.rotate_bytes);
    take(table.duration("rotate_interval", 1s, 24h * 366), out.rotate_interval);
    take(table.boolean("fsync"), out.fsync);
  }

  void read_auth(TomlTable& table) {
    AuthConfig& out = config_.auth;
    const auto source = table.word("verifiers", {"query", "file"});
    out.verifiers = source == "file" ? AuthConfig::Source::File : AuthConfig::Source::Query;
    take(table.string("query"), out.query);
    path(table, "file", out.file);
    if (out.verifiers == AuthConfig::Source::File && table.find("file") == nullptr) {
      table.missing("file", "name the file of login names and SCRAM verifiers");
    }
    take(table.duration("cache", 0ms, 1h), out.cache);
  }

  void read_limits(TomlTable& table) {
    LimitsConfig& out = config_.limits;
    take(table.integer("max_slice_rows", 0, 1'000'000'000), out.max_slice_rows);
    take(table.byte_size("max_slice_bytes", 0, 64 * kGiB), out.max_slice_bytes);
    take(table.byte_size("max_message_bytes", 64 * kKiB, kGiB), out.max_message_bytes);
    take(table.byte_size("max_session_buffer", 16 * kKiB, kGiB), out.max_session_buffer);
    take(table.byte_size("max_statement_bytes", kKiB, 64 * kMiB), out.max_statement_bytes);
    take(table.integer("max_connections", 1, 100'000), out.max_connections);
    take(table.integer("plan_cache_entries", 0, 10'000'000), out.plan_cache_entries);
    take(table.integer("io_threads", 0, 1'024), out.io_threads);
    take(table.integer("worker_threads", 0, 1'024), out.worker_threads);
    take(table.duration("login_timeout", 100ms, 1h), out.login_timeout);
    take(table.duration("shutdown_timeout", 0ms, 1h), out.shutdown_timeout);
    take(table.duration("drain_time", 100ms, 1h), out.drain_time);
    take(table.duration("tcp_keepalive_idle", 0ms, 24h), out.tcp_keepalive_idle);
    take(table.duration("tcp_keepalive_interval", 1s, 1h), out.tcp_keepalive_interval);
    take(table.integer("tcp_keepalive_count", 1, 100), out.tcp_keepalive_count);
    take(table.duration("tcp_user_timeout", 0ms, 24h), out.tcp_user_timeout);
  }

  void read_metrics(TomlTable& table) {
    take(table.string("host"), config_.metrics.host);
    take(table.integer("port", 0, 65'535), config_.metrics.port);
  }

  ErrorList errors_;
  TomlTable top_;
  Config config_;
  std::filesystem::path folder_;
};

}  // namespace

ConfigResult parse_config(std::string_view text, const std::string& file_name) {
  const auto read = policy::read_toml(text, file_name);
  if (const auto* error = std::get_if<ConfigError>(&read)) {
    return std::vector<ConfigError>{*error};
  }
  return Reader(std::get<TomlNode>(read), file_name).read();
}

ConfigResult load_config(const std::string& file_name) {
  std::ifstream in(file_name, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in.is_open() || in.bad()) {
    const int error = errno;
    return std::vector<ConfigError>{
        {file_name, 0, "the file cannot be read: " + std::string(std::strerror(error)),
         "name a file that exists and that pgveil's user may read"}};
  }
  return parse_config(text, file_name);
}

}  // namespace pgveil::proxy
