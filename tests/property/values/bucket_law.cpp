// Laws of buckets: v < w has bucket(v) <= bucket(w), and equal values have equal buckets, whatever their
// spelling and type; so no value within bounds lies outside the buckets of the bounds. Order terms keep the
// order of what they are made of.
#include "crypto/term.hpp"
#include "protocol/value/bucket.hpp"
#include "protocol/value/datetime.hpp"
#include "protocol/value/numeric.hpp"
#include "protocol/value/scalar.hpp"
#include "tests/property/values/generate.hpp"
#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::test {
namespace {

using namespace protocol;
using namespace protocol::value;

/// A number that is a decimal of `places` places, as a value of a random type that can hold it.
struct AnyNumber {
  TypeOid type = kNumeric;
  Bytes bytes;
};

AnyNumber number(std::int64_t scaled, int places, Rng& rng) {
  if (places == 0 && rng.one_in(2)) {
    return {kInt8, integer_canonical(8, scaled).bytes};
  }
  const std::string text = std::to_string(scaled);
  std::string digits = text[0] == '-' ? text.substr(1) : text;
  if (places > 0) {
    digits.insert(0,
                  digits.size() <= static_cast<std::size_t>(places)
                      ? static_cast<std::size_t>(places) + 1 - digits.size()
                      : 0,
                  '0');
    digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
    if (rng.one_in(3)) {
      digits += "00";
    }
  }
  const Converted read = numeric_from_text((text[0] == '-' ? "-" : "") + digits);
  return {kNumeric, std::get<Canonical>(read).bytes};
}

std::int64_t any_integer(Rng& rng) {
  const auto value = static_cast<std::int64_t>(rng.bits() >> (1 + rng.below(63)));
  return rng.one_in(2) ? value : -value;
}

TEST(BucketLaw, NumbersKeepTheirOrder) {
  Rng rng(seed());
  for (int i = 0; i < 20'000; ++i) {
    const int places = static_cast<int>(rng.below(4));
    std::int64_t v = any_integer(rng);
    std::int64_t w = rng.one_in(2) ? any_integer(rng) : v + static_cast<std::int64_t>(rng.below(3));
    if (w < v) {
      std::swap(v, w);
    }
    const AnyNumber a = number(v, places, rng);
    const AnyNumber b = number(w, places, rng);
    for (const char* text : {"1", "10", "0.5", "0.1", "3", "1000000", "log2"}) {
      const auto unit = *bucket_unit(text);
      const auto low = bucket_of(a.type, a.bytes, unit);
      const auto high = bucket_of(b.type, b.bytes, unit);
      ASSERT_TRUE(low && high);
      ASSERT_LE(*low, *high) << text << ' ' << v << ' ' << w << ' ' << places;
      ASSERT_TRUE(v != w || *low == *high) << text << ' ' << v << ' ' << places;
      ASSERT_GE(*low, buckets_of(unit).first);
      ASSERT_LE(*high, buckets_of(unit).last);
    }
  }
}

TEST(BucketLaw, MomentsKeepTheirOrder) {
  Rng rng(seed() + 1);
  for (int i = 0; i < 20'000; ++i) {
    const auto near = static_cast<std::int64_t>(rng.below(100'000)) - 40'000;
    const std::int64_t day = rng.one_in(4) ? near * 20 : near;
    if (!is_date(day)) {
      continue;
    }
    const auto micros =
        static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(kMicrosPerDay)));
    const Bytes date = integer_canonical(4, day).bytes;
    const Bytes midnight = integer_canonical(8, day * kMicrosPerDay).bytes;
    const Bytes moment = integer_canonical(8, day * kMicrosPerDay + micros).bytes;
    const Bytes next = integer_canonical(4, day + 1).bytes;
    for (const char* text : {"day", "week", "month", "year"}) {
      const auto unit = *bucket_unit(text);
      const auto of_date = bucket_of(kDate, date, unit);
      ASSERT_EQ(of_date, bucket_of(kTimestamp, midnight, unit));
      ASSERT_EQ(of_date, bucket_of(kTimestamptz, moment, unit)) << text << ' ' << day;
      ASSERT_LE(*of_date, *bucket_of(kDate, next, unit));
      ASSERT_GE(*of_date, buckets_of(unit).first);
      ASSERT_LE(*of_date, buckets_of(unit).last);
    }
  }
}

TEST(OrderLaw, TermsNeverContradictTheCollation) {
  Rng rng(seed() + 2);
  const auto key = crypto::term_key(crypto::FieldId{1}, 1);
  for (int i = 0; i < 4'000; ++i) {
    std::string v = any_text(rng, 12);
    std::string w =
        rng.one_in(2) ? any_text(rng, 12) : v.substr(0, rng.below(3)) + any_text(rng, 4);
    if (w < v) {  // as C does: by unsigned bytes
      std::swap(v, w);
    }
    const std::string unit = std::to_string(1 + rng.below(4));
    Bytes a;
    Bytes b;
    ASSERT_TRUE(order_prefix(kText, as_bytes(v), unit, a) &&
                order_prefix(kText, as_bytes(w), unit, b));
    const auto low = crypto::order_term(*key, unit, a);
    const auto high = crypto::order_term(*key, unit, b);
    ASSERT_LE(*low, *high) << v << " and " << w;
    ASSERT_EQ(*low == *high, a == b);
  }
}

TEST(OrderLaw, TermsOfBucketsKeepTheirOrder) {
  Rng rng(seed() + 3);
  const auto key = crypto::term_key(crypto::FieldId{1}, 1);
  for (int i = 0; i < 4'000; ++i) {
    std::int64_t v = any_integer(rng);
    std::int64_t w = any_integer(rng);
    if (w < v) {
      std::swap(v, w);
    }
    Bytes a;
    Bytes b;
    ASSERT_TRUE(order_prefix(kInt8, integer_canonical(8, v).bytes, "10", a));
    ASSERT_TRUE(order_prefix(kInt8, integer_canonical(8, w).bytes, "10", b));
    ASSERT_LE(*crypto::order_term(*key, "10", a), *crypto::order_term(*key, "10", b));
  }
}

}  // namespace
}  // namespace pgveil::test
