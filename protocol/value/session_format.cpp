#include "protocol/value/session_format.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

namespace pgveil::protocol::value {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

/// One word of DateStyle; the server accepts prefixes of some and ParameterStatus gives the full names.
void apply_date_word(std::string_view word, SessionFormat& format) {
  if (word == "iso") {
    format.date_style = DateStyle::Iso;
  } else if (word == "sql") {
    format.date_style = DateStyle::Sql;
  } else if (word.starts_with("postgres")) {
    format.date_style = DateStyle::Postgres;
  } else if (word == "german") {
    format.date_style = DateStyle::German;
  } else if (word == "ymd") {
    format.date_order = DateOrder::Ymd;
  } else if (word == "dmy" || word.starts_with("euro")) {
    format.date_order = DateOrder::Dmy;
  } else if (word == "mdy" || word == "us" || word.starts_with("noneuro")) {
    format.date_order = DateOrder::Mdy;
  }
}

void apply_date_style(std::string_view value, SessionFormat& format) {
  const std::string words = lower(value);
  std::size_t start = 0;
  while (start < words.size()) {
    const std::size_t end = std::min(words.find_first_of(", ", start), words.size());
    apply_date_word(std::string_view(words).substr(start, end - start), format);
    start = end + 1;
  }
}

Zone zone_of(const std::string& value) {
  if (value == "utc" || value == "etc/utc") {
    return Zone::Utc;
  }
  return value == "gmt" ? Zone::Gmt : Zone::Other;
}

}  // namespace

bool SessionFormat::apply(std::string_view setting, std::string_view value) {
  const std::string key = lower(setting);
  const std::string word = lower(value);
  if (key == "datestyle") {
    apply_date_style(value, *this);
  } else if (key == "timezone") {
    zone = zone_of(word);
  } else if (key == "intervalstyle") {
    interval_style = word == "postgres_verbose" ? IntervalStyle::PostgresVerbose
                     : word == "sql_standard"   ? IntervalStyle::SqlStandard
                     : word == "iso_8601"       ? IntervalStyle::Iso8601
                                                : IntervalStyle::Postgres;
  } else if (key == "bytea_output") {
    bytea_output = word == "escape" ? ByteaOutput::Escape : ByteaOutput::Hex;
  } else if (key == "extra_float_digits") {
    int digits = 1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), digits);
    const bool good = error == std::errc() && end == word.data() + word.size();
    extra_float_digits = static_cast<std::int8_t>(good ? std::clamp(digits, -15, 3) : 1);
  } else {
    return false;
  }
  return true;
}

}  // namespace pgveil::protocol::value
