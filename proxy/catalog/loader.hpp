#pragma once

/// Fills a policy::Catalog: relations, functions, operators and types of the twin's model database, and
/// what upstream's schema pgveil says of sealed columns.
/// Errors: Upstream, from either side. Threads: any; blocks for tens of milliseconds.

#include "policy/model/catalog.hpp"
#include "proxy/twin/control.hpp"
#include "proxy/twin/error.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace pgveil::proxy::catalog {

using twin::Error;
using twin::Result;

/// `model`: a superuser connection to the twin's model database. `upstream`: the admin login.
[[nodiscard]] Result<std::shared_ptr<const policy::Catalog>> load_catalog(
    twin::ControlConnection& model, twin::ControlConnection& upstream, std::uint64_t epoch);

/// A hash over everything of the upstream schema that the twin and the catalog are made of. Unchanged by
/// statistics, storage, and temporary objects.
[[nodiscard]] Result<std::string> fingerprint(twin::ControlConnection& upstream);

}  // namespace pgveil::proxy::catalog
