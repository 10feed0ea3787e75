#pragma once

/// `pgveil serve`: runs until SIGTERM or SIGINT; SIGHUP reads the policy again.

#include "policy/model/policy.hpp"
#include "proxy/cli/arguments.hpp"
#include "proxy/config/config.hpp"

#include <iosfwd>
#include <memory>

namespace pgveil::proxy::cli {

int serve_command(const Config& config,
                  std::shared_ptr<const policy::Policy> rules,
                  const Arguments& arguments,
                  std::ostream& err);

}  // namespace pgveil::proxy::cli
