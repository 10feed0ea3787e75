#include "policy/model/role_view.hpp"

#include "policy/model/policy_hash.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace pgveil::policy {
namespace {

bool is_member(const Role& role, std::string_view login, std::span<const std::string> pg_roles) {
  constexpr std::string_view kDatabaseRole = "pg:";
  return std::ranges::any_of(role.members, [&](std::string_view member) {
    if (member.starts_with(kDatabaseRole)) {
      member.remove_prefix(kDatabaseRole.size());
      return std::ranges::find(pg_roles, member) != pg_roles.end();
    }
    return member == login;
  });
}

}  // namespace

const ColumnPolicy* TablePolicy::column(std::string_view column_name) const {
  const auto found = std::ranges::find(columns, column_name, &ColumnPolicy::name);
  return found == columns.end() ? nullptr : &*found;
}

const TablePolicy* Policy::table(std::string_view schema, std::string_view table_name) const {
  const auto found = std::ranges::find_if(tables, [&](const TablePolicy& table) {
    return table.name == table_name && table.schema == schema;
  });
  return found == tables.end() ? nullptr : &*found;
}

const Role* Policy::role(std::string_view role_name) const {
  const auto found = std::ranges::find(roles, role_name, &Role::name);
  return found == roles.end() ? nullptr : &*found;
}

const Role* find_role(const Policy& policy,
                      std::string_view login,
                      std::span<const std::string> pg_roles) {
  const auto found = std::ranges::find_if(
      policy.roles, [&](const Role& role) { return is_member(role, login, pg_roles); });
  return found == policy.roles.end() ? nullptr : &*found;
}

std::vector<const Role*> matching_roles(const Policy& policy,
                                        std::string_view login,
                                        std::span<const std::string> pg_roles) {
  std::vector<const Role*> out;
  for (const Role& role : policy.roles) {
    if (is_member(role, login, pg_roles)) {
      out.push_back(&role);
    }
  }
  return out;
}

RoleView::RoleView(std::shared_ptr<const Policy> policy, const Role* role)
    : policy_(std::move(policy)), role_(role), key_(0) {
  BOOST_ASSERT(policy_ != nullptr);
  // A role's name is never empty, so a login in no role has a key of its own.
  key_ = meaning_hash(role_name(), policy_->epoch);
}

const std::string& RoleView::role_name() const {
  static const std::string none;
  return role_ == nullptr ? none : role_->name;
}

ColumnAccess RoleView::access(std::string_view schema,
                              std::string_view table_name,
                              std::string_view column_name) const {
  ColumnAccess out;
  const TablePolicy* const found = policy_->table(schema, table_name);
  const ColumnPolicy* const column = found == nullptr ? nullptr : found->column(column_name);
  if (column == nullptr) {
    return out;
  }
  out.tagged = true;
  out.cls = column->cls;
  out.sealed_in_policy = column->seal;
  out.pad = column->pad;
  out.field = column->field;
  out.clear = allows({column->cls, PolicyVerb::Clear});
  out.masked = !out.clear && allows({column->cls, PolicyVerb::Masked});
  out.search = allows({column->cls, PolicyVerb::Search});
  out.create = allows({column->cls, PolicyVerb::Create});
  out.change = allows({column->cls, PolicyVerb::Change});
  if (!out.clear) {
    out.mask = column->mask.kind == MaskKind::None ? Mask{MaskKind::Null} : column->mask;
  }
  return out;
}

const TablePolicy* RoleView::table(std::string_view schema, std::string_view table_name) const {
  return policy_->table(schema, table_name);
}

const std::string* RoleView::row_filter(std::string_view schema,
                                        std::string_view table_name) const {
  if (role_ == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find_if(role_->rows, [&](const RowFilter& filter) {
    return filter.table == table_name && filter.schema == schema;
  });
  return found == role_->rows.end() ? nullptr : &found->sql;
}

bool RoleView::may_delete_rows(std::string_view schema, std::string_view table_name) const {
  const TablePolicy* const found = policy_->table(schema, table_name);
  return found == nullptr || std::ranges::all_of(found->columns, [&](const ColumnPolicy& column) {
           return allows({column.cls, PolicyVerb::Delete});
         });
}

bool RoleView::may_export(DataClass cls) const { return allows({cls, PolicyVerb::Export}); }

bool RoleView::allows(Permission permission) const {
  return role_ != nullptr && exists(permission) &&
         role_->verbs(permission.cls).has(permission.verb);
}

}  // namespace pgveil::policy
