#include "protocol/value/datetime.hpp"

#include "protocol/value/scalar.hpp"

#include <optional>
#include <string>

namespace pgveil::protocol::value {
namespace {

constexpr std::int64_t kEpochJulian = 2'451'545;  // 2000-01-01
constexpr std::int64_t kDateEndJulian = 2'147'483'494;
constexpr std::int64_t kFirstTimestamp = -211'813'488'000'000'000;
constexpr std::int64_t kEndTimestamp = 9'223'371'331'200'000'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

/// Reads ISO parts off the front of a text; after the first misfit `ok` stays false.
class IsoReader {
 public:
  explicit IsoReader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) {
      ok_ = false;
      return 0;
    }
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      ok_ = ok_ && is_digit(rest_[i]);
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return ok_ ? value : 0;
  }

  bool take(char c) {
    const bool there = rest_.starts_with(c);
    if (there) {
      rest_.remove_prefix(1);
    }
    return there;
  }

  void expect(char c) { ok_ = take(c) && ok_; }

  void expect(bool condition) { ok_ = ok_ && condition; }

  [[nodiscard]] bool at_digit() const { return !rest_.empty() && is_digit(rest_.front()); }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

int days_in_month(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

std::int64_t read_date(IsoReader& in) {
  CivilDate date;
  date.year = in.number(4);
  in.expect('-');
  date.month = in.number(2);
  in.expect('-');
  date.day = in.number(2);
  in.expect(date.year >= 1 && date.month >= 1 && date.month <= 12 && date.day >= 1);
  in.expect(in.ok() && date.day <= days_in_month(date.year, date.month));
  return in.ok() ? days_of(date) : 0;
}

std::int64_t read_fraction(IsoReader& in) {
  std::int64_t micros = 0;
  std::int64_t unit = kMicrosPerSecond / 10;
  in.expect(in.at_digit());
  for (; in.at_digit(); unit /= 10) {
    micros += in.number(1) * unit;
    in.expect(unit > 0);  // PostgreSQL rounds a seventh digit
  }
  return micros;
}

std::int64_t read_time(IsoReader& in) {
  const int hour = in.number(2);
  in.expect(':');
  const int minute = in.number(2);
  int second = 0;
  std::int64_t micros = 0;
  if (in.take(':')) {
    second = in.number(2);
    if (in.take('.')) {
      micros = read_fraction(in);
    }
  }
  in.expect(hour < 24 && minute < 60 && second < 60);
  return ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + micros;
}

struct LocalTime {
  std::int64_t micros = 0;
  bool has_time = false;
};

LocalTime read_local(IsoReader& in) {
  LocalTime local;
  local.micros = read_date(in) * kMicrosPerDay;
  if (in.take(' ') || in.take('T')) {
    local.micros += read_time(in);
    local.has_time = true;
  }
  return local;
}

/// Seconds east of UTC, if there is an offset.
std::optional<std::int64_t> read_offset(IsoReader& in) {
  if (in.take('Z')) {
    return 0;
  }
  const bool west = in.take('-');
  if (!west && !in.take('+')) {
    return std::nullopt;
  }
  const int hours = in.number(2);
  int minutes = 0;
  if (in.take(':') || in.at_digit()) {
    minutes = in.number(2);
  }
  in.expect(hours <= 15 && minutes < 60);
  const std::int64_t seconds = (hours * 60 + minutes) * 60;
  return west ? -seconds : seconds;
}

void put_padded(std::int64_t value, std::size_t width, std::string& out) {
  const std::string digits = std::to_string(value);
  out.append(digits.size() < width ? width - digits.size() : 0, '0');
  out += digits;
}

void put_year(const CivilDate& date, std::string& out) {
  put_padded(date.year > 0 ? date.year : 1 - date.year, 4, out);
}

void put_day_and_month(const CivilDate& date, char separator, bool day_first, std::string& out) {
  put_padded(day_first ? date.day : date.month, 2, out);
  out += separator;
  put_padded(day_first ? date.month : date.day, 2, out);
}

/// The date of all styles but timestamps in style Postgres.
void put_date(const CivilDate& date, DateStyle style, bool day_first, std::string& out) {
  switch (style) {
    case DateStyle::Iso:
      put_year(date, out);
      out += '-';
      put_padded(date.month, 2, out);
      out += '-';
      put_padded(date.day, 2, out);
      return;
    case DateStyle::Sql:
      put_day_and_month(date, '/', day_first, out);
      out += '/';
      break;
    case DateStyle::German:
      put_day_and_month(date, '.', true, out);
      out += '.';
      break;
    case DateStyle::Postgres:
      put_day_and_month(date, '-', day_first, out);
      out += '-';
      break;
  }
  put_year(date, out);
}

void put_time(std::int64_t micros_of_day, std::string& out) {
  const std::int64_t seconds = micros_of_day / kMicrosPerSecond;
  put_padded(seconds / 3600, 2, out);
  out += ':';
  put_padded(seconds / 60 % 60, 2, out);
  out += ':';
  put_padded(seconds % 60, 2, out);
  if (const std::int64_t fraction = micros_of_day % kMicrosPerSecond; fraction != 0) {
    out += '.';
    put_padded(fraction, 6, out);
    out.erase(out.find_last_not_of('0') + 1);
  }
}

void put_verbose_day(const CivilDate& date, std::int64_t days, bool day_first, std::string& out) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  out += kDays[static_cast<std::size_t>((days % 7 + 7 + 6) % 7)];  // 2000-01-01 was a Saturday
  out += ' ';
  if (day_first) {
    put_padded(date.day, 2, out);
    out += ' ';
  }
  out += kMonths[date.month - 1];
  if (!day_first) {
    out += ' ';
    put_padded(date.day, 2, out);
  }
}

bool day_first(const SessionFormat& session) { return session.date_order == DateOrder::Dmy; }

}  // namespace

// Howard Hinnant, "chrono-compatible low-level date algorithms": civil_from_days, days_from_civil.
CivilDate civil_of(std::int64_t days) {
  const std::int64_t shifted = days + 730'425;  // days from 0000-03-01 to 2000-01-01
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_index = (5 * day_of_year + 2) / 153;  // from March
  CivilDate date;
  date.day = static_cast<int>(day_of_year - (153 * month_index + 2) / 5 + 1);
  date.month = static_cast<int>(month_index < 10 ? month_index + 3 : month_index - 9);
  date.year = static_cast<int>(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

std::int64_t days_of(const CivilDate& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_index = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * month_index + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 730'425;
}

bool is_date(std::int64_t days) {
  return days == kDateLow || days == kDateHigh ||
         (days >= -kEpochJulian && days < kDateEndJulian - kEpochJulian);
}

bool is_timestamp(std::int64_t micros) {
  return micros == kTimestampLow || micros == kTimestampHigh ||
         (micros >= kFirstTimestamp && micros < kEndTimestamp);
}

Converted date_from_text(std::string_view text) {
  IsoReader in(text);
  const std::int64_t days = read_date(in);
  if (!in.ok() || !in.at_end()) {
    return NeedsTwin{};
  }
  return integer_canonical(4, days);
}

Converted timestamp_from_text(std::string_view text) {
  IsoReader in(text);
  const LocalTime local = read_local(in);
  if (!in.ok() || !in.at_end()) {
    return NeedsTwin{};
  }
  return integer_canonical(8, local.micros);
}

Converted timestamptz_from_text(std::string_view text, const SessionFormat& session) {
  IsoReader in(text);
  const LocalTime local = read_local(in);
  const std::optional<std::int64_t> offset = local.has_time ? read_offset(in) : std::nullopt;
  if (!in.ok() || !in.at_end() || (!offset && session.zone == Zone::Other)) {
    return NeedsTwin{};
  }
  return integer_canonical(8, local.micros - offset.value_or(0) * kMicrosPerSecond);
}

std::int64_t round_timestamp(std::int32_t typmod, std::int64_t micros) {
  static constexpr std::int64_t kUnits[] = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  if (typmod < 0 || typmod >= 6 || micros == kTimestampLow || micros == kTimestampHigh) {
    return micros;
  }
  const std::int64_t unit = kUnits[typmod];
  return micros >= 0 ? (micros + unit / 2) / unit * unit : -((-micros + unit / 2) / unit * unit);
}

void date_to_text(std::int64_t days, const SessionFormat& session, Bytes& out) {
  if (days == kDateLow || days == kDateHigh) {
    return put_bytes(out, as_bytes(days == kDateLow ? "-infinity" : "infinity"));
  }
  const CivilDate date = civil_of(days);
  std::string text;
  put_date(date, session.date_style, day_first(session), text);
  if (date.year <= 0) {
    text += " BC";
  }
  put_bytes(out, as_bytes(text));
}

void timestamp_to_text(std::int64_t micros,
                       bool with_zone,
                       const SessionFormat& session,
                       Bytes& out) {
  if (micros == kTimestampLow || micros == kTimestampHigh) {
    return put_bytes(out, as_bytes(micros == kTimestampLow ? "-infinity" : "infinity"));
  }
  std::int64_t days = micros / kMicrosPerDay;
  std::int64_t of_day = micros % kMicrosPerDay;
  if (of_day < 0) {
    of_day += kMicrosPerDay;
    --days;
  }
  const CivilDate date = civil_of(days);
  const bool verbose = session.date_style == DateStyle::Postgres;
  std::string text;
  if (verbose) {
    put_verbose_day(date, days, day_first(session), text);
  } else {
    put_date(date, session.date_style, day_first(session), text);
  }
  text += ' ';
  put_time(of_day, text);
  if (verbose) {
    text += ' ';
    put_year(date, text);
  }
  if (with_zone && session.date_style == DateStyle::Iso) {
    text += "+00";
  } else if (with_zone) {
    text += session.zone == Zone::Gmt ? " GMT" : " UTC";
  }
  if (date.year <= 0) {
    text += " BC";
  }
  put_bytes(out, as_bytes(text));
}

}  // namespace pgveil::protocol::value
