#pragma once

/// The subcommands plan, apply, revert and check: they write for people (or JSON) and answer the
/// program's exit code. Threads: one; they block.

#include "policy/model/policy.hpp"

#include <iosfwd>
#include <set>
#include <string>
#include <vector>

namespace pgveil::proxy::apply {

/// Documented exit codes.
enum ExitCode : int {
  kExitDone = 0,    // done, or nothing to do
  kExitFailed = 1,  // an error; what was not finished is as it was before
  kExitPending = 2  // plan, check: there is something to do or to mend
};

struct RunOptions {
  std::string conninfo;          // of the admin login, which owns the tables
  std::string key_file;          // apply, revert
  std::set<std::string> tables;  // "schema.table"; empty: all
  bool json = false;
  bool progress = false;     // lines of progress, for a terminal
  bool drop_schema = false;  // revert: drop schema pgveil with all keys if nothing is sealed
};

[[nodiscard]] int run_plan(const RunOptions& options,
                           const policy::Policy& policy,
                           std::ostream& out);
[[nodiscard]] int run_apply(const RunOptions& options,
                            const policy::Policy& policy,
                            std::ostream& out);
/// Every sealed column of the tables, whatever the policy says of them.
[[nodiscard]] int run_revert(const RunOptions& options, std::ostream& out);
/// `others`: what other parts found, one line each (objects that the twin cannot mirror).
[[nodiscard]] int run_check(const RunOptions& options,
                            const policy::Policy& policy,
                            const std::vector<std::string>& others,
                            std::ostream& out);

}  // namespace pgveil::proxy::apply
