#include "proxy/cli/migrate.hpp"

#include "proxy/apply/run.hpp"
#include "proxy/cli/control_plane.hpp"
#include "proxy/keys/key_encryption_key.hpp"

#include <ostream>
#include <string>
#include <unistd.h>
#include <vector>

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

/// What the twin could not take over: statements that need it and a tagged column are refused.
std::vector<std::string> not_mirrored(const Config& config) {
  twin::Twin twin(twin_config(config));
  if (const auto started = twin.start(); !started) {
    return {"the twin does not start: " + twin::describe(started.error())};
  }
  std::vector<std::string> lines;
  for (const twin::MirrorProblem& problem : twin.problems()) {
    lines.push_back("the twin cannot have " + problem.object + ": " + problem.reason);
  }
  twin.stop();
  return lines;
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
    return exit_code(apply::run_check(options, rules, not_mirrored(config), out));
  }
  err << "pgveil: there is no command " << arguments.command << "\n";
  return kUsage;
}

}  // namespace pgveil::proxy::cli
