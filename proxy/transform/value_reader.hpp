#pragma once

/// Brings the client's values to canonical bytes of the column's type, asking the twin where needed.
/// Internal to proxy/transform; fill.hpp is the way in.

#include "proxy/transform/fill.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace pgveil::proxy::transform {

/// A value as it came: text (format 0) or binary.
struct RawValue {
  std::optional<Bytes> bytes;  // absent: NULL
  std::int16_t format = 0;
  policy::ValueSource source;
};

/// The twin must convert something before this value is known.
struct Pending {};

/// No value of the column is equal.
struct Never {};

using Assigned = std::variant<Bytes, Pending, protocol::value::PgError>;
using Compared = std::variant<Bytes, Never, Pending, protocol::value::PgError>;

class ValueReader {
 public:
  ValueReader(const ClientValues& values, std::span<const ConversionResult> converted)
      : values_(&values), converted_(converted) {}

  /// Nothing: the plan names a value that is not there. An unreadable literal is a PgError.
  [[nodiscard]] std::optional<std::variant<RawValue, protocol::value::PgError>> raw(
      const policy::ValueSource& source) const;

  /// Canonical bytes under (base_type, typmod), as an assignment makes them.
  [[nodiscard]] Assigned assigned(const policy::ValueUse& use, const RawValue& value);
  /// The value of the column's type that is equal to the client's.
  [[nodiscard]] Compared compared(const policy::ValueUse& use, const RawValue& value);

  /// What a value bounds: canonical bytes of the type that is named, whose buckets are those of the
  /// column's. Never: the comparison depends on a time zone's rules.
  struct Comparand {
    policy::TypeOid type = 0;
    Bytes bytes;
  };

  [[nodiscard]] std::variant<Comparand, Never, Pending, protocol::value::PgError> comparand(
      const policy::ValueUse& use, const RawValue& value);
  /// The characters of a text value.
  [[nodiscard]] Assigned characters(const policy::ValueUse& use, const RawValue& value);
  /// An array as its elements, each a binary value of the element type.
  using Elements = std::vector<std::optional<Bytes>>;
  [[nodiscard]] std::variant<Elements, Pending, protocol::value::PgError> elements(
      const policy::ValueUse& use, const RawValue& value);

  [[nodiscard]] std::vector<Conversion>& wanted() { return wanted_; }

 private:
  [[nodiscard]] Assigned ask_twin(policy::TypeOid from,
                                  policy::TypeOid to,
                                  std::int32_t typmod,
                                  const RawValue& value);
  /// A comparison that depends on the rules of the session's time zone.
  [[nodiscard]] bool needs_zone(policy::TypeOid column, policy::TypeOid value) const;
  [[nodiscard]] protocol::value::Converted read(policy::TypeOid type, const RawValue& value) const;

  const ClientValues* values_;
  std::span<const ConversionResult> converted_;
  std::size_t next_ = 0;
  std::vector<Conversion> wanted_;
};

/// 0A000: there is no term for such a comparison.
[[nodiscard]] protocol::value::PgError not_comparable();

}  // namespace pgveil::proxy::transform
