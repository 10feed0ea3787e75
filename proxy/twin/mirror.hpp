#pragma once

/// Loads an upstream schema into a fresh cluster, as two databases: `model`, named like the upstream
/// database, with everything; and `pgveil_work`, whose tables take partial slices.
/// Two steps, because OIDs can only be chosen while the server runs in binary upgrade mode (-b), and
/// only a normal server can make the rest.
/// Errors: Load, when not even the databases can be made. What single objects lack is a problem.

#include "proxy/twin/upstream.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pgveil::proxy::twin {

inline constexpr const char* kAdminRole = "pgveil_twin_admin";  // our superuser
/// Who made the cluster, OID 10; becomes the role that has it upstream, and is no superuser any more.
inline constexpr const char* kBootRole = "pgveil_twin_boot";
inline constexpr const char* kDataRole = "pgveil_twin";  // all operations
inline constexpr const char* kWorkDatabase = "pgveil_work";

/// Opens a superuser connection to a database of the twin.
using Connect = std::function<Result<ControlConnection>(const std::string& database)>;

/// Roles, databases and the dump. In binary upgrade mode if the schema has OIDs.
[[nodiscard]] Result<Done> load_dump(const UpstreamSchema& schema,
                                     const Connect& connect,
                                     std::vector<MirrorProblem>& problems);
/// Logical objects, rights, and what makes `work` take slices. In normal mode.
[[nodiscard]] Result<Done> finish_load(const UpstreamSchema& schema,
                                       const Connect& connect,
                                       std::vector<MirrorProblem>& problems);

}  // namespace pgveil::proxy::twin
