#pragma once

/// Split: the server yields the rows that matter of each relation (the slice), in one statement and so
/// of one snapshot; the twin runs the client's statement over them.
///   SELECT upper(last_name) FROM patients WHERE id < 100
///   server  SELECT 0, int4send(id), last_name::bytea FROM public.patients WHERE id < 100
///   twin    SELECT upper(last_name) FROM patients WHERE id < 100

#include "policy/rewrite/in_place.hpp"

#include <optional>
#include <string>

namespace pgveil::policy {

/// Fills `evidence.subjects`. A Refuse says why nobody can answer exactly.
[[nodiscard]] std::variant<Split, Refuse> build_split(const RewriteInput& input,
                                                      Evidence& evidence);

}  // namespace pgveil::policy
