#pragma once

/// OIDs of the base types that the codecs know. Source: PostgreSQL, src/include/catalog/pg_type.dat;
/// they are the same in every server.

#include <cstdint>

namespace pgveil::protocol::value {

using TypeOid = std::uint32_t;

inline constexpr TypeOid kBool = 16;
inline constexpr TypeOid kBytea = 17;
inline constexpr TypeOid kName = 19;
inline constexpr TypeOid kInt8 = 20;
inline constexpr TypeOid kInt2 = 21;
inline constexpr TypeOid kInt4 = 23;
inline constexpr TypeOid kText = 25;
inline constexpr TypeOid kUnknown = 705;
inline constexpr TypeOid kBpchar = 1042;
inline constexpr TypeOid kVarchar = 1043;
inline constexpr TypeOid kDate = 1082;
inline constexpr TypeOid kTimestamp = 1114;
inline constexpr TypeOid kTimestamptz = 1184;
inline constexpr TypeOid kNumeric = 1700;
inline constexpr TypeOid kUuid = 2950;
inline constexpr TypeOid kJsonb = 3802;

/// Whether codec.hpp converts values of this type; for any other it answers NeedsTwin.
[[nodiscard]] bool is_supported(TypeOid type);
/// text, varchar, bpchar, name: canonical bytes are the UTF-8 characters.
[[nodiscard]] bool is_text(TypeOid type);
/// The element type of an array type over a supported type (text[] 1009 → 25), else 0.
[[nodiscard]] TypeOid element_of(TypeOid array_type);

}  // namespace pgveil::protocol::value
