// pgveil: one program, a command each for what a DBA and a service manager do with it.
#include "proxy/cli/arguments.hpp"
#include "proxy/cli/audit_commands.hpp"
#include "proxy/cli/explain.hpp"
#include "proxy/cli/load.hpp"
#include "proxy/cli/migrate.hpp"
#include "proxy/cli/serve.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace boost {

// Asserts stay on in release. The process ends: its state is not what the code believes. No value is
// printed.
void assertion_failed(char const* /*expression*/,
                      char const* function,
                      char const* file,
                      long line) {
  std::fprintf(stderr, "pgveil: internal error at %s:%ld (%s)\n", file, line, function);
  std::abort();
}

void assertion_failed_msg(char const* expression,
                          char const* /*message*/,
                          char const* function,
                          char const* file,
                          long line) {
  assertion_failed(expression, function, file, line);
}

}  // namespace boost

namespace {

using namespace pgveil::proxy::cli;

const std::vector<CommandForm> kForms = {
    {"serve", "--user", "", "[--user ACCOUNT]", "run the proxy"},
    {"check", "", "", "", "compare policy, configuration and database"},
    {"plan", "", "", "[TABLE...]", "show what apply would change"},
    {"apply", "", "", "[TABLE...]", "bring the database to the policy: seal columns, make indexes"},
    {"revert", "", "--drop-schema", "[--drop-schema] [TABLE...]", "back to plaintext"},
    {"explain", "--role --user", "", "--role ROLE SQL", "show what would be done with a statement"},
    {"keys init", "", "", "", "make the key-encryption key"},
    {"audit verify", "--head", "", "[--head FILE]", "look for the first bad record"},
    {"audit show", "--patient --login --table", "", "[--patient ID] …", "who did what"},
};

int run(const Arguments& arguments) {
  const auto config = read_config(arguments.config, std::cerr);
  if (!config) {
    return kUsage;
  }
  if (arguments.command == "keys init") {
    return keys_init_command(*config, std::cout, std::cerr);
  }
  if (arguments.command == "audit verify") {
    return audit_verify_command(*config, arguments, std::cout, std::cerr);
  }
  if (arguments.command == "audit show") {
    return audit_show_command(*config, arguments, std::cout, std::cerr);
  }
  auto rules = read_policy(config->policy_file, std::cerr);
  if (rules == nullptr) {
    return kUsage;
  }
  if (arguments.command == "serve") {
    return serve_command(*config, std::move(rules), arguments, std::cerr);
  }
  if (arguments.command == "explain") {
    return explain_command(*config, std::move(rules), arguments, std::cout, std::cerr);
  }
  return migrate_command(*config, *rules, arguments, std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> line(argv + 1, argv + argc);
  std::string why;
  const auto arguments = parse_arguments(line, kForms, why);
  if (!arguments) {
    std::cerr << "pgveil: " << why << "\n\n" << usage(kForms);
    return kUsage;
  }
  if (arguments->help) {
    std::cout << usage(kForms);
    return kOk;
  }
  try {
    return run(*arguments);
  } catch (const std::bad_alloc&) {
    std::cerr << "pgveil: out of memory\n";
  } catch (const std::exception& failure) {
    std::cerr << "pgveil: " << failure.what() << "\n";
  }
  return kFailed;
}
