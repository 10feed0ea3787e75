#include "proxy/audit/line.hpp"

#include <algorithm>

namespace pgveil::proxy {
namespace {

constexpr std::string_view kChainKey = ",\"chain\":\"";
constexpr std::size_t kHashDigits = 64;
constexpr std::string_view kLineEnd = "\"}";
constexpr std::size_t kSuffix = kChainKey.size() + kHashDigits + kLineEnd.size();
constexpr std::string_view kSeqKey = "{\"seq\":";
constexpr std::string_view kFilePrefix = "audit-";
constexpr std::string_view kFileSuffix = ".jsonl";

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Plain decimal without leading zeros.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  constexpr std::size_t kMostDigits = 18;
  if (digits.empty() || digits.size() > kMostDigits || (digits.size() > 1 && digits[0] == '0')) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : digits) {
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  text.remove_prefix(digits.size());
  return value;
}

std::optional<int> fixed_number(std::string_view text, std::size_t from, std::size_t digits) {
  if (text.size() < from + digits || !all_digits(text.substr(from, digits))) {
    return std::nullopt;
  }
  int value = 0;
  for (const char c : text.substr(from, digits)) {
    value = value * 10 + (c - '0');
  }
  return value;
}

void append_chain(std::string& out, const crypto::Hash& chain) {
  out += kChainKey;
  out += crypto::hex_encode(chain);
  out += kLineEnd;
  out += '\n';
}

/// `digits` of them, with leading zeros.
void put_number(std::string& out, unsigned value, unsigned digits) {
  out.resize(out.size() + digits);
  for (auto at = out.rbegin(); digits > 0; --digits, ++at, value /= 10) {
    *at = static_cast<char>('0' + value % 10);
  }
}

}  // namespace

std::string print_audit_time(AuditTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<microseconds>(time - day));
  std::string out;
  constexpr std::size_t kSize = 27;
  out.reserve(kSize);
  const auto put = [&out](auto value, unsigned width, char behind) {
    put_number(out, static_cast<unsigned>(value), width);
    out += behind;
  };
  put(static_cast<int>(date.year()), 4, '-');
  put(static_cast<unsigned>(date.month()), 2, '-');
  put(static_cast<unsigned>(date.day()), 2, 'T');
  put(clock.hours().count(), 2, ':');
  put(clock.minutes().count(), 2, ':');
  put(clock.seconds().count(), 2, '.');
  put(clock.subseconds().count(), 6, 'Z');
  return out;
}

std::optional<AuditTime> parse_audit_time(std::string_view text) {
  using namespace std::chrono;
  if (text.ends_with('Z')) {
    text.remove_suffix(1);
  }
  // Longest form; a shorter text must end where one of its fields ends.
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000000";
  constexpr std::size_t kDate = 10;
  const std::size_t size = text.size();
  if (size != kDate && size != kDate + 6 && size != kDate + 9 && size != kForm.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const bool blank = i == kDate && text[i] == ' ';
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (!blank && (kForm[i] == '0' ? !digit : text[i] != kForm[i])) {
      return std::nullopt;
    }
  }
  const auto field = [&](std::size_t from, std::size_t digits) {
    return fixed_number(text, from, digits).value_or(0);
  };
  const year_month_day date(year(field(0, 4)), month(static_cast<unsigned>(field(5, 2))),
                            day(static_cast<unsigned>(field(8, 2))));
  if (!date.ok() || field(11, 2) > 23 || field(14, 2) > 59 || field(17, 2) > 60) {
    return std::nullopt;
  }
  return time_point_cast<system_clock::duration>(sys_days(date)) + hours(field(11, 2)) +
         minutes(field(14, 2)) + seconds(field(17, 2)) + microseconds(field(20, 6));
}

void append_line(std::string& out,
                 std::uint64_t seq,
                 AuditTime time,
                 std::string_view members,
                 crypto::Hash& chain) {
  const std::size_t begin = out.size();
  out += kSeqKey;
  out += std::to_string(seq);
  out += ",\"time\":\"";
  out += print_audit_time(time);
  out += "\",";
  out += members;
  out += '}';
  chain = crypto::audit_chain_next(chain, crypto::as_bytes(std::string_view(out).substr(begin)));
  out.pop_back();
  append_chain(out, chain);
}

std::string make_line(std::string_view record, const crypto::Hash& chain) {
  std::string out(record.substr(0, record.size() - 1));
  append_chain(out, chain);
  return out;
}

std::optional<AuditLine> read_line(std::string_view line) {
  if (line.size() < kSeqKey.size() + kSuffix || !line.starts_with(kSeqKey) ||
      !line.ends_with(kLineEnd) || line.find('\n') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view suffix = line.substr(line.size() - kSuffix);
  const std::string_view digits = suffix.substr(kChainKey.size(), kHashDigits);
  crypto::Bytes hash;
  if (!suffix.starts_with(kChainKey) ||
      digits.find_first_not_of("0123456789abcdef") != std::string_view::npos ||
      !crypto::hex_decode(digits, hash)) {
    return std::nullopt;
  }
  AuditLine out;
  std::string_view rest = line.substr(kSeqKey.size());
  const auto seq = take_number(rest);
  if (!seq || !rest.starts_with(',')) {
    return std::nullopt;
  }
  out.seq = *seq;
  for (std::size_t i = 0; i < out.chain.size(); ++i) {
    out.chain[i] = hash[i];
  }
  out.record = std::string(line.substr(0, line.size() - kSuffix)) + "}";
  return out;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return "pgveil audit checkpoint 1\n" + std::to_string(checkpoint.number) + "\n" +
         checkpoint.time + "\n" + std::to_string(checkpoint.count) + "\n" + checkpoint.head + "\n";
}

std::string audit_file_name(std::uint64_t first_seq) {
  constexpr std::size_t kDigits = 12;
  std::string digits = std::to_string(first_seq);
  digits.insert(0, digits.size() < kDigits ? kDigits - digits.size() : 0, '0');
  return std::string(kFilePrefix) + digits + std::string(kFileSuffix);
}

std::optional<std::uint64_t> first_seq_of(std::string_view file_name) {
  if (!file_name.starts_with(kFilePrefix) || !file_name.ends_with(kFileSuffix)) {
    return std::nullopt;
  }
  file_name.remove_prefix(kFilePrefix.size());
  file_name.remove_suffix(kFileSuffix.size());
  if (!all_digits(file_name) || file_name.size() > 18) {
    return std::nullopt;
  }
  file_name.remove_prefix(std::min(file_name.find_first_not_of('0'), file_name.size() - 1));
  return take_number(file_name);
}

}  // namespace pgveil::proxy
