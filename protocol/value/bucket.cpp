#include "protocol/value/bucket.hpp"

#include "protocol/value/datetime.hpp"
#include "protocol/value/numeric.hpp"
#include "protocol/value/scalar.hpp"
#include "protocol/value/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace pgveil::protocol::value {
namespace {

using Kind = BucketUnit::Kind;

constexpr int kFirstYear = 1936;  // and all before it
constexpr int kLastYear = 2137;   // and all after it
constexpr std::int64_t kMostSteps = 2'047;
constexpr int kLowestPower = -64;
constexpr int kHighestPower = 127;
constexpr std::int64_t kPowers = kHighestPower - kLowestPower + 1;
constexpr std::size_t kMostLetters = 8;

bool of_days(Kind kind) {
  return kind == Kind::Day || kind == Kind::Week || kind == Kind::Month || kind == Kind::Year;
}

bool is_moment(TypeOid type) { return type == kDate || type == kTimestamp || type == kTimestamptz; }

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

std::int64_t of_day(std::int64_t day, Kind kind) {
  switch (kind) {
    case Kind::Day:
      return day;
    case Kind::Week:
      return floor_div(day + 5, 7);  // 2000-01-01 was a Saturday
    case Kind::Month: {
      const CivilDate date = civil_of(day);
      return (date.year - 2000) * std::int64_t{12} + date.month - 1;
    }
    default:
      return civil_of(day).year - 2000;
  }
}

std::optional<std::int64_t> bucket_of_moment(TypeOid type, ByteView canonical, Kind kind) {
  const auto value = integer_value(type == kDate ? 4 : 8, canonical);
  if (!value) {
    return std::nullopt;
  }
  const bool low = *value == (type == kDate ? std::int64_t{kDateLow} : kTimestampLow);
  const bool high = *value == (type == kDate ? std::int64_t{kDateHigh} : kTimestampHigh);
  const BucketRange range = buckets_of({kind, 1});
  if (low || high) {
    return low ? range.first : range.last;
  }
  const std::int64_t day = type == kDate ? *value : floor_div(*value, kMicrosPerDay);
  // Days of the scale's ends, so that the calendar is asked for usual years only.
  const std::int64_t first = days_of({kFirstYear, 12, 31});
  const std::int64_t last = days_of({kLastYear, 1, 1});
  return std::clamp(of_day(std::clamp(day, first, last), kind), range.first, range.last);
}

/// The nearest double: rounding keeps the order.
std::optional<double> nearest(TypeOid type, ByteView canonical) {
  if (const std::size_t width = integer_width(type); width != 0) {
    const auto value = integer_value(width, canonical);
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
  }
  const auto number = type == kNumeric ? numeric_value(canonical) : std::nullopt;
  if (!number) {
    return std::nullopt;
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (number->kind != Numeric::Kind::Finite) {
    return number->kind == Numeric::Kind::MinusInfinity ? -kInfinity : kInfinity;
  }
  Bytes text;
  numeric_to_text(*number, text);
  const std::string_view digits = as_text(text);
  double value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec == std::errc::result_out_of_range) {
    value = number->weight < 0 ? 0 : (number->negative ? -kInfinity : kInfinity);
  }
  return value;
}

std::int64_t power_of_two(double value) {
  if (value == 0) {
    return 0;
  }
  const int power = std::isinf(value) ? kHighestPower
                                      : std::clamp(std::ilogb(value), kLowestPower, kHighestPower);
  const std::int64_t above = power - kLowestPower + 1;
  return value < 0 ? -above : above;
}

std::optional<std::size_t> letters(std::string_view unit) {
  const bool digit =
      unit.size() == 1 && unit[0] >= '1' && unit[0] <= static_cast<char>('0' + kMostLetters);
  return digit ? std::optional<std::size_t>(static_cast<std::size_t>(unit[0] - '0')) : std::nullopt;
}

}  // namespace

std::optional<BucketUnit> bucket_unit(std::string_view text) {
  constexpr std::pair<std::string_view, Kind> kWords[] = {{"day", Kind::Day},
                                                          {"week", Kind::Week},
                                                          {"month", Kind::Month},
                                                          {"year", Kind::Year},
                                                          {"log2", Kind::Log2}};
  for (const auto& [word, kind] : kWords) {
    if (text == word) {
      return BucketUnit{kind, 1};
    }
  }
  double step = 0;
  const bool plain =
      !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), step);
  if (!plain || read.ec != std::errc() || read.ptr != text.data() + text.size() || step <= 0) {
    return std::nullopt;
  }
  return BucketUnit{Kind::Step, step};
}

bool has_buckets(TypeOid type, const BucketUnit& unit) {
  return of_days(unit.kind) ? is_moment(type) : integer_width(type) != 0 || type == kNumeric;
}

BucketRange buckets_of(const BucketUnit& unit) {
  switch (unit.kind) {
    case Kind::Step:
      return {-kMostSteps - 1, kMostSteps};
    case Kind::Log2:
      return {-kPowers, kPowers};
    default:
      return {of_day(days_of({kFirstYear, 12, 31}), unit.kind),
              of_day(days_of({kLastYear, 1, 1}), unit.kind)};
  }
}

std::optional<std::int64_t> bucket_of(TypeOid type, ByteView canonical, const BucketUnit& unit) {
  if (!has_buckets(type, unit)) {
    return std::nullopt;
  }
  if (of_days(unit.kind)) {
    return bucket_of_moment(type, canonical, unit.kind);
  }
  const auto value = nearest(type, canonical);
  if (!value) {
    return std::nullopt;
  }
  if (unit.kind == Kind::Log2) {
    return power_of_two(*value);
  }
  const BucketRange range = buckets_of(unit);
  const double steps = std::floor(*value / unit.step);
  return static_cast<std::int64_t>(
      std::clamp(steps, static_cast<double>(range.first), static_cast<double>(range.last)));
}

bool order_prefix(TypeOid type, ByteView canonical, std::string_view unit, Bytes& out) {
  if (!has_order(type, unit)) {
    return false;
  }
  if (is_text(type)) {
    const std::size_t size = letters(unit).value_or(0);
    const std::string_view text =
        type == kBpchar ? without_trailing_blanks(as_text(canonical)) : as_text(canonical);
    put_bytes(out, as_bytes(text.substr(0, size)));
    out.resize(out.size() + size - std::min(size, text.size()));
    return true;
  }
  const auto bucket = bucket_of(type, canonical, *bucket_unit(unit));
  if (!bucket) {
    return false;
  }
  const auto above = static_cast<std::uint32_t>(*bucket + (std::int64_t{1} << 31));
  for (const int shift : {24, 16, 8, 0}) {
    out.push_back(static_cast<std::byte>(above >> shift));
  }
  return true;
}

bool has_order(TypeOid type, std::string_view unit) {
  if (is_text(type)) {
    return letters(unit).has_value();
  }
  const auto known = bucket_unit(unit);
  return known && has_buckets(type, *known);
}

}  // namespace pgveil::protocol::value
