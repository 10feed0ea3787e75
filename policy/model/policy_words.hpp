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

/// What may stand behind `range:` and `order:`. Whether it fits the column's type is for `check`. A step has
/// one spelling: it is hashed into the terms.
[[nodiscard]] constexpr bool is_bucket_unit(std::string_view unit) {
  for (const std::string_view word : {"day", "week", "month", "year", "log2"}) {
    if (unit == word) {
      return true;
    }
  }
  const auto point = unit.find('.');
  const bool leading = unit.size() > 1 && unit[0] == '0' && unit[1] != '.';
  const bool trailing = point != std::string_view::npos && unit.back() == '0';
  return !unit.empty() && unit.size() <= 12 && unit[0] != '.' && unit.back() != '.' && !leading &&
         !trailing && unit.find_first_not_of("0123456789.") == std::string_view::npos &&
         point == unit.rfind('.') && unit.find_first_not_of("0.") != std::string_view::npos;
}

}  // namespace pgveil::policy
