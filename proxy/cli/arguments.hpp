#pragma once

/// The command line: `pgveil [--config FILE] [--json] COMMAND [ARGUMENTS]`. Pure.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy::cli {

/// What main returns; documented in README.md.
enum ExitCode : int {
  kOk = 0,
  kFindings = 1,  // the command ran and found something wrong
  kUsage = 2,     // the command line, a configuration or policy file
  kFailed = 3     // something it needs does not work: server, twin, keys, disk
};

struct Arguments {
  std::string config = "pgveil.toml";
  bool json = false;
  bool help = false;
  std::string command;                         // "serve", "audit verify" …
  std::map<std::string, std::string> options;  // "--role" → "clinician"; flags → ""
  std::vector<std::string> words;              // what is left
};

struct CommandForm {
  std::string_view name;
  std::string_view options;  // with a value, separated by blanks: "--role --user"
  std::string_view flags;    // without
  std::string_view words;    // for the usage text
  std::string_view summary;
};

/// Nothing, and `why`, if the line is not one of the forms.
[[nodiscard]] std::optional<Arguments> parse_arguments(const std::vector<std::string>& line,
                                                       const std::vector<CommandForm>& forms,
                                                       std::string& why);
[[nodiscard]] std::string usage(const std::vector<CommandForm>& forms);

}  // namespace pgveil::proxy::cli
