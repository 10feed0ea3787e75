#include "policy/model/role_view.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pgveil::policy {
namespace {

constexpr const char* kText = R"toml(
version = 1
[table."public.patients"]
subject = "id"
column.ssn  = { phi = "ssn", class = "government_id", seal = true, mask = "last4" }
column.name = { phi = "name", class = "demographics", seal = true }
[table."public.consents"]
column.form = { class = "consents", seal = true }
[role.desk]
members = ["reception", "pg:desk"]
allow = { demographics = ["masked", "delete"], government_id = ["masked", "search"] }
rows = { "public.patients" = "not vip" }
[role.chief]
members = ["chief", "pg:desk"]
allow = { "*" = ["*"] }
)toml";

std::shared_ptr<const Policy> policy_of(std::string_view text) {
  return std::make_shared<const Policy>(std::get<Policy>(parse_policy(text, "policy.toml")));
}

TEST(RoleView, MasksByThePolicyAndByNullWhereItNamesNone) {
  const auto policy = policy_of(kText);
  const RoleView view(policy, policy->role("desk"));
  EXPECT_EQ(view.role_name(), "desk");
  const ColumnAccess ssn = view.access("public", "patients", "ssn");
  EXPECT_TRUE(ssn.tagged && ssn.masked && ssn.search && ssn.sealed_in_policy);
  EXPECT_FALSE(ssn.clear || ssn.create || ssn.change);
  EXPECT_EQ(ssn.mask.kind, MaskKind::Last4);
  EXPECT_EQ(ssn.field, "public.patients.ssn");
  const ColumnAccess name = view.access("public", "patients", "name");
  EXPECT_EQ(name.mask.kind, MaskKind::Null);
  EXPECT_EQ(name.pad, 16);
}

TEST(RoleView, ClearIsNotMasked) {
  const auto policy = policy_of(kText);
  const RoleView view(policy, policy->role("chief"));
  const ColumnAccess ssn = view.access("public", "patients", "ssn");
  EXPECT_TRUE(ssn.clear);
  EXPECT_FALSE(ssn.masked);
  EXPECT_EQ(ssn.mask.kind, MaskKind::None);
}

TEST(RoleView, AClassThatIsNotGrantedGivesNothing) {
  const auto policy = policy_of(kText);
  const RoleView view(policy, policy->role("desk"));
  const ColumnAccess form = view.access("public", "consents", "form");
  EXPECT_TRUE(form.tagged);
  EXPECT_FALSE(form.clear || form.masked || form.search || form.create || form.change);
}

TEST(RoleView, ALoginInNoRoleSeesNoTaggedColumn) {
  const auto policy = policy_of(kText);
  const RoleView view(policy, nullptr);
  EXPECT_EQ(view.role_name(), "");
  const ColumnAccess ssn = view.access("public", "patients", "ssn");
  EXPECT_TRUE(ssn.tagged);
  EXPECT_FALSE(ssn.clear || ssn.masked || ssn.search || ssn.create || ssn.change);
  EXPECT_NE(ssn.mask.kind, MaskKind::None);
  EXPECT_FALSE(view.may_export(DataClass::Labs));
  EXPECT_FALSE(view.may_delete_rows("public", "patients"));
  for (const Permission& permission : all_permissions()) {
    EXPECT_FALSE(view.allows(permission));
  }
}

TEST(RoleView, WhatIsNotTaggedIsLeftToTheDatabase) {
  const auto policy = policy_of(kText);
  const RoleView view(policy, nullptr);
  EXPECT_FALSE(view.access("public", "patients", "id").tagged);
  EXPECT_FALSE(view.access("public", "drugs", "ssn").tagged);
  EXPECT_FALSE(view.access("other", "patients", "ssn").tagged);
  EXPECT_EQ(view.table("public", "drugs"), nullptr);
  EXPECT_NE(view.table("public", "patients"), nullptr);
  EXPECT_TRUE(view.may_delete_rows("public", "drugs"));
}

TEST(RoleView, DeletingNeedsTheVerbOnEveryClassOfTheTable) {
  const auto policy = policy_of(kText);
  EXPECT_FALSE(RoleView(policy, policy->role("desk")).may_delete_rows("public", "patients"));
  const RoleView chief(policy, policy->role("chief"));
  EXPECT_TRUE(chief.may_delete_rows("public", "patients"));
  EXPECT_FALSE(chief.may_delete_rows("public", "consents"));
  EXPECT_FALSE(chief.access("public", "consents", "form").change);
}

TEST(RoleView, RowFilters) {
  const auto policy = policy_of(kText);
  const RoleView desk(policy, policy->role("desk"));
  ASSERT_NE(desk.row_filter("public", "patients"), nullptr);
  EXPECT_EQ(*desk.row_filter("public", "patients"), "not vip");
  EXPECT_EQ(desk.row_filter("public", "consents"), nullptr);
  EXPECT_EQ(RoleView(policy, policy->role("chief")).row_filter("public", "patients"), nullptr);
}

TEST(RoleView, KeysTellRolesAndPoliciesApart) {
  const auto policy = policy_of(kText);
  const auto same = policy_of(std::string("# remark\n") + kText);
  const auto other = policy_of(std::string(kText) + "[role.extra]\n");
  const std::set<std::uint64_t> keys{
      RoleView(policy, nullptr).key(), RoleView(policy, policy->role("desk")).key(),
      RoleView(policy, policy->role("chief")).key(), RoleView(other, nullptr).key(),
      RoleView(other, other->role("desk")).key()};
  EXPECT_EQ(keys.size(), 5U);
  EXPECT_EQ(RoleView(policy, policy->role("desk")).key(), RoleView(same, same->role("desk")).key());
}

TEST(FindRole, TakesTheFirstOfTheFile) {
  const auto policy = policy_of(kText);
  const std::vector<std::string> none;
  const std::vector<std::string> desk{"desk", "everyone"};
  EXPECT_EQ(find_role(*policy, "reception", none)->name, "desk");
  EXPECT_EQ(find_role(*policy, "chief", none)->name, "chief");
  EXPECT_EQ(find_role(*policy, "chief", desk)->name, "desk");
  EXPECT_EQ(matching_roles(*policy, "chief", desk).size(), 2U);
  EXPECT_EQ(find_role(*policy, "stranger", none), nullptr);
  // A login's own name does not stand for a database role, nor the other way round.
  EXPECT_EQ(find_role(*policy, "desk", none), nullptr);
  EXPECT_EQ(find_role(*policy, "pg:desk", none), nullptr);
  EXPECT_EQ(find_role(*policy, "x", std::vector<std::string>{"reception"}), nullptr);
}

// Each of the 89 permissions alone: granted it is there, and nothing else is.
TEST(RoleView, EachPermissionAloneIsTheOnlyOne) {
  for (const Permission& granted : all_permissions()) {
    const auto policy = policy_of(std::string("version = 1\n[role.r]\nallow = { ") +
                                  name(granted.cls) + " = [\"" + name(granted.verb) + "\"] }\n");
    const RoleView view(policy, policy->role("r"));
    for (const Permission& asked : all_permissions()) {
      EXPECT_EQ(view.allows(asked), asked == granted) << name(granted) << " " << name(asked);
    }
  }
}

}  // namespace
}  // namespace pgveil::policy
