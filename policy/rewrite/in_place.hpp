#pragma once

/// InPlace: the server computes the whole statement; leaves are replaced, values sealed on their way in,
/// sealed outputs opened on their way out.
///   SELECT ssn FROM patients WHERE ssn = $1
///   SELECT ssn, (patients.id)::text FROM public.patients WHERE pgveil.equality(ssn) = $1

#include "policy/lineage/lineage.hpp"
#include "policy/rewrite/plan.hpp"
#include "policy/rewrite/statement_edit.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pgveil::policy {

struct RewriteInput {
  Lineage* lineage = nullptr;
  std::span<const TypeOid> parameter_types;
  std::vector<std::uint16_t> free_literals;  // literals whose spelling the plan does not depend on
  /// Whether the text form of a type can be made without the twin. Empty: of all.
  std::function<bool(TypeOid)> native_output;
  /// What a write returns instead of what the client wants, as SQL and names. Null: the latter.
  const std::vector<std::pair<std::string, std::string>>* returned = nullptr;
  /// CHECK constraints of the target that the twin has to hold: Split write.
  std::vector<const CheckConstraint*> checks;
};

/// What the server's answer holds for an output of the statement.
[[nodiscard]] ServerOutput output_of(const Flow& flow);

/// Appends hidden outputs that name the patients.
[[nodiscard]] bool append_subjects(Lineage& lineage,
                                   StatementEdit& edit,
                                   std::vector<ServerOutput>& outputs,
                                   Evidence& evidence);

/// Fills `evidence.subjects`. Nothing: the statement cannot be rewritten this way, and `why` says it.
[[nodiscard]] std::optional<InPlace> build_in_place(const RewriteInput& input,
                                                    Evidence& evidence,
                                                    std::string& why);

}  // namespace pgveil::policy
