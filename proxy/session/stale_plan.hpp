#pragma once

/// PostgreSQL's error for a prepared statement whose rows would be others by now. Drivers know it by the
/// function that raises it, and prepare again: pgjdbc (willHealViaReparse), asyncpg.
/// Source: src/backend/utils/cache/plancache.c, RevalidateCachedQuery.

#include "protocol/message/errors.hpp"

namespace pgveil::proxy {

[[nodiscard]] protocol::ErrorFields result_type_changed();

}  // namespace pgveil::proxy
