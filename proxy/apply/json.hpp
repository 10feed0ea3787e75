#pragma once

/// Strings for --json. Inside proxy/apply.

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy::apply {

/// Quoted and escaped.
[[nodiscard]] std::string json_text(std::string_view text);
void print_json(const std::vector<std::string>& texts, std::ostream& out);

}  // namespace pgveil::proxy::apply
