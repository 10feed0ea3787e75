#include "tests/property/values/generate.hpp"

#include "protocol/value/datetime.hpp"

#include <array>

namespace pgveil::test {
namespace {

using namespace protocol;
using namespace protocol::value;

std::string two(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

std::string any_digits(Rng& rng, std::size_t longest) {
  return rng.one_in(4) ? std::string(rng.below(longest) + 1, rng.one_in(2) ? '9' : '0')
                       : std::to_string(rng.below(10)) + rng.text("0123456789", longest - 1);
}

std::string any_integer(Rng& rng) {
  static constexpr const char* kEdges[] = {"32767",
                                           "-32768",
                                           "32768",
                                           "-32769",
                                           "2147483647",
                                           "-2147483648",
                                           "2147483648",
                                           "-2147483649",
                                           "9223372036854775807",
                                           "-9223372036854775808",
                                           "9223372036854775808",
                                           "-9223372036854775809",
                                           "99999999999999999999x",
                                           "",
                                           "-",
                                           "+",
                                           "0x10",
                                           "1.0",
                                           "1e3",
                                           "--1",
                                           "0",
                                           "-0",
                                           "+7",
                                           "000000000000000000000000000001"};
  if (rng.one_in(5)) {
    return rng.pick(kEdges);
  }
  static constexpr const char* kSigns[] = {"", "", "-", "+"};
  return rng.pick(kSigns) + any_digits(rng, rng.one_in(2) ? 6 : 20);
}

std::string any_numeric(Rng& rng) {
  static constexpr const char* kEdges[] = {
      "NaN",       "nan",      "Infinity",     "-Infinity",
      "inf",       "+inf",     "-INF",         "+Infinity",
      "infinit",   "NaNx",     "nan ",         ".",
      "-.",        "1.",       ".5",           "-.5",
      "1..2",      "1.2.3",    "1e",           "1e+",
      "1e5",       "1E-5",     "1e 5",         "1e1000",
      "1e131071",  "1e131072", "1e-16383",     "1e-16384",
      "0e-16384",  "0.00e3",   "1e2147483647", "1e99999999999999999999",
      "-0",        "-0.00",    "00012.3400",   "9999.995",
      "-9999.995", "9999.994", "99999999.5",   "0.005",
      "-0.005",    "0.0049",   "1_000",        "0x1"};
  if (rng.one_in(3)) {
    return rng.pick(kEdges);
  }
  static constexpr const char* kSigns[] = {"", "", "-", "+"};
  std::string text = rng.pick(kSigns) + any_digits(rng, rng.one_in(3) ? 40 : 6);
  if (rng.one_in(2)) {
    text += "." + rng.text(rng.one_in(3) ? "0" : "0123456789", rng.one_in(4) ? 30 : 5);
  }
  if (rng.one_in(6)) {
    static constexpr const char* kExponents[] = {"e3", "E-3", "e+12", "e-30", "e40", "e-200"};
    text += rng.pick(kExponents);
  }
  return text;
}

std::string any_bool(Rng& rng) {
  static constexpr const char* kWords[] = {"t",     "f",   "true", "false", "TRUE", "False", "tr",
                                           "fals",  "y",   "n",    "yes",   "no",   "ye",    "on",
                                           "off",   "of",  "o",    "1",     "0",    "2",     "",
                                           "truex", "onn", "10",   "yess",  "N",    "oN"};
  return rng.pick(kWords);
}

std::string any_hex(Rng& rng, std::size_t count) {
  std::string text;
  while (text.size() < count) {
    text += "0123456789abcdefABCDEF"[rng.below(22)];
  }
  return text;
}

std::string any_uuid(Rng& rng) {
  std::string text = any_hex(rng, 32);
  if (!rng.one_in(4)) {
    for (const std::size_t at : {20U, 16U, 12U, 8U}) {
      text.insert(at, "-");
    }
  } else if (rng.one_in(2)) {
    text.insert((1 + rng.below(7)) * 4, "-");
  }
  return rng.one_in(4) ? "{" + text + "}" : text;
}

std::string any_bytea(Rng& rng) {
  static constexpr const char* kEdges[] = {
      "\\x",   "\\xa",  "\\xag", "\\x a b", "\\xab cd", "\\X00", "\\",      "\\\\",
      "\\000", "\\377", "\\400", "\\12",    "\\xé0",    "\\x0é", "a\\134b", "\\x0\n0"};
  if (rng.one_in(4)) {
    return rng.pick(kEdges);
  }
  return rng.one_in(2) ? "\\x" + any_hex(rng, rng.below(20) * 2) : any_text(rng, 12);
}

std::string any_date(Rng& rng) {
  static constexpr const char* kEdges[] = {
      "infinity",      "-infinity",     "today",       "2020-02-30", "2019-02-29", "2020-02-29",
      "1900-02-29",    "2000-02-29",    "0000-01-01",  "0001-01-01", "9999-12-31", "10000-01-01",
      "4713-01-01 BC", "0044-03-15 BC", "2020-13-01",  "2020-00-10", "2020-1-5",   "20200105",
      "Jan 5, 2020",   "1/2/2020",      "2020-01-01x", "",           "2020-01",    "2020-01-00",
      "1970-01-01",    "2000-01-01",    "epoch"};
  if (rng.one_in(4)) {
    return rng.pick(kEdges);
  }
  std::string year = std::to_string(rng.one_in(3) ? rng.between(1, 9999) : rng.between(1890, 2090));
  year.insert(0, 4 - year.size(), '0');
  return year + "-" + two(rng.between(1, 12)) + "-" + two(rng.between(1, rng.one_in(9) ? 31 : 28));
}

std::string any_timestamp(Rng& rng) {
  std::string text = any_date(rng);
  if (rng.one_in(8)) {
    return text;
  }
  text += rng.one_in(4) ? "T" : " ";
  text += two(rng.between(0, rng.one_in(9) ? 25 : 23)) + ":" +
          two(rng.between(0, rng.one_in(9) ? 61 : 59));
  if (!rng.one_in(5)) {
    text += ":" + two(rng.between(0, rng.one_in(9) ? 61 : 59));
    if (rng.one_in(2)) {
      text += "." + rng.text("0123456789", rng.one_in(5) ? 9 : 6);
    }
  }
  static constexpr const char* kOffsets[] = {
      "",       "",    "Z",  "z",    "+00",       "-05",  "+05:30", "-0330", "+14:00",
      "+15:59", "+16", "+5", " UTC", "+05:30:15", " +01", "-00:30", "+0",    "+1:5"};
  return rng.one_in(2) ? text + rng.pick(kOffsets) : text;
}

void put(Bytes& out, std::int64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) {
    out.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
}

Bytes any_numeric_binary(Rng& rng) {
  Bytes out;
  const std::size_t count = rng.below(6);
  static constexpr std::int64_t kSigns[] = {0, 0, 0, 0x4000, 0xC000, 0xD000, 0xF000, 0x1234};
  static constexpr std::int64_t kScales[] = {0, 0, 1, 2, 3, 4, 5, 8, 12, 0x3FFF, 0x4000};
  put(out, static_cast<std::int64_t>(count), 2);
  put(out, rng.one_in(5) ? rng.between(-32768, 32767) : rng.between(-3, 4), 2);
  put(out, rng.pick(kSigns), 2);
  put(out, rng.pick(kScales), 2);
  for (std::size_t i = 0; i < count; ++i) {
    put(out, rng.one_in(3) ? 0 : rng.between(0, rng.one_in(20) ? 10'005 : 9'999), 2);
  }
  return out;
}

/// Numbers near zero, near the ends, and anywhere.
std::int64_t any_number(Rng& rng, std::int64_t low, std::int64_t high) {
  switch (rng.below(4)) {
    case 0:
      return rng.between(low, low + 3);
    case 1:
      return rng.between(high - 3, high);
    case 2:
      return rng.between(-100'000, 100'000);
    default:
      return rng.between(low, high);
  }
}

std::int64_t any_micros(Rng& rng) {
  switch (rng.below(6)) {
    case 0:
      return any_number(rng, kTimestampLow, kTimestampHigh);
    case 1:
      return any_number(rng, -211'813'488'000'000'000, -211'813'488'000'000'000 + 5);
    case 2:
      return any_number(rng, 9'223'371'331'199'999'990, 9'223'371'331'200'000'003);
    case 3:
      return rng.between(-80'000, 80'000) * kMicrosPerDay;
    default:
      return rng.between(-80'000, 80'000) * kMicrosPerDay + rng.between(0, kMicrosPerDay);
  }
}

}  // namespace

std::string any_text(Rng& rng, std::size_t longest) {
  static constexpr const char* kCharacters[] = {"a",       "Z",      "0", "9", " ", "-",  "'", "\\",
                                                "\t",      "ä",      "ß", "é", "Ω", "中", "€", "😀",
                                                "e\u0301", "\u00a0", "1", "2", "3", "_",  "%"};
  std::string text;
  for (std::size_t n = rng.below(longest + 1); n > 0; --n) {
    text += rng.pick(kCharacters);
  }
  if (rng.one_in(4)) {
    text.append(rng.below(8), ' ');
  }
  return text;
}

std::string any_spelling(TypeOid type, Rng& rng) {
  std::string text;
  switch (type) {
    case kInt2:
    case kInt4:
    case kInt8:
      text = any_integer(rng);
      break;
    case kBool:
      text = any_bool(rng);
      break;
    case kNumeric:
      text = any_numeric(rng);
      break;
    case kUuid:
      text = any_uuid(rng);
      break;
    case kBytea:
      return any_bytea(rng);
    case kDate:
      text = any_date(rng);
      break;
    case kTimestamp:
    case kTimestamptz:
      text = any_timestamp(rng);
      break;
    default:
      text = any_text(rng, rng.one_in(10) ? 90 : 12);
      break;
  }
  if (rng.one_in(12)) {
    text = " \t" + text;
  }
  if (rng.one_in(12)) {
    text += " \n";
  }
  if (rng.one_in(15)) {
    text.insert(rng.below(text.size() + 1), any_text(rng, 2));
  }
  if (rng.one_in(40)) {
    text.insert(rng.below(text.size() + 1), 1, static_cast<char>(rng.between(-128, -1)));
  }
  return text;
}

Bytes any_binary(TypeOid type, Rng& rng) {
  Bytes out;
  switch (type) {
    case kBool:
      put(out, rng.between(0, 3), 1);
      break;
    case kInt2:
      put(out, any_number(rng, -32768, 32767), 2);
      break;
    case kInt4:
      put(out, any_number(rng, kDateLow, kDateHigh), 4);
      break;
    case kInt8:
      put(out, any_number(rng, kTimestampLow, kTimestampHigh), 8);
      break;
    case kDate:
      put(out,
          rng.one_in(4)   ? any_number(rng, -2'451'545, -2'451'540)
          : rng.one_in(4) ? any_number(rng, 2'145'031'945, 2'145'031'955)
          : rng.one_in(2) ? any_number(rng, kDateLow, kDateHigh)
                          : rng.between(-60'000, 60'000),
          4);
      break;
    case kTimestamp:
    case kTimestamptz:
      put(out, any_micros(rng), 8);
      break;
    case kNumeric:
      out = any_numeric_binary(rng);
      break;
    case kUuid:
      put(out, static_cast<std::int64_t>(rng.bits()), 8);
      put(out, static_cast<std::int64_t>(rng.bits()), 8);
      break;
    default: {
      const std::string text = any_text(rng, rng.one_in(10) ? 90 : 12);
      put_bytes(out, as_bytes(text));
      if (rng.one_in(10)) {
        put(out, rng.between(0, 255), 1);
      }
      break;
    }
  }
  if (rng.one_in(20)) {
    put(out, rng.between(0, 255), 1);
  }
  if (rng.one_in(20) && !out.empty()) {
    out.pop_back();
  }
  return out;
}

}  // namespace pgveil::test
