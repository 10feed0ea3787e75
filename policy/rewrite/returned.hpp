#pragma once

/// A write that the server can do in place, and whose RETURNING it cannot compute: it returns the columns
/// that RETURNING names as a slice, of the rows as they are stored (keys, defaults, what triggers and ON
/// CONFLICT have made of them), and the twin computes the list over it.
///   INSERT INTO patients (last_name, …) VALUES ($1, …) RETURNING id, upper(last_name)
///   server  INSERT INTO public.patients (last_name, …) VALUES ($1, …) RETURNING 0, int4send(id), last_name::bytea
///   twin    SELECT id, upper(last_name) FROM public.patients

#include "policy/rewrite/in_place.hpp"

#include <optional>

namespace pgveil::policy {

/// Nothing: it cannot be done in this way.
[[nodiscard]] std::optional<Split> build_returned(const RewriteInput& input, Evidence& evidence);

}  // namespace pgveil::policy
