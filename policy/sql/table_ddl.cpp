// DDL on ordinary tables that can be followed: what it changes shows in the catalogs of the twin, and
// nothing in it computes with stored values.
#include "policy/sql/facts.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

bool is_plain_create(const PgQuery__CreateStmt& create) {
  const bool copies_others = create.n_inh_relations > 0 || create.partbound != nullptr ||
                             create.partspec != nullptr || create.of_typename != nullptr;
  return !copies_others &&
         std::none_of(create.table_elts, create.table_elts + create.n_table_elts,
                      [](const PgQuery__Node* element) {
                        return element->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE;
                      });
}

bool is_followed(const PgQuery__Node& node) {
  if (node.node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) {
    return false;
  }
  const PgQuery__AlterTableCmd& command = *node.alter_table_cmd;
  switch (command.subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRowSecurity:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRowSecurity:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ForceRowSecurity:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_NoForceRowSecurity:
      return true;
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:  // USING may read other columns
      return command.def != nullptr && command.def->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF &&
             command.def->column_def->raw_default == nullptr;
    default:
      return false;
  }
}

bool is_followed(const PgQuery__AlterTableStmt& alter) {
  return alter.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE &&
         std::all_of(alter.cmds, alter.cmds + alter.n_cmds,
                     [](const PgQuery__Node* command) { return is_followed(*command); });
}

bool is_followed(const PgQuery__RenameStmt& rename) {
  switch (rename.rename_type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT:
      return true;
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
      return rename.relation_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE;
    default:
      return false;
  }
}

}  // namespace

TableDdl table_ddl(const PgQuery__Node& statement) {
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return is_plain_create(*statement.create_stmt) ? TableDdl::Create : TableDdl::None;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return is_followed(*statement.alter_table_stmt) ? TableDdl::Alter : TableDdl::None;
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return is_followed(*statement.rename_stmt) ? TableDdl::Alter : TableDdl::None;
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return statement.alter_object_schema_stmt->object_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE
                 ? TableDdl::Alter
                 : TableDdl::None;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return TableDdl::Index;
    case PG_QUERY__NODE__NODE_DROP_STMT: {
      const PgQuery__DropStmt& drop = *statement.drop_stmt;
      if (drop.remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) {
        return TableDdl::DropTable;
      }
      return drop.remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX ? TableDdl::DropIndex
                                                                     : TableDdl::None;
    }
    default:
      return TableDdl::None;
  }
}

}  // namespace pgveil::policy::sql
