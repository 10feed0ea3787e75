#include "protocol/value/numeric.hpp"

#include "protocol/value/scalar.hpp"
#include "protocol/value/wire.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace pgveil::protocol::value {
namespace {

constexpr int kBase = 10'000;
constexpr int kDecimals = 4;  // per digit
constexpr int kDscaleMask = 0x3FFF;
constexpr std::uint16_t kNegative = 0x4000;
constexpr std::uint16_t kNaN = 0xC000;
constexpr std::uint16_t kPlusInfinity = 0xD000;
constexpr std::uint16_t kMinusInfinity = 0xF000;
constexpr int kInfinityDscale = 32;  // numeric_send takes bits of the infinities' mark for a scale
constexpr int kPowers[] = {1, 10, 100, 1000, 10'000};

PgError overflow() { return {"22003", "value overflows numeric format", ""}; }

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::ranges::equal(text.substr(0, word.size()), word, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

/// NaN or an infinity at the front of `rest`, which is shortened by it.
std::optional<Numeric> read_special(std::string_view& rest) {
  struct Special {
    std::string_view word;
    Numeric::Kind kind;
  };

  static constexpr Special kSpecials[] = {{"nan", Numeric::Kind::NaN},
                                          {"infinity", Numeric::Kind::PlusInfinity},
                                          {"+infinity", Numeric::Kind::PlusInfinity},
                                          {"-infinity", Numeric::Kind::MinusInfinity},
                                          {"inf", Numeric::Kind::PlusInfinity},
                                          {"+inf", Numeric::Kind::PlusInfinity},
                                          {"-inf", Numeric::Kind::MinusInfinity}};
  for (const Special& special : kSpecials) {
    if (starts_with_word(rest, special.word)) {
      rest.remove_prefix(special.word.size());
      Numeric value;
      value.kind = special.kind;
      return value;
    }
  }
  return std::nullopt;
}

/// What strtol reads: blanks, a sign, digits. Nothing if there are no digits; far values saturate.
std::optional<std::int64_t> read_exponent(std::string_view& rest) {
  std::string_view after = rest;
  while (!after.empty() && is_space(after.front())) {
    after.remove_prefix(1);
  }
  const bool negative = after.starts_with('-');
  if (negative || after.starts_with('+')) {
    after.remove_prefix(1);
  }
  if (after.empty() || !is_digit(after.front())) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (; !after.empty() && is_digit(after.front()); after.remove_prefix(1)) {
    value = std::min<std::int64_t>(value * 10 + (after.front() - '0'), std::int64_t{1} << 40);
  }
  rest = after;
  return negative ? -value : value;
}

/// Decimal digits, the first of which has the decimal weight `weight`, as digits of base 10,000.
void set_digits(Numeric& value, const std::string& decimals, std::int64_t weight) {
  const std::int64_t base_weight =
      weight >= 0 ? (weight + kDecimals) / kDecimals - 1 : -((-weight - 1) / kDecimals + 1);
  const auto offset = static_cast<std::size_t>((base_weight + 1) * kDecimals - (weight + 1));
  const std::string padded = std::string(offset, '0') + decimals + "000";
  value.digits.clear();
  for (std::size_t i = 0; i + kDecimals <= padded.size(); i += kDecimals) {
    int digit = 0;
    for (std::size_t k = 0; k < kDecimals; ++k) {
      digit = digit * 10 + (padded[i + k] - '0');
    }
    value.digits.push_back(static_cast<std::int16_t>(digit));
  }
  value.weight = static_cast<int>(base_weight);
  value.strip();
}

/// A finite number at the front of `rest`, which is shortened by it.
std::variant<Numeric, PgError> read_finite(std::string_view& rest, std::string_view whole) {
  Numeric value;
  value.negative = rest.starts_with('-');
  if (value.negative || rest.starts_with('+')) {
    rest.remove_prefix(1);
  }
  bool point = rest.starts_with('.');
  if (point) {
    rest.remove_prefix(1);
  }
  if (rest.empty() || !is_digit(rest.front())) {
    return invalid_syntax("numeric", whole);
  }
  std::string decimals;
  std::int64_t weight = -1;
  std::int64_t dscale = 0;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    if (is_digit(rest.front())) {
      decimals += rest.front();
      (point ? dscale : weight) += 1;
    } else if (rest.front() == '.' && !point) {
      point = true;
    } else if (rest.front() == '.') {
      return invalid_syntax("numeric", whole);
    } else {
      break;
    }
  }
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    const auto exponent = read_exponent(rest);
    if (!exponent) {
      return invalid_syntax("numeric", whole);
    }
    constexpr std::int64_t kLimit = std::numeric_limits<std::int32_t>::max() / 2;
    if (*exponent >= kLimit || *exponent <= -kLimit) {
      return overflow();
    }
    weight += *exponent;
    dscale = std::max<std::int64_t>(dscale - *exponent, 0);
  }
  value.dscale = static_cast<int>(std::min<std::int64_t>(dscale, std::int64_t{1} << 30));
  set_digits(value, decimals, weight);
  return value;
}

PgError field_overflow(int precision, int scale, const std::string& reason) {
  return {"22003", "numeric field overflow",
          "A field with precision " + std::to_string(precision) + ", scale " +
              std::to_string(scale) + reason};
}

/// Decimal digits before the point; 0 or less for numbers below 1, very low for zero.
int integral_decimals(const Numeric& value) {
  int count = (value.weight + 1) * kDecimals;
  for (const std::int16_t digit : value.digits) {
    if (digit != 0) {
      return digit < 10 ? count - 3 : digit < 100 ? count - 2 : digit < 1000 ? count - 1 : count;
    }
    count -= kDecimals;
  }
  return std::numeric_limits<int>::min();
}

/// Cuts digits that the scale hides; numeric_recv does it.
void truncate(Numeric& value, int places) {
  const int decimals = (value.weight + 1) * kDecimals + places;
  if (decimals <= 0) {
    value.digits.clear();
    return;
  }
  const auto keep = static_cast<std::size_t>((decimals + kDecimals - 1) / kDecimals);
  if (keep > value.digits.size()) {
    return;
  }
  value.digits.resize(keep);
  if (decimals % kDecimals != 0) {
    const int unit = kPowers[kDecimals - decimals % kDecimals];
    value.digits.back() = static_cast<std::int16_t>(value.digits.back() / unit * unit);
  }
}

/// Whether there are digits beyond the scale; numeric_recv would cut them.
bool hides_digits(const Numeric& value) {
  if (value.digits.empty()) {
    return false;
  }
  const int last = value.weight - static_cast<int>(value.digits.size()) + 1;
  const int hidden = -last * kDecimals - value.dscale;  // decimals of the last digit
  return hidden > 0 && (hidden >= kDecimals || value.digits.back() % kPowers[hidden] != 0);
}

std::optional<Numeric::Kind> special_of(std::uint16_t sign) {
  switch (sign) {
    case kNaN:
      return Numeric::Kind::NaN;
    case kPlusInfinity:
      return Numeric::Kind::PlusInfinity;
    case kMinusInfinity:
      return Numeric::Kind::MinusInfinity;
    default:
      return std::nullopt;
  }
}

void put_digit(std::int16_t digit, int first, int count, std::string& out) {
  for (int k = first; k < first + count; ++k) {
    out += static_cast<char>('0' + digit / kPowers[kDecimals - 1 - k] % 10);
  }
}

}  // namespace

void Numeric::strip() {
  const auto nonzero = [](std::int16_t digit) { return digit != 0; };
  const auto first = std::ranges::find_if(digits, nonzero);
  weight -= static_cast<int>(first - digits.begin());
  digits.erase(digits.begin(), first);
  while (!digits.empty() && digits.back() == 0) {
    digits.pop_back();
  }
  if (digits.empty()) {
    weight = 0;
    negative = false;
  }
}

void Numeric::round(int places) {
  dscale = places;
  const int decimals = (weight + 1) * kDecimals + places;
  if (decimals < 0) {
    digits.clear();
    strip();
    return;
  }
  const auto keep = static_cast<std::size_t>((decimals + kDecimals - 1) / kDecimals);
  const int rest = decimals % kDecimals;  // decimals kept of the last digit, 0: all
  if (keep > digits.size() || (keep == digits.size() && rest == 0)) {
    return;
  }
  // A zero in front takes the carry.
  digits.insert(digits.begin(), 0);
  ++weight;
  const std::size_t last = keep;  // index of the last kept digit, because of that zero
  int carry = 0;
  if (rest == 0) {
    carry = digits[last + 1] >= kBase / 2 ? 1 : 0;
  } else {
    const int unit = kPowers[kDecimals - rest];
    const int extra = digits[last] % unit;
    int rounded = digits[last] - extra + (extra >= unit / 2 ? unit : 0);
    carry = rounded >= kBase ? 1 : 0;
    rounded -= carry * kBase;
    digits[last] = static_cast<std::int16_t>(rounded);
  }
  digits.resize(last + 1);
  for (std::size_t i = rest == 0 ? last + 1 : last; carry != 0 && i-- > 0;) {
    const int sum = digits[i] + carry;
    carry = sum >= kBase ? 1 : 0;
    digits[i] = static_cast<std::int16_t>(sum - carry * kBase);
  }
  strip();
}

Numeric numeric_of(std::int64_t number) {
  Numeric value;
  value.negative = number < 0;
  std::uint64_t rest =
      number < 0 ? ~static_cast<std::uint64_t>(number) + 1 : static_cast<std::uint64_t>(number);
  for (; rest != 0; rest /= kBase) {
    value.digits.insert(value.digits.begin(), static_cast<std::int16_t>(rest % kBase));
  }
  value.weight = static_cast<int>(value.digits.size()) - 1;
  value.strip();
  return value;
}

std::optional<std::int64_t> exact_integer(const Numeric& value) {
  const auto whole = static_cast<std::size_t>(std::max(value.weight + 1, 0));
  if (value.kind != Numeric::Kind::Finite || value.digits.size() > whole || whole > 5) {
    return std::nullopt;
  }
  std::int64_t result = 0;  // counted downwards, as the lowest number has no counterpart
  for (std::size_t i = 0; i < whole; ++i) {
    const std::int64_t digit = i < value.digits.size() ? value.digits[i] : 0;
    if (__builtin_mul_overflow(result, std::int64_t{kBase}, &result) ||
        __builtin_sub_overflow(result, digit, &result)) {
      return std::nullopt;
    }
  }
  if (!value.negative && result == std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return value.negative ? result : -result;
}

Converted numeric_canonical(Numeric value) {
  Canonical result;
  std::uint16_t sign = 0;
  if (value.kind == Numeric::Kind::Finite) {
    value.strip();
    sign = value.negative ? kNegative : 0;
  } else {
    const bool nan = value.kind == Numeric::Kind::NaN;
    sign = nan ? kNaN : value.kind == Numeric::Kind::PlusInfinity ? kPlusInfinity : kMinusInfinity;
    value = Numeric{.dscale = nan ? 0 : kInfinityDscale, .digits = {}};
  }
  if (value.weight > std::numeric_limits<std::int16_t>::max() ||
      value.weight < std::numeric_limits<std::int16_t>::min() || value.dscale > kDscaleMask ||
      value.digits.size() > std::numeric_limits<std::uint16_t>::max()) {
    return overflow();
  }
  put_u16(result.bytes, static_cast<std::uint16_t>(value.digits.size()));
  put_i16(result.bytes, static_cast<std::int16_t>(value.weight));
  put_u16(result.bytes, sign);
  put_u16(result.bytes, static_cast<std::uint16_t>(value.dscale));
  for (const std::int16_t digit : value.digits) {
    put_i16(result.bytes, digit);
  }
  return result;
}

std::optional<Numeric> numeric_value(ByteView canonical) {
  Reader reader(canonical);
  Numeric value;
  const std::uint16_t count = reader.u16();
  value.weight = reader.i16();
  const std::uint16_t sign = reader.u16();
  value.dscale = reader.u16();
  value.negative = sign == kNegative;
  if (!reader.ok() || reader.left() != std::size_t{2} * count) {
    return std::nullopt;
  }
  if (const auto kind = special_of(sign)) {
    const int dscale = *kind == Numeric::Kind::NaN ? 0 : kInfinityDscale;
    value.kind = *kind;
    return count == 0 && value.weight == 0 && value.dscale == dscale ? std::optional(value)
                                                                     : std::nullopt;
  }
  value.digits.reserve(count);
  for (std::uint16_t i = 0; i < count; ++i) {
    value.digits.push_back(reader.i16());
    if (value.digits.back() < 0 || value.digits.back() >= kBase) {
      return std::nullopt;
    }
  }
  const bool stripped = count == 0 ? value.weight == 0 && sign == 0
                                   : value.digits.front() != 0 && value.digits.back() != 0;
  const bool good = (sign == 0 || sign == kNegative) && value.dscale <= kDscaleMask && stripped &&
                    !hides_digits(value);
  return good ? std::optional(std::move(value)) : std::nullopt;
}

Converted numeric_from_text(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty() && is_space(rest.front())) {
    rest.remove_prefix(1);
  }
  std::variant<Numeric, PgError> read;
  if (auto special = read_special(rest)) {
    read = *std::move(special);
  } else {
    read = read_finite(rest, text);
  }
  if (auto* error = std::get_if<PgError>(&read)) {
    return std::move(*error);
  }
  if (!std::ranges::all_of(rest, is_space)) {
    return invalid_syntax("numeric", text);
  }
  return numeric_canonical(std::get<Numeric>(std::move(read)));
}

Converted numeric_from_binary(ByteView bytes, std::uint16_t parameter) {
  Reader reader(bytes);
  const std::uint16_t count = reader.u16();
  Numeric value;
  value.weight = reader.i16();
  const std::uint16_t sign = reader.u16();
  if (!reader.ok()) {
    return insufficient_data();
  }
  const auto special = special_of(sign);
  if (sign != 0 && sign != kNegative && !special) {
    return PgError{"22P03", "invalid sign in external \"numeric\" value", ""};
  }
  const std::uint16_t dscale = reader.u16();
  if (!reader.ok()) {
    return insufficient_data();
  }
  if (dscale > kDscaleMask) {
    return PgError{"22P03", "invalid scale in external \"numeric\" value", ""};
  }
  for (std::uint16_t i = 0; i < count; ++i) {
    const std::int16_t digit = reader.i16();
    if (!reader.ok()) {
      return insufficient_data();
    }
    if (digit < 0 || digit >= kBase) {
      return PgError{"22P03", "invalid digit in external \"numeric\" value", ""};
    }
    value.digits.push_back(digit);
  }
  if (reader.left() != 0) {
    return left_over(parameter);
  }
  value.negative = sign == kNegative;
  value.dscale = dscale;
  if (special) {
    value.kind = *special;
  } else {
    truncate(value, dscale);
  }
  return numeric_canonical(std::move(value));
}

Converted numeric_apply_typmod(std::int32_t typmod, Numeric value) {
  constexpr std::int32_t kHeader = 4;
  if (typmod < kHeader) {
    return numeric_canonical(std::move(value));
  }
  const int precision = (typmod - kHeader) >> 16 & 0xFFFF;
  const int scale = (((typmod - kHeader) & 0x7FF) ^ 1024) - 1024;
  if (value.kind == Numeric::Kind::NaN) {
    return numeric_canonical(std::move(value));
  }
  if (value.kind != Numeric::Kind::Finite) {
    return field_overflow(precision, scale, " cannot hold an infinite value.");
  }
  value.round(scale);
  value.dscale = std::max(value.dscale, 0);
  const int limit = precision - scale;
  if (integral_decimals(value) > limit) {
    const std::string bound = limit == 0 ? "1" : "10^" + std::to_string(limit);
    return field_overflow(precision, scale,
                          " must round to an absolute value less than " + bound + ".");
  }
  return numeric_canonical(std::move(value));
}

void numeric_to_text(const Numeric& value, Bytes& out) {
  switch (value.kind) {
    case Numeric::Kind::NaN:
      return put_bytes(out, as_bytes("NaN"));
    case Numeric::Kind::PlusInfinity:
      return put_bytes(out, as_bytes("Infinity"));
    case Numeric::Kind::MinusInfinity:
      return put_bytes(out, as_bytes("-Infinity"));
    case Numeric::Kind::Finite:
      break;
  }
  const auto digit_at = [&value](int weight) -> std::int16_t {
    const int i = value.weight - weight;
    return i >= 0 && i < static_cast<int>(value.digits.size())
               ? value.digits[static_cast<std::size_t>(i)]
               : std::int16_t{0};
  };
  std::string text = value.negative ? "-" : "";
  const std::size_t start = text.size();
  for (int weight = value.weight; weight >= 0; --weight) {
    put_digit(digit_at(weight), 0, kDecimals, text);
  }
  text.erase(start, std::min(text.find_first_not_of('0', start), text.size()) - start);
  if (text.size() == start) {
    text += '0';
  }
  if (value.dscale > 0) {
    text += '.';
    for (int done = 0, weight = -1; done < value.dscale; done += kDecimals, --weight) {
      put_digit(digit_at(weight), 0, std::min(kDecimals, value.dscale - done), text);
    }
  }
  put_bytes(out, as_bytes(text));
}

}  // namespace pgveil::protocol::value
