#include "policy/model/relation_name.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy {
namespace {

bool is_start(char c) {
  return (c >= 'a' && c <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_rest(char c) { return is_start(c) || (c >= '0' && c <= '9') || c == '$'; }

/// One identifier from the front of `text`, which is shortened by it.
std::optional<std::string> take_identifier(std::string_view& text) {
  std::string out;
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    for (;;) {
      const std::size_t quote = text.find('"');
      if (quote == std::string_view::npos) {
        return std::nullopt;
      }
      out += text.substr(0, quote);
      text.remove_prefix(quote + 1);
      if (!text.starts_with('"')) {
        break;
      }
      out += '"';
      text.remove_prefix(1);
    }
  } else {
    while (!text.empty() && (out.empty() ? is_start(text[0]) : is_rest(text[0]))) {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  if (out.empty() || out.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  return out;
}

std::string print_identifier(std::string_view name) {
  if (!name.empty() && is_start(name[0]) && std::ranges::all_of(name, is_rest)) {
    return std::string(name);
  }
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::optional<RelationName> parse_relation_name(std::string_view text) {
  auto schema = take_identifier(text);
  if (!schema || !text.starts_with('.')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  auto name = take_identifier(text);
  if (!name || !text.empty()) {
    return std::nullopt;
  }
  return RelationName{std::move(*schema), std::move(*name)};
}

std::string print_relation_name(std::string_view schema, std::string_view name) {
  return print_identifier(schema) + "." + print_identifier(name);
}

}  // namespace pgveil::policy
