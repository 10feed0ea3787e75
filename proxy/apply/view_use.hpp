#pragma once

/// What a view does with sealed columns, read from its rewrite rule. Over sealed values most expressions
/// fail, or worse, succeed with garbage; so a view stays on the server only if it passes them on as they
/// are, or asks whether they are NULL.
/// Pure. Threads: any.

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace pgveil::proxy::apply {

/// Relation → attribute numbers that hold sealed values.
using SealedAttributes = std::map<std::uint32_t, std::set<std::int16_t>>;

struct ViewUse {
  enum class Kind {
    Computes,  // uses a sealed value in any other way, or cannot be read
    Passes,    // hands sealed values on, at least one
    Untouched  // names none
  };
  Kind kind = Kind::Computes;
  std::set<std::int16_t> sealed_outputs;  // Passes: which of its columns are sealed
};

/// `tree` is pg_rewrite.ev_action of the _RETURN rule.
[[nodiscard]] ViewUse view_use(const std::string& tree, const SealedAttributes& sealed);

}  // namespace pgveil::proxy::apply
