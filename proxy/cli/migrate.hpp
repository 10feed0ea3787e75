#pragma once

/// `pgveil check`, `plan`, `apply`, `revert` and `keys init`.

#include "policy/model/policy.hpp"
#include "proxy/cli/arguments.hpp"
#include "proxy/config/config.hpp"

#include <iosfwd>

namespace pgveil::proxy::cli {

int keys_init_command(const Config& config, std::ostream& out, std::ostream& err);
int migrate_command(const Config& config,
                    const policy::Policy& rules,
                    const Arguments& arguments,
                    std::ostream& out,
                    std::ostream& err);

}  // namespace pgveil::proxy::cli
