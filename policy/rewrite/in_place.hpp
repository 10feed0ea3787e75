#pragma once

/// InPlace: the server computes the whole statement; leaves are replaced, values sealed on their way in,
/// sealed outputs opened on their way out.
///   SELECT ssn FROM patients WHERE ssn = $1
///   SELECT ssn, (patients.id)::text FROM public.patients WHERE pgveil.equality(ssn) = $1

#include "policy/lineage/lineage.hpp"
#include "policy/rewrite/plan.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pgveil::policy {

struct RewriteInput {
  Lineage* lineage = nullptr;
  std::span<const TypeOid> parameter_types;
  std::vector<std::uint16_t> free_literals;  // literals whose spelling the plan does not depend on
};

/// Fills `evidence.subjects`. Nothing: the statement cannot be rewritten this way, and `why` says it.
[[nodiscard]] std::optional<InPlace> build_in_place(const RewriteInput& input,
                                                    Evidence& evidence,
                                                    std::string& why);

}  // namespace pgveil::policy
