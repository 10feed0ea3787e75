#pragma once

/// Casts between the supported types: from the type that analysis gave to a client's value to the base
/// type of the sealed column. Both forms are exact; what is not computed here is the twin's.
/// Source: PostgreSQL, pg_cast.dat and the cast functions it names.

#include "protocol/value/codec.hpp"

namespace pgveil::protocol::value {

/// The cast of an assignment (INSERT, UPDATE): rounds and fails as PostgreSQL does. Without modifier;
/// apply_typmod comes after.
[[nodiscard]] Converted cast_for_assignment(TypeOid from,
                                            TypeOid to,
                                            Canonical canonical,
                                            const SessionFormat& session);

/// No value of the column's type is equal to the client's value.
struct NeverEqual {
  friend bool operator==(const NeverEqual&, const NeverEqual&) = default;
};

/// The comparison cannot be made through the column's equality form.
struct NotComparable {
  friend bool operator==(const NotComparable&, const NotComparable&) = default;
};

using Comparable = std::variant<Canonical, NeverEqual, NeedsTwin, NotComparable>;

/// The value of the column's type that is equal to the client's value under PostgreSQL's `=` for
/// (column type, value type):
///   int2, int4, int8 column, any integer or numeric value: equal number, or NeverEqual when it has a
///     fraction, is NaN or infinite, or lies outside the column's range;
///   numeric column, integer value: the number;
///   text, varchar, name column, text, varchar or name value: the characters;
///   char(n) column, char(n) or varchar value: `=` of char(n), which ignores trailing blanks;
///     text or name value: `=` of text over the stripped column, so trailing blanks are NeverEqual;
///   date column, timestamp value: midnight only; timestamp column, date value: midnight of the day;
///   timestamptz column, date or timestamp value: the moment in the session's zone (NeedsTwin: the twin
///     casts); timestamptz value, date or timestamp column: only in a UTC session, else NotComparable.
/// Everything else is NotComparable (a text column with a char(n) value ignores the column's blanks).
[[nodiscard]] Comparable cast_for_comparison(TypeOid value_type,
                                             TypeOid column_type,
                                             Canonical canonical,
                                             const SessionFormat& session);

}  // namespace pgveil::protocol::value
