#include "protocol/value/cast.hpp"

#include "protocol/value/datetime.hpp"
#include "protocol/value/numeric.hpp"
#include "protocol/value/scalar.hpp"
#include "protocol/value/utf8.hpp"

#include <optional>
#include <utility>

namespace pgveil::protocol::value {
namespace {

bool is_integer(TypeOid type) { return integer_width(type) != 0; }

bool is_stamp(TypeOid type) { return type == kTimestamp || type == kTimestamptz; }

PgError out_of_range(TypeOid type) {
  return {"22003", std::string(integer_name(type)) + " out of range", ""};
}

Converted to_integer(TypeOid to, std::int64_t value) {
  if (!fits_integer(to, value)) {
    return out_of_range(to);
  }
  return integer_canonical(integer_width(to), value);
}

Converted numeric_to_integer(TypeOid to, Numeric value) {
  if (value.kind != Numeric::Kind::Finite) {
    const char* what = value.kind == Numeric::Kind::NaN ? "NaN" : "infinity";
    return PgError{"0A000", std::string("cannot convert ") + what + " to " + integer_name(to), ""};
  }
  value.round(0);
  const auto whole = exact_integer(value);
  return whole ? to_integer(to, *whole) : Converted(out_of_range(to));
}

/// A date as midnight; nothing if timestamps do not reach that far.
std::optional<std::int64_t> midnight(std::int64_t days) {
  if (days == kDateLow) {
    return kTimestampLow;
  }
  if (days == kDateHigh) {
    return kTimestampHigh;
  }
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &micros) || !is_timestamp(micros)) {
    return std::nullopt;
  }
  return micros;
}

std::int64_t day_of(std::int64_t micros) {
  if (micros == kTimestampLow) {
    return kDateLow;
  }
  if (micros == kTimestampHigh) {
    return kDateHigh;
  }
  return micros >= 0 ? micros / kMicrosPerDay : -((-micros + kMicrosPerDay - 1) / kMicrosPerDay);
}

Converted day_to_timestamp(std::int64_t days) {
  const auto micros = midnight(days);
  if (!micros) {
    return PgError{"22008", "date out of range for timestamp", ""};
  }
  return integer_canonical(8, *micros);
}

/// Assignments to a text type go through the output function, but for bool.
Converted to_text_type(TypeOid from, TypeOid to, ByteView canonical, const SessionFormat& session) {
  if (from == kBytea || from == kJsonb || !native_output(from, session)) {
    return NeedsTwin{};
  }
  Bytes text;
  if (from == kBool && to != kName) {
    const bool yes = !canonical.empty() && canonical[0] != std::byte{0};
    put_bytes(text, as_bytes(yes ? "true" : "false"));
  } else if (from == kBpchar && to != kBpchar) {
    put_bytes(text, as_bytes(without_trailing_blanks(as_text(canonical))));
  } else if (to_text(from, canonical, session, text) != Output::Done) {
    return NeedsTwin{};
  }
  if (to == kName) {
    const std::string_view cut = first_bytes(as_text(text), 63);
    text.resize((from == kBpchar ? without_trailing_blanks(cut) : cut).size());
  }
  return Canonical{std::move(text)};
}

Comparable comparable(Converted converted) {
  if (auto* value = std::get_if<Canonical>(&converted)) {
    return std::move(*value);
  }
  return NeverEqual{};
}

Comparable number_for(TypeOid value_type, TypeOid column_type, ByteView canonical) {
  std::optional<Numeric> number;
  if (value_type == kNumeric) {
    number = numeric_value(canonical);
  } else if (const auto value = integer_value(integer_width(value_type), canonical)) {
    number = numeric_of(*value);
  }
  if (!number) {
    return NotComparable{};
  }
  if (column_type == kNumeric) {
    return comparable(numeric_canonical(*std::move(number)));
  }
  const auto whole = exact_integer(*number);
  return whole ? comparable(to_integer(column_type, *whole)) : Comparable(NeverEqual{});
}

Comparable characters_for(TypeOid value_type, TypeOid column_type, Canonical canonical) {
  if (column_type == kBpchar) {
    const std::string_view text = as_text(canonical.bytes);
    const bool blanks = without_trailing_blanks(text).size() != text.size();
    return value_type != kBpchar && value_type != kVarchar && blanks
               ? Comparable(NeverEqual{})
               : Comparable(std::move(canonical));
  }
  return value_type == kBpchar ? Comparable(NotComparable{}) : Comparable(std::move(canonical));
}

Comparable moment_for(TypeOid value_type,
                      TypeOid column_type,
                      ByteView canonical,
                      const SessionFormat& session) {
  const bool zoned = value_type == kTimestamptz || column_type == kTimestamptz;
  if (zoned && session.zone == Zone::Other) {
    // A zone may give two moments one local time, so only the column may have the zone.
    return column_type == kTimestamptz ? Comparable(NeedsTwin{}) : Comparable(NotComparable{});
  }
  const auto value = integer_value(value_type == kDate ? 4 : 8, canonical);
  if (!value) {
    return NotComparable{};
  }
  if (value_type == kDate) {
    const auto micros = midnight(*value);
    return micros ? Comparable(integer_canonical(8, *micros)) : Comparable(NeverEqual{});
  }
  if (column_type == kDate) {
    const std::int64_t day = day_of(*value);
    return midnight(day) == *value ? Comparable(integer_canonical(4, day))
                                   : Comparable(NeverEqual{});
  }
  return integer_canonical(8, *value);
}

}  // namespace

Converted cast_for_assignment(TypeOid from,
                              TypeOid to,
                              Canonical canonical,
                              const SessionFormat& session) {
  if (from == to) {
    return canonical;
  }
  if (is_text(to) && is_supported(from)) {
    return to_text_type(from, to, canonical.bytes, session);
  }
  const auto value = from == kDate || is_stamp(from) || is_integer(from)
                         ? integer_value(canonical.bytes.size(), canonical.bytes)
                         : std::nullopt;
  if (value && is_integer(from)) {
    return is_integer(to)   ? to_integer(to, *value)
           : to == kNumeric ? numeric_canonical(numeric_of(*value))
                            : Converted(NeedsTwin{});
  }
  if (from == kNumeric && is_integer(to)) {
    auto number = numeric_value(canonical.bytes);
    return number ? numeric_to_integer(to, *std::move(number)) : Converted(NeedsTwin{});
  }
  const bool zoned = from == kTimestamptz || to == kTimestamptz;
  if (!value || (zoned && session.zone == Zone::Other)) {
    return NeedsTwin{};
  }
  if (from == kDate && is_stamp(to)) {
    return day_to_timestamp(*value);
  }
  if (is_stamp(from) && to == kDate) {
    return integer_canonical(4, day_of(*value));
  }
  return is_stamp(from) && is_stamp(to) ? Converted(std::move(canonical)) : Converted(NeedsTwin{});
}

Comparable cast_for_comparison(TypeOid value_type,
                               TypeOid column_type,
                               Canonical canonical,
                               const SessionFormat& session) {
  const auto is_number = [](TypeOid type) { return is_integer(type) || type == kNumeric; };
  const auto is_moment = [](TypeOid type) { return is_stamp(type) || type == kDate; };
  if (value_type == column_type) {
    return canonical;
  }
  if (is_number(value_type) && is_number(column_type)) {
    return number_for(value_type, column_type, canonical.bytes);
  }
  if (is_text(value_type) && is_text(column_type)) {
    return characters_for(value_type, column_type, std::move(canonical));
  }
  if (is_moment(value_type) && is_moment(column_type)) {
    return moment_for(value_type, column_type, canonical.bytes, session);
  }
  return NotComparable{};
}

}  // namespace pgveil::protocol::value
