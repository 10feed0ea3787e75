#include "proxy/cli/admin_conninfo.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>

namespace pgveil::proxy::cli {
namespace {

using Settings = std::map<std::string, std::string>;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// What the string itself sets; libpq's defaults and the environment are left to libpq.
std::optional<Settings> settings_of(const std::string& conninfo) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(conninfo.c_str(), &message));
  PQfreemem(message);  // may quote the string, which may hold a password
  if (!options) {
    return std::nullopt;
  }
  Settings settings;
  for (const PQconninfoOption* one = options.get(); one->keyword != nullptr; ++one) {
    if (one->val != nullptr) {
      settings[one->keyword] = one->val;
    }
  }
  return settings;
}

std::string print(const Settings& settings) {
  std::string text;
  for (const auto& [key, value] : settings) {
    text += text.empty() ? "" : " ";
    text += key + "='";
    for (const char c : value) {
      text += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    }
    text += "'";
  }
  return text;
}

void add_hosts(Settings& settings, const UpstreamConfig& upstream) {
  std::string hosts;
  std::string ports;
  for (const UpstreamHostConfig& one : upstream.hosts) {
    hosts += (hosts.empty() ? "" : ",") + one.host;
    ports += (ports.empty() ? "" : ",") + std::to_string(one.port);
  }
  settings["host"] = hosts;
  settings["port"] = ports;
  if (upstream.hosts.size() > 1) {
    settings.emplace("target_session_attrs", "read-write");
  }
}

const char* word(UpstreamConfig::SslMode mode) {
  using Mode = UpstreamConfig::SslMode;
  switch (mode) {
    case Mode::Disable:
      return "disable";
    case Mode::Prefer:
      return "prefer";
    case Mode::Require:
      return "require";
    case Mode::VerifyCa:
      return "verify-ca";
    case Mode::VerifyFull:
      return "verify-full";
  }
  return "verify-full";
}

void add_tls(Settings& settings, const UpstreamConfig& upstream) {
  settings["sslmode"] = word(upstream.sslmode);
  if (!upstream.sslrootcert.empty()) {
    settings.emplace("sslrootcert", upstream.sslrootcert);
  }
  if (!upstream.sslcert.empty()) {
    settings.emplace("sslcert", upstream.sslcert);
    settings.emplace("sslkey", upstream.sslkey);
  }
}

}  // namespace

std::optional<std::string> admin_conninfo(const UpstreamConfig& upstream) {
  auto settings = settings_of(upstream.admin);
  if (!settings) {
    return std::nullopt;
  }
  const bool elsewhere =
      std::ranges::any_of(std::initializer_list<const char*>{"host", "hostaddr", "port", "service"},
                          [&](const char* key) { return settings->contains(key); });
  if (!elsewhere) {
    add_hosts(*settings, upstream);
    if (!settings->contains("sslmode")) {
      add_tls(*settings, upstream);
    }
  }
  settings->emplace("dbname", upstream.dbname);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(upstream.connect_timeout).count();
  settings->emplace("connect_timeout", std::to_string(std::max<std::int64_t>(2, seconds)));
  return print(*settings);
}

}  // namespace pgveil::proxy::cli
