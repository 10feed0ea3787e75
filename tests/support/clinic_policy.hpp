#pragma once

/// Parses a policy in tests, or fails loudly.

#include "policy/model/policy.hpp"

#include <stdexcept>
#include <string>
#include <variant>

namespace pgveil::test {

inline policy::Policy policy_of(const std::string& text) {
  auto parsed = policy::parse_policy("version = 1\n" + text, "policy.toml");
  if (auto* errors = std::get_if<std::vector<policy::PolicyError>>(&parsed)) {
    throw std::runtime_error(errors->empty() ? "policy" : policy::print(errors->front()));
  }
  return std::get<policy::Policy>(std::move(parsed));
}

}  // namespace pgveil::test
