#pragma once

/// numeric in the form that PostgreSQL computes with: digits of base 10,000.
/// Source: PostgreSQL, src/backend/utils/adt/numeric.c (set_var_from_str, get_str_from_var, round_var,
/// apply_typmod, make_result, numeric_recv, numeric_send), major 15.

#include "protocol/value/codec.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pgveil::protocol::value {

struct Numeric {
  enum class Kind { Finite, NaN, PlusInfinity, MinusInfinity };
  Kind kind = Kind::Finite;
  bool negative = false;
  int weight = 0;  // of the first digit, in powers of 10,000
  int dscale = 0;  // decimal digits shown after the point
  std::vector<std::int16_t> digits;

  /// Takes away zero digits at both ends; zero is positive with weight 0.
  void strip();
  /// To so many decimal places, half away from zero; negative: tens, hundreds …
  void round(int places);
};

[[nodiscard]] Numeric numeric_of(std::int64_t value);
/// The integer that it is, if it is one and fits.
[[nodiscard]] std::optional<std::int64_t> exact_integer(const Numeric& value);

/// PostgreSQL's overflow errors, or canonical bytes.
[[nodiscard]] Converted numeric_canonical(Numeric value);
/// Strict: nothing if the bytes are not what numeric_canonical writes.
[[nodiscard]] std::optional<Numeric> numeric_value(ByteView canonical);

[[nodiscard]] Converted numeric_from_text(std::string_view text);
[[nodiscard]] Converted numeric_from_binary(ByteView bytes, std::uint16_t parameter);
[[nodiscard]] Converted numeric_apply_typmod(std::int32_t typmod, Numeric value);
void numeric_to_text(const Numeric& value, Bytes& out);

}  // namespace pgveil::protocol::value
