#pragma once

/// The policy as one role sees it: what the decision is made from.
/// Nothing is allowed that is not granted. A column that is neither clear nor masked for the role may
/// not be read at all: that is a refusal (42501), never a silent mask.
/// Immutable; shared between threads. It keeps the policy alive.

#include "policy/model/policy.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pgveil::policy {

/// What the role may do with one column. All false, and no mask, for a column that is not tagged: there
/// the database's own grants decide.
struct ColumnAccess {
  bool tagged = false;
  bool clear = false;   // reads the value
  bool masked = false;  // reads the mask; false where `clear` is true
  bool search = false;  // finds rows by the full value, also where it reads only the mask
  bool create = false;
  bool change = false;
  Mask mask;  // what reading applies: None if clear; the policy's, or Null if it names none
  DataClass cls = DataClass::Demographics;
  bool sealed_in_policy = false;
  std::uint16_t pad = 0;
  std::string field;
};

class RoleView {
 public:
  /// `role` is one of the policy's own, or null for a login in no role.
  RoleView(std::shared_ptr<const Policy> policy, const Role* role);

  [[nodiscard]] const std::string& role_name() const;  // "" if none

  [[nodiscard]] const Policy& policy() const { return *policy_; }

  [[nodiscard]] const Role* role() const { return role_; }  // null if none

  [[nodiscard]] ColumnAccess access(std::string_view schema,
                                    std::string_view table,
                                    std::string_view column) const;
  /// Null: nothing is tagged there.
  [[nodiscard]] const TablePolicy* table(std::string_view schema, std::string_view table) const;
  /// Null: the role sees every row.
  [[nodiscard]] const std::string* row_filter(std::string_view schema,
                                              std::string_view table) const;
  /// Delete on every class that is tagged in the table; true where nothing is tagged.
  [[nodiscard]] bool may_delete_rows(std::string_view schema, std::string_view table) const;
  [[nodiscard]] bool may_export(DataClass cls) const;
  [[nodiscard]] bool allows(Permission permission) const;

  /// The same for the same role of the same policy: part of cache keys.
  [[nodiscard]] std::uint64_t key() const { return key_; }

 private:
  std::shared_ptr<const Policy> policy_;
  const Role* role_;
  std::uint64_t key_;
};

}  // namespace pgveil::policy
