#pragma once

/// Writes JSON objects member by member, always in the order of the calls: a record has one spelling.
/// Text that is not UTF-8 gets U+FFFD for each bad byte; control characters are escaped, so an object
/// is one line. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pgveil::proxy {

/// Appends `text` with its quotes.
void append_json(std::string& out, std::string_view text);

class JsonMembers {
 public:
  JsonMembers() { out_.reserve(kUsualSize); }

  JsonMembers& text(std::string_view key, std::string_view value);
  /// Nothing for an empty value.
  JsonMembers& text_if(std::string_view key, std::string_view value);
  JsonMembers& number(std::string_view key, std::uint64_t value);
  JsonMembers& boolean(std::string_view key, bool value);
  JsonMembers& list(std::string_view key, std::span<const std::string> values);
  /// Members that another JsonMembers wrote.
  JsonMembers& more(std::string_view members);
  /// `json` is complete JSON.
  JsonMembers& raw(std::string_view key, std::string_view json);

  [[nodiscard]] const std::string& members() const& { return out_; }

  [[nodiscard]] std::string members() && { return std::move(out_); }

  [[nodiscard]] std::string object() const { return "{" + out_ + "}"; }

 private:
  void key(std::string_view key);

  static constexpr std::size_t kUsualSize = 1'000;

  std::string out_;
};

}  // namespace pgveil::proxy
