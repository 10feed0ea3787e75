#pragma once

/// Qualified names as SQL writes them: `public.patients`, `public."Weird.Name"`. Unquoted parts are
/// lower case, because PostgreSQL would fold anything else. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace pgveil::policy {

struct RelationName {
  std::string schema;
  std::string name;

  friend bool operator==(const RelationName&, const RelationName&) = default;
};

/// Empty if the text is no qualified name.
[[nodiscard]] std::optional<RelationName> parse_relation_name(std::string_view text);
/// The shortest spelling that parses back.
[[nodiscard]] std::string print_relation_name(std::string_view schema, std::string_view name);

}  // namespace pgveil::policy
