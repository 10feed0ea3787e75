#pragma once

/// The session settings that change how values are spelled. Source: PostgreSQL, "Client Connection
/// Defaults" (DateStyle, IntervalStyle, TimeZone, bytea_output, extra_float_digits).

#include <cstdint>
#include <string_view>

namespace pgveil::protocol::value {

enum class DateStyle : std::uint8_t { Iso, Sql, Postgres, German };
enum class DateOrder : std::uint8_t { Mdy, Dmy, Ymd };
enum class IntervalStyle : std::uint8_t { Postgres, PostgresVerbose, SqlStandard, Iso8601 };
enum class ByteaOutput : std::uint8_t { Hex, Escape };
/// Only zones without rules are computed here; the twin does the others.
enum class Zone : std::uint8_t { Other, Utc, Gmt };

struct SessionFormat {
  DateStyle date_style = DateStyle::Iso;
  DateOrder date_order = DateOrder::Mdy;
  IntervalStyle interval_style = IntervalStyle::Postgres;
  Zone zone = Zone::Other;
  ByteaOutput bytea_output = ByteaOutput::Hex;
  std::int8_t extra_float_digits = 1;

  /// Takes one setting as SHOW or ParameterStatus spells it; the name in any case. Answers whether the
  /// setting is one of ours. An unreadable value falls back to what the twin must decide (zone Other)
  /// or to the server's default.
  bool apply(std::string_view setting, std::string_view value);

  friend bool operator==(const SessionFormat&, const SessionFormat&) = default;
};

}  // namespace pgveil::protocol::value
