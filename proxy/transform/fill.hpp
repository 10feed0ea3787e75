#pragma once

/// Fills the slots of a plan with the client's values: the way in.
///
/// Call order: fill_sql when a statement is sent (Query or Parse), fill_parameters at Bind. Each answers
/// Filled, or the conversions that only the twin can make, or an error for the client. After the twin
/// has converted, call again with the same arguments and one result per conversion, in the order asked.
/// The second call asks for nothing new.
///
/// Values: a client's value has the type that analysis gave to it (ValueUse::value_type; 0 stands for
/// the column's base type). It is read under that type and then
///   Seal: cast and given its modifier as an assignment does (protocol/value), sealed with its terms;
///   EqualityTerm, FoldedTerm: brought to the column's type as `=` does. A value that no value of the
///     column can equal (5000000000 for an int4 column, 1.5 for an integer one) gives the empty bytea:
///     it equals no term, and `<>` stays true for every row that is not NULL.
///   TextQuery: the pattern of LIKE or ILIKE with escape `\`; NULL when it has no run that terms can find;
///   EqualityTerms: the elements of a one- or more-dimensional array; value_type is the array's type. The
///     answer has one dimension (for = ANY the shape does not matter).
///   RangeTerms: the terms of all buckets that a value within the bounds can be in, strict or not; NULL
///     when they are more than kMaxRangeTerms, or when the bound depends on a time zone's rules. A bound
///     that is NULL lets no row through: no terms.
/// NULL stays NULL in all others.
///
/// In SQL text a filled slot is an expression: '\x…'::pg_catalog.bytea, '…'::pg_catalog.tsquery,
/// '{…}'::pg_catalog.bytea[], NULL of one of these types, or the literal as the client spelled it.
///
/// Errors: transform::Error for keys and broken plans; PgError, with the source it came from, for what
/// PostgreSQL itself would say of the value.
/// Lifetime: nothing views the arguments. Threads: pure but for crypto's randomness.

#include "policy/rewrite/plan.hpp"
#include "protocol/value/codec.hpp"
#include "proxy/transform/error.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pgveil::crypto {
class Keyring;
}

namespace pgveil::proxy::transform {

inline constexpr std::int64_t kMaxRangeTerms = 4'096;

using protocol::Bytes;
using protocol::ByteView;
using protocol::value::SessionFormat;

/// One value of a Bind message. `format` is already expanded: 0 text, 1 binary.
struct ClientParameter {
  std::optional<ByteView> bytes;  // absent: NULL
  std::int16_t format = 0;
};

/// A conversion for the twin: read `bytes` as `from` (text or binary form), cast to `to`, apply `typmod`
/// (-1: none), answer the binary form.
struct Conversion {
  policy::TypeOid from = 0;
  policy::TypeOid to = 0;
  std::int32_t typmod = -1;
  std::int16_t format = 0;
  Bytes bytes;
  policy::ValueSource source;
};

/// Binary form of `to`, or the twin's own error.
using ConversionResult = std::variant<Bytes, protocol::value::PgError>;

struct ClientValues {
  std::span<const std::string_view> literals;  // tokens as spelled, in reading order
  /// Whether '…' literals take backslashes as in E'…' (standard_conforming_strings = off).
  bool backslash_quotes = false;
  std::span<const ClientParameter> parameters;
  SessionFormat session;
};

/// A value of the Bind message that goes to the server.
struct ServerValue {
  std::optional<Bytes> bytes;
  std::int16_t format = 0;
};

/// PostgreSQL's error for a client's value.
struct ValueError {
  protocol::value::PgError error;
  policy::ValueSource source;
};

using FilledSql = std::variant<std::string, std::vector<Conversion>, ValueError>;
using FilledParameters =
    std::variant<std::vector<ServerValue>, std::vector<Conversion>, ValueError>;

[[nodiscard]] Result<FilledSql> fill_sql(const policy::SqlTemplate& sql,
                                         const ClientValues& values,
                                         const crypto::Keyring& keys,
                                         std::span<const ConversionResult> converted = {});

[[nodiscard]] Result<FilledParameters> fill_parameters(
    std::span<const policy::ServerParameter> parameters,
    const ClientValues& values,
    const crypto::Keyring& keys,
    std::span<const ConversionResult> converted = {});

}  // namespace pgveil::proxy::transform
