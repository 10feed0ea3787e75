#include "policy/model/toml_file.hpp"

#include <toml++/toml.h>

#include <algorithm>

namespace pgveil::policy {
namespace {

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

TomlNode convert(const toml::node& node);

void convert_table(const toml::table& table, TomlNode& out) {
  out.kind = TomlNode::Kind::Table;

  struct Placed {
    std::uint32_t line;
    std::uint32_t column;
    TomlEntry entry;
  };

  std::vector<Placed> placed;
  for (const auto& [key, value] : table) {
    const auto at = key.source().begin;
    TomlEntry entry{std::string(key.str()), convert(value)};
    entry.value.line = static_cast<int>(at.line);
    placed.push_back({at.line, at.column, std::move(entry)});
  }
  // toml++ keeps keys in alphabetical order; ours is the file's.
  std::ranges::stable_sort(placed, [](const Placed& a, const Placed& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  });
  for (Placed& one : placed) {
    out.entries.push_back(std::move(one.entry));
  }
}

TomlNode convert(const toml::node& node) {
  TomlNode out;
  out.line = line_of(node);
  switch (node.type()) {
    case toml::node_type::table:
      convert_table(*node.as_table(), out);
      break;
    case toml::node_type::array:
      out.kind = TomlNode::Kind::Array;
      for (const toml::node& item : *node.as_array()) {
        out.items.push_back(convert(item));
      }
      break;
    case toml::node_type::string:
      out.kind = TomlNode::Kind::String;
      out.text = node.as_string()->get();
      break;
    case toml::node_type::integer:
      out.kind = TomlNode::Kind::Integer;
      out.integer = node.as_integer()->get();
      break;
    case toml::node_type::boolean:
      out.kind = TomlNode::Kind::Boolean;
      out.boolean = node.as_boolean()->get();
      break;
    case toml::node_type::floating_point:
      out.kind = TomlNode::Kind::Float;
      break;
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
    case toml::node_type::none:
      out.kind = TomlNode::Kind::Other;
      break;
  }
  return out;
}

}  // namespace

std::string print(const FileError& error) {
  std::string out = error.file + ":" + std::to_string(error.line) + ": " + error.message;
  if (!error.remedy.empty()) {
    out += " (" + error.remedy + ")";
  }
  return out;
}

std::variant<TomlNode, FileError> read_toml(std::string_view text, std::string_view file_name) {
  try {
    const toml::table root = toml::parse(text, std::string(file_name));
    TomlNode out = convert(root);
    out.line = 1;
    return out;
  } catch (const toml::parse_error& error) {
    return FileError{std::string(file_name), static_cast<int>(error.source().begin.line),
                     std::string(error.description()), "mend the TOML syntax here"};
  }
}

void ErrorList::add(int line, std::string message, std::string remedy) {
  errors_.push_back({file_name_, line, std::move(message), std::move(remedy)});
}

std::vector<FileError> ErrorList::take_sorted() {
  std::ranges::stable_sort(errors_, {}, &FileError::line);
  return std::move(errors_);
}

}  // namespace pgveil::policy
