#include "proxy/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

using ::testing::HasSubstr;

const std::string kLeast = R"(
policy = "policy.toml"
[upstream]
host = "db.example"
dbname = "clinic"
admin = "host=db.example dbname=clinic user=pgveil"
[keys]
file = "kek"
[audit]
dir = "/var/log/pgveil"
)";

Config accepted(const std::string& text) {
  auto result = parse_config(text, "/etc/pgveil/pgveil.toml");
  if (const auto* errors = std::get_if<std::vector<ConfigError>>(&result)) {
    for (const ConfigError& error : *errors) {
      ADD_FAILURE() << policy::print(error);
    }
    return {};
  }
  return std::get<Config>(std::move(result));
}

TEST(Config, TheLeastFileHasSafeDefaults) {
  const Config config = accepted(kLeast);
  EXPECT_EQ(config.policy_file, "/etc/pgveil/policy.toml");
  EXPECT_EQ(config.keys.file, "/etc/pgveil/kek");
  EXPECT_EQ(config.audit.dir, "/var/log/pgveil");
  EXPECT_EQ(config.audit.key_file, "/var/log/pgveil/audit.key");
  EXPECT_TRUE(config.audit.fsync);
  EXPECT_EQ(config.upstream.sslmode, UpstreamConfig::SslMode::VerifyFull);
  EXPECT_EQ(config.listen.hosts, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(config.limits.max_slice_rows, 100'000U);
  EXPECT_EQ(config.limits.max_slice_bytes, 256U << 20U);
  EXPECT_EQ(config.metrics.port, 0);
}

const std::string kEvery = R"(
policy = "/p.toml"
[listen]
host = ["0.0.0.0", "::"]
port = 7000
unix_dir = "/run/pgveil"
unix_permissions = "0770"
unix_group = "clinic"
reuse_port = true
proxy_protocol_from = ["10.0.0.5", "fd00::/8"]
[tls]
certificate = "server.crt"
key = "server.key"
client_cert = "login"
client_ca = "clients.crt"
client_crl = "clients.crl"
[upstream]
host = ["/run/postgresql", "/run/other"]
port = [5433, 5434]
target_session_attrs = "prefer-standby"
sslcert = "own.crt"
sslkey = "own.key"
allow_md5 = true
allow_cleartext = true
dbname = "clinic"
admin = "user=pgveil"
connect_timeout = "3s"
[twin]
bin_dir = "/usr/lib/postgresql/14/bin"
data_dir = "/run/user/1"
model_connections = 2
work_connections = 3
statement_timeout = "10s"
[keys]
provider = "file"
file = "/k"
[audit]
dir = "/a"
key_file = "/b/audit.key"
rotate_bytes = "1MiB"
rotate_interval = "1h"
fsync = false
[auth]
verifiers = "file"
file = "users.txt"
cache = "5s"
[limits]
max_slice_rows = 5
max_slice_bytes = "1MiB"
max_message_bytes = "64MiB"
max_session_buffer = "1MiB"
max_statement_bytes = "128KiB"
max_connections = 10
plan_cache_entries = 11
io_threads = 2
worker_threads = 3
login_timeout = "1s"
shutdown_timeout = "2s"
drain_time = "3s"
tcp_keepalive_idle = "20s"
tcp_keepalive_interval = "5s"
tcp_keepalive_count = 3
tcp_user_timeout = "30s"
[metrics]
host = "0.0.0.0"
port = 9100
)";

TEST(Config, EverySectionIsRead) {
  const Config config = accepted(kEvery);
  EXPECT_EQ(config.listen.hosts.size(), 2U);
  EXPECT_EQ(config.listen.port, 7000);
  EXPECT_EQ(config.tls.mode, TlsConfig::Mode::Require);
  EXPECT_EQ(config.tls.certificate, "/etc/pgveil/server.crt");
  EXPECT_EQ(config.upstream.sslmode, UpstreamConfig::SslMode::Disable);
  EXPECT_EQ(config.twin.work_connections, 3U);
  EXPECT_EQ(config.audit.key_file, "/b/audit.key");
  EXPECT_FALSE(config.audit.fsync);
  EXPECT_EQ(config.auth.verifiers, AuthConfig::Source::File);
  EXPECT_EQ(config.auth.file, "/etc/pgveil/users.txt");
  EXPECT_EQ(config.limits.login_timeout, std::chrono::seconds(1));
  EXPECT_EQ(config.limits.worker_threads, 3U);
  EXPECT_EQ(config.metrics.port, 9100);
}

TEST(Config, TheConnectionPhaseIsRead) {
  const Config config = accepted(kEvery);
  EXPECT_EQ(config.listen.unix_permissions, 0770U);
  EXPECT_EQ(config.listen.unix_group, "clinic");
  EXPECT_TRUE(config.listen.reuse_port);
  EXPECT_EQ(config.listen.proxy_protocol_from.size(), 2U);
  EXPECT_EQ(config.tls.client_cert, TlsConfig::ClientCert::Login);
  EXPECT_EQ(config.tls.client_ca, "/etc/pgveil/clients.crt");
  EXPECT_EQ(config.tls.client_crl, "/etc/pgveil/clients.crl");
  ASSERT_EQ(config.upstream.hosts.size(), 2U);
  EXPECT_EQ(config.upstream.hosts[1].host, "/run/other");
  EXPECT_EQ(config.upstream.hosts[1].port, 5434);
  EXPECT_EQ(config.upstream.target_session_attrs, UpstreamConfig::Target::PreferStandby);
  EXPECT_EQ(config.upstream.sslcert, "/etc/pgveil/own.crt");
  EXPECT_TRUE(config.upstream.allow_md5);
  EXPECT_TRUE(config.upstream.allow_cleartext);
  EXPECT_EQ(config.limits.drain_time, std::chrono::seconds(3));
  EXPECT_EQ(config.limits.tcp_keepalive_idle, std::chrono::seconds(20));
  EXPECT_EQ(config.limits.tcp_keepalive_count, 3U);
  EXPECT_EQ(config.limits.tcp_user_timeout, std::chrono::seconds(30));
}

TEST(Config, PasswordsInClearNeedAServerThatIsKnown) {
  const auto with = [](const std::string& line) {
    std::string text = kLeast;
    text.insert(text.find("host = "), "allow_cleartext = true\n" + line);
    return parse_config(text, "pgveil.toml");
  };
  EXPECT_TRUE(std::holds_alternative<Config>(with("")));
  EXPECT_TRUE(std::holds_alternative<Config>(with("sslmode = \"verify-ca\"\n")));
  for (const char* mode : {"disable", "prefer", "require"}) {
    const auto result = with("sslmode = \"" + std::string(mode) + "\"\n");
    ASSERT_TRUE(std::holds_alternative<std::vector<ConfigError>>(result)) << mode;
    EXPECT_THAT(policy::print(std::get<std::vector<ConfigError>>(result).front()),
                HasSubstr("whoever answers"));
  }
}

struct Wrong {
  const char* name;
  const char* addition;  // to the least file
  const char* message;
  const char* remedy;
};

const Wrong kWrong[] = {
    {"section", "[upstraem]\n", "unknown key \"upstraem\"", "did you mean \"upstream\"?"},
    {"key", "[limits]\nmax_slice_row = 3\n", "unknown key \"max_slice_row\"",
     "did you mean \"max_slice_rows\"?"},
    {"network", "[listen]\nproxy_protocol_from = [\"10.0.0.0/33\"]\n", "is no network",
     "address/bits"},
    {"permissions", "[listen]\nunix_permissions = \"0888\"\n", "no file mode", "0770"},
    {"client_cert_without_tls", "[tls]\nclient_cert = \"verify\"\nclient_ca = \"x\"\n",
     "would ask nobody", "mode = \"require\""},
    {"port", "[listen]\nport = 70000\n", "port = 70000 is out of range", "1 to 65535"},
    {"size", "[limits]\nmax_slice_bytes = \"1MB\"\n", "max_slice_bytes is not a size", "MiB"},
    {"duration", "[limits]\nlogin_timeout = 30\n", "login_timeout is a number", "duration"},
    {"clear_network", "[listen]\nhost = [\"10.0.0.1\"]\n", "clear connections to \"10.0.0.1\"",
     "mode = \"require\""},
    {"clear_allowed_on_network",
     "[listen]\nhost = [\"10.0.0.1\"]\n[tls]\nmode = \"allow\"\ncertificate = \"c\"\nkey = \"k\"\n",
     "clear connections", "require"},
    {"no_key", "[tls]\ncertificate = \"c\"\n", "key is missing", "PEM"},
    {"empty_host",
     "[listen]\nhost = \"\"\n[tls]\nmode = \"require\"\ncertificate = \"c\"\nkey = \"k\"\n",
     "a host is empty", "127.0.0.1"},
    {"nobody_can_connect", "[listen]\nhost = []\n", "host is missing", "nobody could connect"},
    {"verifier_file", "[auth]\nverifiers = \"file\"\n", "file is missing", "SCRAM verifiers"},
    {"verifiers", "[auth]\nverifiers = \"ldap\"\n", "verifiers = \"ldap\" is not known",
     "query, file"},
    {"section_is_a_number", "", "", ""},
};

TEST(Config, ErrorsNameTheRemedy) {
  for (const Wrong& wrong : kWrong) {
    SCOPED_TRACE(wrong.name);
    const bool number = std::string(wrong.name) == "section_is_a_number";
    const auto result =
        parse_config(number ? "listen = 3\n" + kLeast : kLeast + wrong.addition, "pgveil.toml");
    const auto* errors = std::get_if<std::vector<ConfigError>>(&result);
    ASSERT_NE(errors, nullptr);
    ASSERT_EQ(errors->size(), 1U) << policy::print(errors->back());
    EXPECT_THAT(errors->front().message, HasSubstr(wrong.message));
    EXPECT_THAT(errors->front().remedy, HasSubstr(wrong.remedy));
    EXPECT_GT(errors->front().line, 0);
  }
}

TEST(Config, OneHostNeedsNoArray) {
  EXPECT_EQ(accepted(kLeast + "[listen]\nhost = \"127.0.0.2\"\n").listen.hosts,
            std::vector<std::string>{"127.0.0.2"});
}

TEST(Config, AnEmptyFileIsToldAllThatIsMissing) {
  const auto result = parse_config("", "pgveil.toml");
  const auto& errors = std::get<std::vector<ConfigError>>(result);
  EXPECT_EQ(errors.size(), 6U);  // policy, host, dbname, admin, keys file, audit dir
}

TEST(Config, AFileThatIsNotThereIsAnError) {
  const auto result = load_config("/nonexistent/pgveil.toml");
  const auto& errors = std::get<std::vector<ConfigError>>(result);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace pgveil::proxy
