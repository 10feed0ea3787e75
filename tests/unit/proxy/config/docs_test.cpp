// The examples of the documentation are accepted as they stand.
#include "policy/model/policy.hpp"
#include "proxy/config/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace pgveil::proxy {
namespace {

std::string read(const std::string& file) {
  std::ifstream in(file);
  return {(std::istreambuf_iterator<char>(in)), {}};
}

std::string example(const std::string& document) {
  const std::string text = read(document);
  const std::string open = "```toml\n";
  const std::size_t from = text.find(open) + open.size();
  return text.substr(from, text.find("```", from) - from);
}

template <typename Result>
void expect_accepted(const Result& result) {
  if (const auto* errors = std::get_if<std::vector<policy::FileError>>(&result)) {
    for (const auto& error : *errors) {
      ADD_FAILURE() << print(error);
    }
  }
}

TEST(Documentation, ThePolicyExampleIsAccepted) {
  expect_accepted(policy::parse_policy(example("docs/policy.md"), "docs/policy.md"));
}

TEST(Documentation, TheConfigExampleIsAccepted) {
  expect_accepted(parse_config(example("docs/config.md"), "/etc/pgveil/pgveil.toml"));
}

TEST(Documentation, TheDemoPolicyIsAccepted) {
  expect_accepted(policy::parse_policy(read("deploy/clinic/policy.toml"), "policy.toml"));
}

TEST(Documentation, EveryClassVerbAndPhiIsExplained) {
  const std::string text = read("docs/policy.md");
  for (const policy::Permission& permission : policy::all_permissions()) {
    EXPECT_NE(text.find("`" + std::string(name(permission.cls)) + "`"), std::string::npos);
    EXPECT_NE(text.find("`" + std::string(name(permission.verb)) + "`"), std::string::npos);
  }
  for (std::size_t i = 1; i < policy::kPhiCount; ++i) {
    const char* word = name(static_cast<policy::Phi>(i));
    EXPECT_NE(text.find("`" + std::string(word) + "`"), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace pgveil::proxy
