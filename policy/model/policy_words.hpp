#pragma once

/// The words of policy.toml beside the permission grid: masks, search terms, default padding. Shared by
/// the parser and the printer. Pure.

#include "policy/model/classes.hpp"
#include "policy/model/mask.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pgveil::policy {

struct MaskWord {
  const char* word;
  MaskKind kind;
};

inline constexpr std::array<MaskWord, 5> kMaskWords{{{"null", MaskKind::Null},
                                                     {"redact", MaskKind::Redact},
                                                     {"last4", MaskKind::Last4},
                                                     {"year", MaskKind::Year},
                                                     {"zip3", MaskKind::Zip3}}};

/// Names of people and places hide their length by default.
[[nodiscard]] constexpr std::uint16_t default_pad(Phi phi) {
  const bool of_a_name =
      phi == Phi::Name || phi == Phi::Street || phi == Phi::City || phi == Phi::County;
  return of_a_name ? 16 : 0;
}

inline constexpr std::uint16_t kMaxPad = 1024;

}  // namespace pgveil::policy
