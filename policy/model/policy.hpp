#pragma once

/// policy.toml as a value: which columns hold what, and what each role may do with them. docs/policy.md
/// explains every key. `parse_policy` knows no database: whether tables exist and masks fit their types
/// is for `pgveil check`.
/// Pure; a Policy is immutable once parsed and shared between threads.

#include "policy/model/catalog.hpp"
#include "policy/model/classes.hpp"
#include "policy/model/mask.hpp"
#include "policy/model/toml_file.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pgveil::policy {

using PolicyError = FileError;

/// Names are PostgreSQL's own, as in pg_class and pg_attribute: no quotes, case kept.
struct ColumnPolicy {
  std::string name;
  Phi phi = Phi::Unstated;
  DataClass cls = DataClass::Demographics;
  bool seal = false;
  TermSet search;         // only with seal
  Mask mask;              // None: the policy names none, and a masked reader sees NULL
  std::string field;      // what sealed values are bound to; default "schema.table.column"
  std::uint16_t pad = 0;  // sealed text is padded to a multiple of so many bytes; 0: not
  int line = 0;

  /// Equal in meaning: lines do not count.
  friend bool operator==(const ColumnPolicy& a, const ColumnPolicy& b);
};

struct TablePolicy {
  std::string schema;
  std::string name;
  std::string subject;  // the column that names the patient; empty: rows here concern no patient
  std::vector<ColumnPolicy> columns;  // in file order
  int line = 0;

  [[nodiscard]] const ColumnPolicy* column(std::string_view column_name) const;
  friend bool operator==(const TablePolicy& a, const TablePolicy& b);
};

struct RowFilter {
  std::string schema;
  std::string table;
  std::string sql;  // a condition over the logical table
  int line = 0;

  friend bool operator==(const RowFilter& a, const RowFilter& b);
};

struct Role {
  std::string name;
  std::vector<std::string> members;  // login names, and "pg:<role>" for members of a database role
  /// By class. A class that `allow` names gets exactly what stands there; every other one gets what "*"
  /// gets. So `psychotherapy_notes = []` takes a class out of "*".
  std::array<VerbSet, kDataClassCount> allow{};
  std::vector<RowFilter> rows;
  std::chrono::milliseconds idle_timeout{0};  // 0: none
  int line = 0;

  [[nodiscard]] VerbSet verbs(DataClass cls) const { return allow[static_cast<std::size_t>(cls)]; }

  friend bool operator==(const Role& a, const Role& b);
};

struct Policy {
  std::string file_name;
  std::vector<TablePolicy> tables;  // in file order
  std::vector<Role> roles;          // in file order, which decides for a login in several
  std::uint64_t epoch = 0;          // hash of the meaning: the same for the same printed policy

  [[nodiscard]] const TablePolicy* table(std::string_view schema, std::string_view name) const;
  [[nodiscard]] const Role* role(std::string_view name) const;
};

/// Every error of the file at once, by line, each with what to write instead; or the policy.
/// A text that is not TOML gives the one error where reading stopped.
[[nodiscard]] std::variant<Policy, std::vector<PolicyError>> parse_policy(
    std::string_view text, std::string_view file_name);

/// The policy as TOML with every default written out, in file order. Parses to an equal policy.
[[nodiscard]] std::string print_policy(const Policy& policy);

/// The first role, in file order, that has the login among its members or through one of `pg_roles`:
/// the database roles that the login belongs to, itself included. Null: no role.
[[nodiscard]] const Role* find_role(const Policy& policy,
                                    std::string_view login,
                                    std::span<const std::string> pg_roles);
/// All of them, for `check` to complain about.
[[nodiscard]] std::vector<const Role*> matching_roles(const Policy& policy,
                                                      std::string_view login,
                                                      std::span<const std::string> pg_roles);

}  // namespace pgveil::policy
