// Property: reading is a function of the text, and an accepted policy, printed, reads back equal.
#include "policy/model/policy.hpp"

#include <boost/assert.hpp>

#include <string_view>

using pgveil::policy::parse_policy;
using pgveil::policy::Policy;
using pgveil::policy::PolicyError;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto first = parse_policy(text, "policy.toml");
  const auto second = parse_policy(text, "policy.toml");
  BOOST_ASSERT(first.index() == second.index());
  if (const auto* errors = std::get_if<std::vector<PolicyError>>(&first)) {
    BOOST_ASSERT(!errors->empty());
    BOOST_ASSERT(*errors == std::get<std::vector<PolicyError>>(second));
    return 0;
  }
  const Policy& policy = std::get<Policy>(first);
  const auto again = parse_policy(print_policy(policy), "printed.toml");
  BOOST_ASSERT(std::holds_alternative<Policy>(again));
  const Policy& printed = std::get<Policy>(again);
  BOOST_ASSERT(printed.tables == policy.tables);
  BOOST_ASSERT(printed.roles == policy.roles);
  BOOST_ASSERT(printed.epoch == policy.epoch);
  return 0;
}
