#include "proxy/cli/load.hpp"

#include "proxy/cli/admin_conninfo.hpp"

#include <fstream>
#include <ostream>
#include <sstream>

namespace pgveil::proxy::cli {
namespace {

void print_all(const std::vector<policy::FileError>& errors, std::ostream& err) {
  for (const policy::FileError& error : errors) {
    err << policy::print(error) << "\n";
  }
}

}  // namespace

std::optional<Config> read_config(const std::string& file, std::ostream& err) {
  ConfigResult result = load_config(file);
  if (auto* config = std::get_if<Config>(&result)) {
    auto admin = admin_conninfo(config->upstream);
    if (!admin) {
      err << file << ": [upstream]: admin is no libpq connection string (write it like "
          << "\"dbname=clinic user=pgveil\")\n";
      return std::nullopt;
    }
    config->upstream.admin = std::move(*admin);
    return std::move(*config);
  }
  print_all(std::get<std::vector<ConfigError>>(result), err);
  return std::nullopt;
}

std::shared_ptr<const policy::Policy> read_policy(const std::string& file, std::ostream& err) {
  std::ifstream in(file);
  if (!in) {
    err << file << ": cannot be read\n";
    return nullptr;
  }
  std::ostringstream text;
  text << in.rdbuf();
  auto result = policy::parse_policy(text.str(), file);
  if (auto* parsed = std::get_if<policy::Policy>(&result)) {
    return std::make_shared<const policy::Policy>(std::move(*parsed));
  }
  print_all(std::get<std::vector<policy::PolicyError>>(result), err);
  return nullptr;
}

}  // namespace pgveil::proxy::cli
