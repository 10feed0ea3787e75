#pragma once

/// The control plane's connection string. What `[upstream] admin` leaves out (host, port, TLS, which of
/// several servers) is that of `[upstream]` itself, so that it needs to be written once.

#include "proxy/config/config.hpp"

#include <optional>
#include <string>

namespace pgveil::proxy::cli {

/// As libpq takes it. With several hosts the control plane looks for the one that can be written to.
/// Nothing: `admin` is no connection string.
[[nodiscard]] std::optional<std::string> admin_conninfo(const UpstreamConfig& upstream);

}  // namespace pgveil::proxy::cli
