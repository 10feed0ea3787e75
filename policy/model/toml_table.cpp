#include "policy/model/toml_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace pgveil::policy {
namespace {

const char* kind_name(TomlNode::Kind kind) {
  switch (kind) {
    case TomlNode::Kind::Table:
      return "a table";
    case TomlNode::Kind::Array:
      return "an array";
    case TomlNode::Kind::String:
      return "a string";
    case TomlNode::Kind::Integer:
      return "a number";
    case TomlNode::Kind::Float:
      return "a number with a fraction";
    case TomlNode::Kind::Boolean:
      return "true or false";
    case TomlNode::Kind::Other:
      return "a date or time";
  }
  return "";
}

/// Edits between two words; two neighbours swapped count as one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), d[i - 1][j] + 1, d[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr std::array<Unit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizeUnits{
    {{"GiB", 1U << 30U}, {"MiB", 1U << 20U}, {"KiB", 1U << 10U}, {"", 1}}};

template <std::size_t N>
std::optional<std::uint64_t> scaled(std::string_view text, const std::array<Unit, N>& units) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, number);
  if (ec != std::errc{}) {
    return std::nullopt;
  }
  const std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  const auto unit = std::ranges::find(units, suffix, &Unit::suffix);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (unit == units.end() || number > kMost / unit->factor) {
    return std::nullopt;
  }
  return number * unit->factor;
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> words) {
  constexpr std::size_t kLongestCompared = 64;  // the table below is quadratic
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string& candidate : words) {
    if (word.size() > kLongestCompared || candidate.size() > kLongestCompared) {
      continue;
    }
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> words) {
  const std::string near = nearest(word, words);
  if (!near.empty()) {
    return "did you mean \"" + near + "\"?";
  }
  std::string out = "one of: ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += (i == 0 ? "" : ", ") + words[i];
  }
  return out;
}

std::optional<std::chrono::milliseconds> duration_of(std::string_view text) {
  const std::optional<std::uint64_t> ms = scaled(text, kDurationUnits);
  if (!ms) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(*ms));
}

std::string print_duration(std::chrono::milliseconds duration) {
  const auto ms = static_cast<std::uint64_t>(duration.count());
  const auto unit = std::ranges::find_if(
      kDurationUnits, [&](const Unit& u) { return ms % u.factor == 0 && ms >= u.factor; });
  if (unit == kDurationUnits.end()) {
    return "0s";
  }
  return std::to_string(ms / unit->factor) + std::string(unit->suffix);
}

std::optional<std::uint64_t> byte_size_of(std::string_view text) {
  return scaled(text, kSizeUnits);
}

std::string toml_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

TomlTable::TomlTable(const TomlNode& node, std::string where, ErrorList& errors)
    : node_(node), where_(std::move(where)), errors_(errors) {}

const TomlNode* TomlTable::find(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) {
    known_.emplace_back(key);
  }
  const auto found = std::ranges::find(node_.entries, key, &TomlEntry::key);
  return found == node_.entries.end() ? nullptr : &found->value;
}

std::optional<std::string> TomlTable::string(std::string_view key) {
  const TomlNode* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->kind != TomlNode::Kind::String) {
    wrong_kind(key, *value, "a string in quotes");
    return std::nullopt;
  }
  return value->text;
}

std::optional<bool> TomlTable::boolean(std::string_view key) {
  const TomlNode* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->kind != TomlNode::Kind::Boolean) {
    wrong_kind(key, *value, "true or false, without quotes");
    return std::nullopt;
  }
  return value->boolean;
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key,
                                               std::int64_t least,
                                               std::int64_t most) {
  const TomlNode* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::string wanted =
      "a number from " + std::to_string(least) + " to " + std::to_string(most);
  if (value->kind != TomlNode::Kind::Integer) {
    wrong_kind(key, *value, wanted);
    return std::nullopt;
  }
  if (value->integer < least || value->integer > most) {
    error(value->line,
          where_ + ": " + std::string(key) + " = " + std::to_string(value->integer) +
              " is out of range",
          "write " + wanted);
    return std::nullopt;
  }
  return value->integer;
}

std::optional<std::chrono::milliseconds> TomlTable::duration(std::string_view key,
                                                             std::chrono::milliseconds least,
                                                             std::chrono::milliseconds most) {
  const TomlNode* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::string wanted =
      "a duration from \"" + print_duration(least) + "\" to \"" + print_duration(most) + "\"";
  if (value->kind != TomlNode::Kind::String) {
    wrong_kind(key, *value, wanted);
    return std::nullopt;
  }
  const auto parsed = duration_of(value->text);
  if (!parsed || *parsed < least || *parsed > most) {
    error(value->line, where_ + ": " + std::string(key) + " is not a duration that can be used",
          "write " + wanted + "; units are ms, s, m, h, d");
    return std::nullopt;
  }
  return parsed;
}

std::optional<std::uint64_t> TomlTable::byte_size(std::string_view key,
                                                  std::uint64_t least,
                                                  std::uint64_t most) {
  const TomlNode* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::string wanted = "a size from " + std::to_string(least) + " to " +
                             std::to_string(most) + " bytes, like \"64MiB\"";
  std::optional<std::uint64_t> parsed;
  if (value->kind == TomlNode::Kind::Integer && value->integer >= 0) {
    parsed = static_cast<std::uint64_t>(value->integer);
  } else if (value->kind == TomlNode::Kind::String) {
    parsed = byte_size_of(value->text);
  }
  if (!parsed || *parsed < least || *parsed > most) {
    error(value->line, where_ + ": " + std::string(key) + " is not a size that can be used",
          "write " + wanted + "; units are KiB, MiB, GiB");
    return std::nullopt;
  }
  return parsed;
}

std::optional<std::string> TomlTable::word(std::string_view key,
                                           std::initializer_list<const char*> words) {
  const std::optional<std::string> value = string(key);
  if (!value || std::ranges::find(words, *value) != words.end()) {
    return value;
  }
  const std::vector<std::string> all(words.begin(), words.end());
  error(find(key)->line,
        where_ + ": " + std::string(key) + " = " + toml_quoted(*value) + " is not known",
        did_you_mean(*value, all));
  return std::nullopt;
}

std::vector<TomlTable::Item> TomlTable::strings(std::string_view key) {
  std::vector<Item> out;
  const TomlNode* value = find(key);
  if (value == nullptr) {
    return out;
  }
  if (value->kind != TomlNode::Kind::Array) {
    wrong_kind(key, *value, "an array of strings, like [\"a\", \"b\"]");
    return out;
  }
  for (const TomlNode& item : value->items) {
    if (item.kind == TomlNode::Kind::String) {
      out.push_back({item.text, item.line});
    } else {
      wrong_kind(key, item, "only strings inside the array");
    }
  }
  return out;
}

const TomlNode* TomlTable::table(std::string_view key) {
  const TomlNode* value = find(key);
  if (value != nullptr && value->kind != TomlNode::Kind::Table) {
    wrong_kind(key, *value, "a table");
    return nullptr;
  }
  return value;
}

void TomlTable::missing(std::string_view key, std::string remedy) {
  error(node_.line, where_ + ": " + std::string(key) + " is missing", std::move(remedy));
}

void TomlTable::error(int line, std::string message, std::string remedy) {
  errors_.add(line, std::move(message), std::move(remedy));
}

void TomlTable::finish() {
  for (const TomlEntry& entry : node_.entries) {
    if (std::ranges::find(known_, entry.key) == known_.end()) {
      error(entry.value.line, where_ + ": unknown key " + toml_quoted(entry.key),
            did_you_mean(entry.key, known_));
    }
  }
}

void TomlTable::wrong_kind(std::string_view key, const TomlNode& value, std::string_view wanted) {
  error(value.line, where_ + ": " + std::string(key) + " is " + kind_name(value.kind),
        "write " + std::string(wanted));
}

}  // namespace pgveil::policy
