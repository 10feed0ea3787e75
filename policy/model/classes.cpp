#include "policy/model/classes.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace pgveil::policy {
namespace {

struct ClassWords {
  const char* word;
  const char* noun;  // inside a sentence
};

constexpr std::array<ClassWords, kDataClassCount> kClasses{{
    {"demographics", "names, birth dates and other demographics"},
    {"contact", "addresses, telephone numbers and other contact details"},
    {"government_id", "government identifiers"},
    {"insurance", "insurance details"},
    {"appointments", "appointments"},
    {"encounters", "encounters"},
    {"psychotherapy_notes", "psychotherapy notes"},
    {"diagnoses", "diagnoses"},
    {"medications", "medications"},
    {"labs", "laboratory results"},
    {"documents", "documents"},
    {"billing", "billing details"},
    {"consents", "consents"},
}};

constexpr std::array<const char*, kPolicyVerbCount> kVerbs{"masked", "clear",  "search", "create",
                                                           "change", "delete", "export"};

struct PhiWords {
  const char* word;
  char letter;
};

// 45 CFR 164.514(b)(2)(i)(A) to (R); several words may belong to one letter.
constexpr std::array<PhiWords, kPhiCount> kPhi{{
    {"", 0},
    {"name", 'A'},
    {"street", 'B'},
    {"city", 'B'},
    {"county", 'B'},
    {"zip", 'B'},
    {"geocode", 'B'},
    {"birth_date", 'C'},
    {"death_date", 'C'},
    {"admission_date", 'C'},
    {"discharge_date", 'C'},
    {"date", 'C'},
    {"age", 'C'},
    {"phone", 'D'},
    {"fax", 'E'},
    {"email", 'F'},
    {"ssn", 'G'},
    {"mrn", 'H'},
    {"health_plan", 'I'},
    {"account", 'J'},
    {"license", 'K'},
    {"vehicle", 'L'},
    {"device", 'M'},
    {"url", 'N'},
    {"ip_address", 'O'},
    {"biometric", 'P'},
    {"photo", 'Q'},
    {"other_id", 'R'},
    {"health", 0},
}};

const ClassWords& words_of(DataClass cls) { return kClasses.at(static_cast<std::size_t>(cls)); }

std::array<Permission, kPermissionCount> make_all() {
  std::array<Permission, kPermissionCount> all{};
  std::size_t count = 0;
  for (std::size_t c = 0; c < kDataClassCount; ++c) {
    for (std::size_t v = 0; v < kPolicyVerbCount; ++v) {
      const Permission permission{static_cast<DataClass>(c), static_cast<PolicyVerb>(v)};
      if (exists(permission)) {
        all.at(count++) = permission;
      }
    }
  }
  BOOST_ASSERT(count == kPermissionCount);
  return all;
}

}  // namespace

const std::array<Permission, kPermissionCount>& all_permissions() {
  static const std::array<Permission, kPermissionCount> all = make_all();
  return all;
}

const char* name(DataClass cls) { return words_of(cls).word; }

const char* name(PolicyVerb verb) { return kVerbs.at(static_cast<std::size_t>(verb)); }

std::optional<DataClass> data_class(std::string_view word) {
  const auto found =
      std::ranges::find_if(kClasses, [&](const ClassWords& w) { return word == w.word; });
  if (found == kClasses.end()) {
    return std::nullopt;
  }
  return static_cast<DataClass>(found - kClasses.begin());
}

std::optional<PolicyVerb> policy_verb(std::string_view word) {
  const auto found = std::ranges::find_if(kVerbs, [&](const char* w) { return word == w; });
  if (found == kVerbs.end()) {
    return std::nullopt;
  }
  return static_cast<PolicyVerb>(found - kVerbs.begin());
}

std::string name(Permission permission) {
  return std::string(name(permission.cls)) + "." + name(permission.verb);
}

std::string sentence(Permission permission) {
  const std::string noun = words_of(permission.cls).noun;
  switch (permission.verb) {
    case PolicyVerb::Masked:
      return "May see " + noun + " masked.";
    case PolicyVerb::Clear:
      return "May see " + noun + " in clear.";
    case PolicyVerb::Search:
      return "May find rows by " + noun + " given in full.";
    case PolicyVerb::Create:
      return "May enter new " + noun + ".";
    case PolicyVerb::Change:
      return "May change " + noun + ".";
    case PolicyVerb::Delete:
      return "May delete rows with " + noun + ".";
    case PolicyVerb::Export:
      return "May take out " + noun + " in bulk.";
  }
  BOOST_ASSERT(false);
  return {};
}

const char* name(Phi phi) { return kPhi.at(static_cast<std::size_t>(phi)).word; }

std::optional<Phi> phi(std::string_view word) {
  const auto found =
      std::find_if(kPhi.begin() + 1, kPhi.end(), [&](const PhiWords& w) { return word == w.word; });
  if (found == kPhi.end()) {
    return std::nullopt;
  }
  return static_cast<Phi>(found - kPhi.begin());
}

char safe_harbor_letter(Phi phi) { return kPhi.at(static_cast<std::size_t>(phi)).letter; }

}  // namespace pgveil::policy
