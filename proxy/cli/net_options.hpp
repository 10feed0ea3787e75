#pragma once

/// What proxy/net and proxy/session are told, out of pgveil.toml.

#include "proxy/config/config.hpp"
#include "proxy/net/options.hpp"
#include "proxy/session/brain.hpp"

namespace pgveil::proxy::cli {

[[nodiscard]] NetOptions net_options(const Config& config);
[[nodiscard]] SessionLimits session_limits(const Config& config);

}  // namespace pgveil::proxy::cli
