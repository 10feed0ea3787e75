#pragma once

/// One conversation, twice: with the model server alone, and through a session to it. The bytes of
/// `choices` decide what the client says, how the streams are cut, and when jobs are done.

#include <cstdint>
#include <span>
#include <string>

namespace pgveil::sim {

/// Empty: the client saw the same, nothing sealed, and each begin record got its end. Otherwise what
/// differs.
[[nodiscard]] std::string difference(std::span<const std::uint8_t> choices);

}  // namespace pgveil::sim
