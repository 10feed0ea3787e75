#include "policy/model/classes.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pgveil::policy {
namespace {

TEST(Permissions, ThereAre89AndEachHasItsOwnSentence) {
  std::set<std::string> names;
  std::set<std::string> sentences;
  for (const Permission& permission : all_permissions()) {
    EXPECT_TRUE(exists(permission));
    names.insert(name(permission));
    sentences.insert(sentence(permission));
    EXPECT_TRUE(sentence(permission).ends_with('.'));
  }
  EXPECT_EQ(names.size(), 89U);
  EXPECT_EQ(sentences.size(), 89U);
  EXPECT_FALSE(names.contains("consents.change"));
  EXPECT_FALSE(names.contains("consents.delete"));
  EXPECT_EQ(sentence({DataClass::GovernmentId, PolicyVerb::Masked}),
            "May see government identifiers masked.");
}

TEST(Permissions, WordsReadBack) {
  for (const Permission& permission : all_permissions()) {
    EXPECT_EQ(data_class(name(permission.cls)), permission.cls);
    EXPECT_EQ(policy_verb(name(permission.verb)), permission.verb);
  }
  EXPECT_FALSE(data_class("Labs"));
  EXPECT_FALSE(policy_verb("read"));
}

TEST(Phi, CoversTheEighteenLettersAndReadsBack) {
  std::set<char> letters;
  for (std::size_t i = 1; i < kPhiCount; ++i) {
    const auto one = static_cast<Phi>(i);
    EXPECT_EQ(phi(name(one)), one);
    letters.insert(safe_harbor_letter(one));
  }
  letters.erase(0);
  EXPECT_EQ(letters.size(), 18U);
  EXPECT_EQ(*letters.begin(), 'A');
  EXPECT_EQ(*letters.rbegin(), 'R');
  EXPECT_EQ(safe_harbor_letter(Phi::Health), 0);
  EXPECT_EQ(safe_harbor_letter(Phi::Ssn), 'G');
  EXPECT_FALSE(phi(""));
}

TEST(VerbSet, HasWhatWasAdded) {
  VerbSet verbs;
  EXPECT_TRUE(verbs.empty());
  verbs.add(PolicyVerb::Export);
  EXPECT_TRUE(verbs.has(PolicyVerb::Export));
  EXPECT_FALSE(verbs.has(PolicyVerb::Masked));
}

}  // namespace
}  // namespace pgveil::policy
