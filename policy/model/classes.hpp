#pragma once

/// The words of the permission grid: 13 data classes × 7 verbs, less change and delete on consents: 89
/// permissions. And the identifiers of 45 CFR 164.514(b)(2) that a column may hold.
/// Pure values; safe on any thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgveil::policy {

enum class DataClass : std::uint8_t {
  Demographics,
  Contact,
  GovernmentId,
  Insurance,
  Appointments,
  Encounters,
  PsychotherapyNotes,
  Diagnoses,
  Medications,
  Labs,
  Documents,
  Billing,
  Consents
};
inline constexpr std::size_t kDataClassCount = 13;

/// Masked: read the mask. Clear: read the value. Search: find rows by a value given in full. Create,
/// Change, Delete: write. Export: take out many rows at once (COPY OUT, a dump).
enum class PolicyVerb : std::uint8_t { Masked, Clear, Search, Create, Change, Delete, Export };
inline constexpr std::size_t kPolicyVerbCount = 7;

/// A set of verbs on one class.
class VerbSet {
 public:
  constexpr VerbSet() = default;

  [[nodiscard]] constexpr bool has(PolicyVerb verb) const { return (bits_ & bit(verb)) != 0; }

  constexpr void add(PolicyVerb verb) { bits_ = static_cast<std::uint8_t>(bits_ | bit(verb)); }

  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  friend bool operator==(const VerbSet&, const VerbSet&) = default;

 private:
  static constexpr std::uint8_t bit(PolicyVerb verb) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(verb));
  }

  std::uint8_t bits_ = 0;
};

struct Permission {
  DataClass cls = DataClass::Demographics;
  PolicyVerb verb = PolicyVerb::Masked;

  friend bool operator==(const Permission&, const Permission&) = default;
};

inline constexpr std::size_t kPermissionCount = 89;

/// False for change and delete on consents: a signed consent is replaced by a new one, never edited.
[[nodiscard]] constexpr bool exists(Permission permission) {
  return permission.cls != DataClass::Consents ||
         (permission.verb != PolicyVerb::Change && permission.verb != PolicyVerb::Delete);
}

/// All 89, by class and then by verb.
[[nodiscard]] const std::array<Permission, kPermissionCount>& all_permissions();

/// The words of policy.toml: "government_id", "search".
[[nodiscard]] const char* name(DataClass cls);
[[nodiscard]] const char* name(PolicyVerb verb);
[[nodiscard]] std::optional<DataClass> data_class(std::string_view word);
[[nodiscard]] std::optional<PolicyVerb> policy_verb(std::string_view word);
/// "labs.search".
[[nodiscard]] std::string name(Permission permission);
/// One plain sentence: "May find rows by laboratory results given in full."
[[nodiscard]] std::string sentence(Permission permission);

/// What a column tells about a person. Unstated: the policy does not say.
enum class Phi : std::uint8_t {
  Unstated,
  Name,
  Street,
  City,
  County,
  Zip,
  Geocode,
  BirthDate,
  DeathDate,
  AdmissionDate,
  DischargeDate,
  Date,
  Age,
  Phone,
  Fax,
  Email,
  Ssn,
  Mrn,
  HealthPlan,
  Account,
  License,
  Vehicle,
  Device,
  Url,
  IpAddress,
  Biometric,
  Photo,
  OtherId,
  Health
};
inline constexpr std::size_t kPhiCount = 29;

/// The word of policy.toml: "birth_date"; "" for Unstated.
[[nodiscard]] const char* name(Phi phi);
[[nodiscard]] std::optional<Phi> phi(std::string_view word);
/// The letter 'A' to 'R' of the Safe Harbor list; 0 for Health and Unstated.
[[nodiscard]] char safe_harbor_letter(Phi phi);

}  // namespace pgveil::policy
