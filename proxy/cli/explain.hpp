#pragma once

/// `pgveil explain --role R "SQL"`: the decision, the SQL that would be sent, the slice, and what the
/// twin would evaluate. Nothing is executed; the twin is started for it and stopped again.

#include "policy/model/policy.hpp"
#include "proxy/cli/arguments.hpp"
#include "proxy/config/config.hpp"

#include <iosfwd>
#include <memory>

namespace pgveil::proxy::cli {

int explain_command(const Config& config,
                    std::shared_ptr<const policy::Policy> rules,
                    const Arguments& arguments,
                    std::ostream& out,
                    std::ostream& err);

}  // namespace pgveil::proxy::cli
