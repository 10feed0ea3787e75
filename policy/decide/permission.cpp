#include "policy/decide/permission.hpp"

namespace pgveil::policy {
namespace {

std::string who(const Lineage& lineage) {
  const std::string& role = lineage.role.role_name();
  return role.empty() ? std::string("a login in no role") : "role " + role;
}

Refuse deny(const Lineage& lineage,
            const Occurrence& at,
            const CatalogColumn& column,
            const char* verb,
            DataClass cls) {
  Refuse refuse;
  refuse.rule = lineage.role.role_name().empty()    ? Rule::NoRole
                : std::string_view(verb) == "clear" ? Rule::ClassNotGranted
                                                    : Rule::VerbNotGranted;
  refuse.column = at.relation->schema + "." + at.relation->name + "." + column.name;
  refuse.message = "permission denied for column " + column.name + " of table " + at.relation->name;
  refuse.hint = "The policy does not grant " + who(lineage) + " the verb " + verb + " on class " +
                name(cls) + ".";
  return refuse;
}

}  // namespace

std::optional<Refuse> denied(Lineage& lineage) {
  for (const Occurrence& at : lineage.occurrences) {
    if (at.table == nullptr && at.read.empty() && at.searched.empty() && at.written.empty()) {
      continue;
    }
    for (const CatalogColumn& column : at.relation->columns) {
      const ColumnAccess access = lineage.view_of(at, column.attnum).access;
      if (!access.tagged) {
        continue;
      }
      if (at.read.contains(column.attnum) && !access.clear && !access.masked) {
        return deny(lineage, at, column, "clear", access.cls);
      }
      if (at.searched.contains(column.attnum) && !access.clear && !access.search) {
        return deny(lineage, at, column, "search", access.cls);
      }
      if (!at.written.contains(column.attnum)) {
        continue;
      }
      const bool changes =
          at.use == Occurrence::Use::UpdateTarget || at.entry->updated.contains(column.attnum);
      const bool creates =
          at.use == Occurrence::Use::InsertTarget ||
          (at.use == Occurrence::Use::MergeTarget && at.entry->inserted.contains(column.attnum));
      if (creates && !access.create) {
        return deny(lineage, at, column, "create", access.cls);
      }
      if (changes && !access.change) {
        return deny(lineage, at, column, "change", access.cls);
      }
      if (changes && !access.clear && access.masked) {
        Refuse refuse = deny(lineage, at, column, "clear", access.cls);
        refuse.rule = Rule::MaskedWrite;
        refuse.message = "column " + column.name + " of table " + at.relation->name +
                         " is shown masked and cannot be changed through the mask";
        return refuse;
      }
    }
    if (at.deletes && at.table != nullptr &&
        !lineage.role.may_delete_rows(at.relation->schema, at.relation->name)) {
      Refuse refuse;
      refuse.rule = lineage.role.role_name().empty() ? Rule::NoRole : Rule::VerbNotGranted;
      refuse.message = "permission denied for table " + at.relation->name;
      refuse.hint =
          "Deleting a row needs the verb delete on every class of the table, which the "
          "policy does not grant " +
          who(lineage) + ".";
      return refuse;
    }
  }
  return std::nullopt;
}

}  // namespace pgveil::policy
