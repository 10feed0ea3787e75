#include "proxy/cli/migrate.hpp"

#include "proxy/apply/run.hpp"
#include "proxy/keys/key_encryption_key.hpp"

#include <ostream>
#include <unistd.h>

namespace pgveil::proxy::cli {
namespace {

int exit_code(int code) {
  switch (code) {
    case apply::kExitDone:
      return kOk;
    case apply::kExitPending:
      return kFindings;
    default:
      return kFailed;
  }
}

}  // namespace

int keys_init_command(const Config& config, std::ostream& out, std::ostream& err) {
  auto made = keys::create_key_file(config.keys.file);
  if (!made) {
    err << "pgveil: " << made.error().message << "\n";
    return kFailed;
  }
  out << "made " << config.keys.file << " (key " << made->id()
      << "); keep a copy of it apart: without it no sealed value opens again\n";
  return kOk;
}

int migrate_command(const Config& config,
                    const policy::Policy& rules,
                    const Arguments& arguments,
                    std::ostream& out,
                    std::ostream& err) {
  apply::RunOptions options;
  options.conninfo = config.upstream.admin;
  options.key_file = config.keys.file;
  options.tables.insert(arguments.words.begin(), arguments.words.end());
  options.json = arguments.json;
  options.progress = isatty(STDERR_FILENO) == 1;
  options.drop_schema = arguments.options.contains("--drop-schema");
  if (arguments.command == "plan") {
    const int code = apply::run_plan(options, rules, out);
    return code == apply::kExitPending ? kOk : exit_code(code);  // a plan is no finding
  }
  if (arguments.command == "apply") {
    return exit_code(apply::run_apply(options, rules, out));
  }
  if (arguments.command == "revert") {
    return exit_code(apply::run_revert(options, out));
  }
  if (arguments.command == "check") {
    return exit_code(apply::run_check(options, rules, {}, out));
  }
  err << "pgveil: there is no command " << arguments.command << "\n";
  return kUsage;
}

}  // namespace pgveil::proxy::cli
