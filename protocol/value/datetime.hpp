#pragma once

/// date, timestamp and timestamptz. Canonical: Int32 days or Int64 microseconds from 2000-01-01, the
/// lowest and highest number being the infinities.
/// Source: PostgreSQL, src/backend/utils/adt/{date,datetime,timestamp}.c, major 15.

#include "protocol/value/codec.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

namespace pgveil::protocol::value {

inline constexpr std::int32_t kDateLow = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int32_t kDateHigh = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kTimestampLow = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kTimestampHigh = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

struct CivilDate {
  int year = 2000;  // astronomical: 0 is 1 BC
  int month = 1;
  int day = 1;
};

[[nodiscard]] CivilDate civil_of(std::int64_t days);
[[nodiscard]] std::int64_t days_of(const CivilDate& date);
/// The infinities, and what the calendar of PostgreSQL holds.
[[nodiscard]] bool is_date(std::int64_t days);
[[nodiscard]] bool is_timestamp(std::int64_t micros);

/// Only ISO spellings with a year of four digits; everything else is the twin's, errors too.
[[nodiscard]] Converted date_from_text(std::string_view text);
[[nodiscard]] Converted timestamp_from_text(std::string_view text);
[[nodiscard]] Converted timestamptz_from_text(std::string_view text, const SessionFormat& session);

[[nodiscard]] std::int64_t round_timestamp(std::int32_t typmod, std::int64_t micros);

void date_to_text(std::int64_t days, const SessionFormat& session, Bytes& out);
/// `with_zone`: of a session in UTC or GMT.
void timestamp_to_text(std::int64_t micros,
                       bool with_zone,
                       const SessionFormat& session,
                       Bytes& out);

}  // namespace pgveil::protocol::value
