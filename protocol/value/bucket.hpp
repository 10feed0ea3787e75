#pragma once

/// Buckets: what of a value a range or order term tells. Every bucket function is increasing (v < w has
/// bucket(v) <= bucket(w), equal values have equal buckets), which is all that a superset needs; both
/// ends of a scale are one bucket each, so that the number of buckets is bounded.
///   day, week (from Monday), month, year   of date, timestamp, timestamptz (in UTC); years before 1937
///     are one bucket (ages of 90 and more are not told apart), and so are those from 2137 on
///   a step ("10", "0.5")   of numbers: floor(x / step), from -2,048 to 2,047
///   log2                   of numbers: the power of two below |x|, from 2^-64 to 2^127, with its sign
/// Formats: docs/formats.md; what is sealed once carries these numbers for ever.
/// Pure, any thread.

#include "protocol/value/codec.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pgveil::protocol::value {

struct BucketUnit {
  enum class Kind { Day, Week, Month, Year, Step, Log2 };
  Kind kind = Kind::Year;
  double step = 1;
};

/// No value: not a unit.
[[nodiscard]] std::optional<BucketUnit> bucket_unit(std::string_view text);
/// Whether the unit makes buckets of the type.
[[nodiscard]] bool has_buckets(TypeOid type, const BucketUnit& unit);

/// The first and the last bucket of the scale.
struct BucketRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

[[nodiscard]] BucketRange buckets_of(const BucketUnit& unit);

/// The bucket of a value of any type that the unit fits, also of another than the column's: buckets of a
/// date and of its midnight are the same. No value: malformed, or a type without buckets.
[[nodiscard]] std::optional<std::int64_t> bucket_of(TypeOid type,
                                                    ByteView canonical,
                                                    const BucketUnit& unit);

/// Bytes in the order of the values, equal for values of one bucket: the bucket as four bytes, or the
/// first `n` bytes of a text under a collation that compares bytes, filled up with zeros.
/// `unit`: of numbers and dates as above, of text a number from 1 to 8. Appends nothing and answers false
/// for what has no order.
[[nodiscard]] bool order_prefix(TypeOid type,
                                ByteView canonical,
                                std::string_view unit,
                                Bytes& out);
/// Whether order_prefix can be made for the type.
[[nodiscard]] bool has_order(TypeOid type, std::string_view unit);

}  // namespace pgveil::protocol::value
