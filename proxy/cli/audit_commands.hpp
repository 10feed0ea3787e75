#pragma once

/// `pgveil audit verify` and `pgveil audit show`.

#include "proxy/cli/arguments.hpp"
#include "proxy/config/config.hpp"

#include <iosfwd>

namespace pgveil::proxy::cli {

/// --head FILE: a checkpoint line kept elsewhere.
int audit_verify_command(const Config& config,
                         const Arguments& arguments,
                         std::ostream& out,
                         std::ostream& err);
/// --patient ID, --login NAME, --table SCHEMA.TABLE.
int audit_show_command(const Config& config,
                       const Arguments& arguments,
                       std::ostream& out,
                       std::ostream& err);

[[nodiscard]] std::string audit_key_file(const Config& config);

}  // namespace pgveil::proxy::cli
