#pragma once

/// Which server of several a login may keep: `target_session_attrs`, with libpq's meaning.
/// Servers since 14 report what is needed with the login; older ones are asked.
/// Source: PostgreSQL, src/interfaces/libpq/fe-connect.c, CONNECTION_CHECK_TARGET.

#include "proxy/net/brain_port.hpp"
#include "proxy/net/options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgveil::proxy {

/// What must be asked before `target_mismatch` can tell; empty: nothing.
[[nodiscard]] std::string_view target_question(TargetSession target,
                                               const ParameterStatuses& statuses);

/// Why the server will not do, in libpq's words; null if it does. `answer` is that to the question, if
/// there was one. PreferStandby counts as Any: who calls tries Standby first.
[[nodiscard]] const char* target_mismatch(TargetSession target,
                                          const ParameterStatuses& statuses,
                                          const std::optional<std::string>& answer);

}  // namespace pgveil::proxy
