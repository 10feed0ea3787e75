#pragma once

/// Files that every command reads, with their errors printed.

#include "policy/model/policy.hpp"
#include "proxy/config/config.hpp"

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

namespace pgveil::proxy::cli {

[[nodiscard]] std::optional<Config> read_config(const std::string& file, std::ostream& err);
/// The policy file of the configuration.
[[nodiscard]] std::shared_ptr<const policy::Policy> read_policy(const std::string& file,
                                                                std::ostream& err);

}  // namespace pgveil::proxy::cli
