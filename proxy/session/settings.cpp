#include "proxy/session/settings.hpp"

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <array>

namespace pgveil::proxy {

namespace {

struct Entry {
  std::string_view name;
  std::string SessionSettings::*value;
  bool identity = false;
};

constexpr std::array kEntries{
    Entry{"search_path", &SessionSettings::search_path},
    Entry{"session_authorization", &SessionSettings::session_authorization, true},
    Entry{"role", &SessionSettings::role, true},
    Entry{"DateStyle", &SessionSettings::date_style},
    Entry{"IntervalStyle", &SessionSettings::interval_style},
    Entry{"TimeZone", &SessionSettings::time_zone},
    Entry{"bytea_output", &SessionSettings::bytea_output},
    Entry{"extra_float_digits", &SessionSettings::extra_float_digits},
    Entry{"client_encoding", &SessionSettings::client_encoding},
    Entry{"standard_conforming_strings", &SessionSettings::standard_conforming_strings},
    Entry{"lc_monetary", &SessionSettings::lc_monetary},
    Entry{"xmloption", &SessionSettings::xmloption},
};

constexpr auto kNames = [] {
  std::array<std::string_view, kEntries.size()> names;
  std::ranges::transform(kEntries, names.begin(), &Entry::name);
  return names;
}();

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

const Entry* entry_of(std::string_view name) {
  const auto found = std::ranges::find_if(kEntries, [&](const Entry& entry) {
    return std::ranges::equal(entry.name, name, {}, lower, lower);
  });
  return found == kEntries.end() ? nullptr : &*found;
}

}  // namespace

bool SessionSettings::apply(std::string_view name, std::string_view value) {
  const Entry* entry = entry_of(name);
  if (entry == nullptr) {
    return false;
  }
  this->*(entry->value) = value;
  return true;
}

const std::string* SessionSettings::find(std::string_view name) const {
  const Entry* entry = entry_of(name);
  return entry == nullptr ? nullptr : &(this->*(entry->value));
}

const std::string& SessionSettings::current_user() const {
  return role == "none" ? session_authorization : role;
}

std::string SessionSettings::search_path_of_user() const {
  static constexpr std::string_view kUser = "\"$user\"";
  std::string path = search_path;
  const std::string& user = current_user();
  if (const auto at = path.find(kUser); at != std::string::npos && !user.empty()) {
    std::string name = "\"";
    for (const char c : user) {
      name.append(c == '"' ? 2 : 1, c);
    }
    path.replace(at, kUser.size(), name + '"');
  }
  return path;
}

bool SessionSettings::plans_alike(const SessionSettings& other) const {
  return prelude == other.prelude && sealed == other.sealed &&
         std::ranges::all_of(kEntries, [&](const Entry& entry) {
           return entry.identity || this->*(entry.value) == other.*(entry.value);
         });
}

std::size_t SessionSettings::plan_hash() const {
  std::size_t seed = 0;
  for (const std::string& statement : prelude) {
    boost::hash_combine(seed, statement);
  }
  for (const Entry& entry : kEntries) {
    if (!entry.identity) {
      boost::hash_combine(seed, this->*(entry.value));
    }
  }
  return seed;
}

std::span<const std::string_view> setting_names() { return kNames; }

}  // namespace pgveil::proxy
