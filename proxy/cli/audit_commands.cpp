#include "proxy/cli/audit_commands.hpp"

#include "proxy/audit/keys.hpp"
#include "proxy/audit/show.hpp"
#include "proxy/audit/verify.hpp"

#include <filesystem>
#include <ostream>

namespace pgveil::proxy::cli {
namespace {

// Theirs: 0 fine, 1 something is wrong with the log, 2 it cannot be read.
int exit_code(int code) { return code == 0 ? kOk : code == 1 ? kFindings : kFailed; }

}  // namespace

std::string audit_key_file(const Config& config) {
  return config.audit.key_file.empty()
             ? (std::filesystem::path(config.audit.dir) / "audit.key").string()
             : config.audit.key_file;
}

int audit_verify_command(const Config& config,
                         const Arguments& arguments,
                         std::ostream& out,
                         std::ostream& err) {
  VerifyOptions options;
  const auto public_key = std::filesystem::path(audit_key_file(config)).parent_path() / "audit.pub";
  if (auto key = load_verify_key(public_key)) {
    options.verify_key = *key;
  } else {
    err << "pgveil: " << public_key.string() << " cannot be read; the log's own key is used\n";
  }
  if (const auto head = arguments.options.find("--head"); head != arguments.options.end()) {
    options.head_file = head->second;
  }
  return exit_code(audit_verify(config.audit.dir, options, arguments.json, out));
}

int audit_show_command(const Config& config,
                       const Arguments& arguments,
                       std::ostream& out,
                       std::ostream& err) {
  ShowFilter filter;
  const auto option = [&arguments](const char* name) -> std::optional<std::string> {
    const auto found = arguments.options.find(name);
    return found == arguments.options.end() ? std::nullopt : std::optional(found->second);
  };
  filter.patient = option("--patient");
  filter.login = option("--login");
  filter.table = option("--table");
  std::shared_ptr<const AuditKeys> keys;
  if (auto loaded = load_audit_keys(audit_key_file(config))) {
    keys = *loaded;
  } else if (filter.patient) {
    err << "pgveil: finding a patient needs the audit keys, and " << audit_key_file(config)
        << " cannot be read\n";
    return kFailed;
  }
  return exit_code(audit_show(config.audit.dir, filter, keys, arguments.json, out));
}

}  // namespace pgveil::proxy::cli
