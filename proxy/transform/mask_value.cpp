#include "proxy/transform/mask_value.hpp"

#include "protocol/value/datetime.hpp"
#include "protocol/value/scalar.hpp"
#include "protocol/value/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace pgveil::proxy::transform {
namespace {

using namespace protocol::value;
using policy::MaskKind;
using protocol::as_bytes;
using protocol::as_text;
using protocol::Bytes;
using protocol::ByteView;
using protocol::put_bytes;

constexpr std::int32_t kHeader = 4;  // VARHDRSZ, part of the modifiers of varchar and bpchar

std::string_view zip3(std::string_view text) {
  const std::string_view three = text.substr(0, 3);
  const bool digits = three.size() == 3 && std::ranges::all_of(three, is_digit);
  // The list's entries are three digits and a blank each, so three digits match only a whole entry.
  const bool shown = digits && policy::restricted_zip3().find(three) == std::string::npos;
  return shown ? three : "000";
}

/// An explicit cast to varchar(n) or char(n): cuts and pads.
void put_cast(TypeOid type, std::int32_t typmod, std::string_view text, Bytes& out) {
  if (type == kText || typmod < kHeader) {
    return put_bytes(out, as_bytes(text));
  }
  const auto length = static_cast<std::size_t>(typmod - kHeader);
  const std::string_view kept = first_characters(text, length);
  put_bytes(out, as_bytes(kept));
  if (type == kBpchar) {
    out.insert(out.end(), length - count_characters(kept), std::byte{' '});
  }
}

void mask_characters(
    MaskKind kind, TypeOid type, std::int32_t typmod, std::string_view text, Bytes& out) {
  const std::string_view value = type == kBpchar ? without_trailing_blanks(text) : text;
  if (kind == MaskKind::Redact) {
    return put_cast(type, typmod, "***", out);
  }
  if (kind == MaskKind::Zip3) {
    return put_cast(type, typmod, zip3(value), out);
  }
  const std::size_t count = count_characters(value);
  const std::size_t hidden = count > 4 ? count - 4 : count;
  std::string masked(hidden, '*');
  masked += value.substr(first_characters(value, hidden).size());
  put_cast(type, typmod, masked, out);
}

/// Days of 1 January of the year, or the first day of the calendar.
std::int64_t start_of_year(std::int64_t days) {
  constexpr std::int64_t kFirstDay = -2'451'545;  // 4714-11-24 BC
  return std::max(days_of({.year = civil_of(days).year, .month = 1, .day = 1}), kFirstDay);
}

Masked mask_year(TypeOid type, ByteView canonical, Bytes& out) {
  const bool date = type == kDate;
  const auto value = integer_value(date ? 4 : 8, canonical);
  if (!value || !(date ? is_date(*value) : is_timestamp(*value))) {
    return Masked::Malformed;
  }
  const bool infinite = date ? *value == kDateLow || *value == kDateHigh
                             : *value == kTimestampLow || *value == kTimestampHigh;
  if (infinite) {
    put_bytes(out, canonical);
    return Masked::Value;
  }
  const std::int64_t unit = date ? 1 : kMicrosPerDay;
  const std::int64_t day = *value / unit - (*value % unit < 0 ? 1 : 0);
  put_bytes(out, integer_canonical(date ? 4 : 8, start_of_year(day) * unit).bytes);
  return Masked::Value;
}

}  // namespace

Masked mask_value(
    MaskKind kind, policy::TypeOid base_type, std::int32_t typmod, ByteView canonical, Bytes& out) {
  if (kind == MaskKind::Null) {
    return Masked::Null;
  }
  if (!policy::applies_to(kind, base_type)) {
    return Masked::Malformed;
  }
  switch (kind) {
    case MaskKind::None:
      put_bytes(out, canonical);
      return Masked::Value;
    case MaskKind::Redact:
    case MaskKind::Last4:
    case MaskKind::Zip3:
      if (check_utf8(as_text(canonical))) {
        return Masked::Malformed;
      }
      mask_characters(kind, base_type, typmod, as_text(canonical), out);
      return Masked::Value;
    case MaskKind::Year:
      return mask_year(base_type, canonical, out);
    case MaskKind::Null:
      break;
  }
  return Masked::Null;
}

}  // namespace pgveil::proxy::transform
