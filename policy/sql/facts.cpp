#include "policy/sql/facts.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

/// What a walk has to find because it may stand at any depth.
class DeepFacts : public Visitor {
 public:
  explicit DeepFacts(StatementFacts& facts) : facts_(facts) {}

  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor == &pg_query__locking_clause__descriptor) {
      facts_.locking_anywhere = true;
    } else if (message.descriptor == &pg_query__common_table_expr__descriptor) {
      const auto& cte = reinterpret_cast<PgQuery__CommonTableExpr&>(message);
      if (cte.ctequery != nullptr && cte.ctequery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
        facts_.with_modifying = true;
      }
    } else if (message.descriptor == &pg_query__current_of_expr__descriptor) {
      facts_.where_current_of = true;
    }
    return true;
  }

 private:
  StatementFacts& facts_;
};

bool is_distinct_on(const PgQuery__SelectStmt& select) {
  // Plain DISTINCT is a list of one empty node.
  return select.n_distinct_clause > 0 &&
         select.distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET;
}

void select_facts(const PgQuery__SelectStmt& select, StatementFacts& facts) {
  facts.set_operation = select.op != PG_QUERY__SET_OPERATION__SETOP_NONE &&
                        select.op != PG_QUERY__SET_OPERATION__SET_OPERATION_UNDEFINED;
  facts.values = select.n_values_lists > 0;
  facts.values_rows = static_cast<std::uint32_t>(select.n_values_lists);
  facts.plain_select = !facts.set_operation && !facts.values;
  facts.with = select.with_clause != nullptr;
  facts.distinct_on = is_distinct_on(select);
  facts.distinct = select.n_distinct_clause > 0 && !facts.distinct_on;
  facts.group_by = select.n_group_clause > 0;
  facts.having = select.having_clause != nullptr;
  facts.window_clause = select.n_window_clause > 0;
  facts.where = select.where_clause != nullptr;
  facts.order_by = select.n_sort_clause > 0;
  facts.limit = select.limit_count != nullptr;
  facts.offset = select.limit_offset != nullptr;
  facts.with_ties = select.limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES;
  facts.locking = select.n_locking_clause > 0;
  facts.into = select.into_clause != nullptr;
  facts.outputs = static_cast<std::uint32_t>(select.n_target_list);
}

void conflict_facts(const PgQuery__OnConflictClause& clause, StatementFacts& facts) {
  facts.on_conflict = true;
  facts.on_conflict_update = clause.action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE;
  if (clause.infer == nullptr) return;
  facts.conflict_constraint = clause.infer->conname;
  for (std::size_t i = 0; i < clause.infer->n_index_elems; ++i) {
    facts.conflict_columns.emplace_back(clause.infer->index_elems[i]->index_elem->name);
  }
}

bool is_default(const PgQuery__Node& node) {
  return node.node_case == PG_QUERY__NODE__NODE_SET_TO_DEFAULT;
}

void default_facts(const PgQuery__SelectStmt& values, StatementFacts& facts) {
  for (std::size_t row = 0; row < values.n_values_lists; ++row) {
    const PgQuery__List& list = *values.values_lists[row]->list;
    std::vector<std::uint32_t> positions;
    for (std::size_t i = 0; i < list.n_items; ++i) {
      if (is_default(*list.items[i])) positions.push_back(static_cast<std::uint32_t>(i));
    }
    facts.default_mixed = facts.default_mixed || (row > 0 && positions != facts.default_positions);
    facts.default_positions = std::move(positions);
  }
  if (facts.default_mixed) facts.default_positions.clear();
}

void update_facts(const PgQuery__UpdateStmt& update, StatementFacts& facts) {
  for (std::size_t i = 0; i < update.n_target_list; ++i) {
    const PgQuery__ResTarget& target = *update.target_list[i]->res_target;
    if (target.val != nullptr && is_default(*target.val)) {
      facts.default_columns.emplace_back(target.name);
    } else if (target.val != nullptr &&
               target.val->node_case == PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF) {
      const PgQuery__Node* source = target.val->multi_assign_ref->source;
      for (std::size_t k = 0;
           source != nullptr && source->node_case == PG_QUERY__NODE__NODE_ROW_EXPR &&
           k < source->row_expr->n_args;
           ++k) {
        facts.default_mixed = facts.default_mixed || is_default(*source->row_expr->args[k]);
      }
    }
  }
}

void insert_facts(const PgQuery__InsertStmt& insert, StatementFacts& facts) {
  if (insert.select_stmt == nullptr) {
    facts.default_values = true;
  } else {
    const auto& source = *insert.select_stmt->select_stmt;
    facts.values = source.n_values_lists > 0;
    facts.values_rows = static_cast<std::uint32_t>(source.n_values_lists);
    facts.insert_select = !facts.values;
    default_facts(source, facts);
  }
  facts.with = insert.with_clause != nullptr;
  facts.returning = insert.n_returning_list > 0;
  facts.outputs = static_cast<std::uint32_t>(insert.n_returning_list);
  facts.insert_columns = insert.n_cols > 0;
  for (std::size_t i = 0; i < insert.n_cols; ++i) {
    facts.insert_column_names.emplace_back(insert.cols[i]->res_target->name);
  }
  facts.overriding = insert.override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_USER_VALUE ||
                     insert.override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_SYSTEM_VALUE;
  facts.overriding_user = insert.override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_USER_VALUE;
  if (insert.on_conflict_clause != nullptr) conflict_facts(*insert.on_conflict_clause, facts);
}

StatementKind drop_kind(PgQuery__ObjectType type) {
  return type == PG_QUERY__OBJECT_TYPE__OBJECT_ROLE ? StatementKind::Role : StatementKind::Ddl;
}

}  // namespace

StatementKind kind_of(const PgQuery__Node& statement) {
  using K = StatementKind;
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return into_of(statement) != nullptr ? K::SelectInto : K::Select;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return K::Insert;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return K::Update;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return K::Delete;
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return K::Merge;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return statement.create_table_as_stmt->is_select_into ? K::SelectInto : K::CreateTableAs;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return K::View;
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
      return K::Transaction;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
      return K::Set;
    case PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT:
      return K::SetConstraints;
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
      return K::Show;
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
      return K::Discard;
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
      return K::Prepare;
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
      return K::Execute;
    case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
      return K::Deallocate;
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
      return K::Declare;
    case PG_QUERY__NODE__NODE_FETCH_STMT:
      return K::Fetch;
    case PG_QUERY__NODE__NODE_CLOSE_PORTAL_STMT:
      return K::ClosePortal;
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return K::Copy;
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
      return K::Explain;
    case PG_QUERY__NODE__NODE_LISTEN_STMT:
      return K::Listen;
    case PG_QUERY__NODE__NODE_NOTIFY_STMT:
      return K::Notify;
    case PG_QUERY__NODE__NODE_UNLISTEN_STMT:
      return K::Unlisten;
    case PG_QUERY__NODE__NODE_LOCK_STMT:
      return K::Lock;
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      return K::Truncate;
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      return statement.vacuum_stmt->is_vacuumcmd ? K::Vacuum : K::Analyze;
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
      return K::Cluster;
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
      return K::Reindex;
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return K::Refresh;
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
    case PG_QUERY__NODE__NODE_SEC_LABEL_STMT:
      return K::Comment;
    case PG_QUERY__NODE__NODE_GRANT_STMT:
    case PG_QUERY__NODE__NODE_GRANT_ROLE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_DEFAULT_PRIVILEGES_STMT:
      return K::Grant;
    case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_ROLE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT:
    case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
    case PG_QUERY__NODE__NODE_DROP_OWNED_STMT:
    case PG_QUERY__NODE__NODE_REASSIGN_OWNED_STMT:
      return K::Role;
    case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
    case PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_DATABASE_SET_STMT:
    case PG_QUERY__NODE__NODE_ALTER_DATABASE_REFRESH_COLL_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
    case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_TABLE_SPACE_OPTIONS_STMT:
    case PG_QUERY__NODE__NODE_ALTER_TABLE_MOVE_ALL_STMT:
      return K::System;
    case PG_QUERY__NODE__NODE_DO_STMT:
      return K::Do;
    case PG_QUERY__NODE__NODE_CALL_STMT:
      return K::Call;
    case PG_QUERY__NODE__NODE_CHECK_POINT_STMT:
      return K::Checkpoint;
    case PG_QUERY__NODE__NODE_LOAD_STMT:
      return K::Load;
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
    case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
    case PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT:
    case PG_QUERY__NODE__NODE_ALTER_EVENT_TRIG_STMT:
    case PG_QUERY__NODE__NODE_RULE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
    case PG_QUERY__NODE__NODE_ALTER_POLICY_STMT:
    case PG_QUERY__NODE__NODE_DEFINE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TRANSFORM_STMT:
    case PG_QUERY__NODE__NODE_CREATE_CONVERSION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_OP_CLASS_STMT:
    case PG_QUERY__NODE__NODE_CREATE_OP_FAMILY_STMT:
    case PG_QUERY__NODE__NODE_ALTER_OP_FAMILY_STMT:
    case PG_QUERY__NODE__NODE_ALTER_OPERATOR_STMT:
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
    case PG_QUERY__NODE__NODE_ALTER_EXTENSION_STMT:
    case PG_QUERY__NODE__NODE_ALTER_EXTENSION_CONTENTS_STMT:
    case PG_QUERY__NODE__NODE_CREATE_PLANG_STMT:
    case PG_QUERY__NODE__NODE_CREATE_AM_STMT:
    case PG_QUERY__NODE__NODE_CREATE_FDW_STMT:
    case PG_QUERY__NODE__NODE_ALTER_FDW_STMT:
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT:
    case PG_QUERY__NODE__NODE_ALTER_FOREIGN_SERVER_STMT:
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_USER_MAPPING_STMT:
    case PG_QUERY__NODE__NODE_ALTER_USER_MAPPING_STMT:
    case PG_QUERY__NODE__NODE_IMPORT_FOREIGN_SCHEMA_STMT:
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
    case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
    case PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT:
      return K::Code;
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return drop_kind(statement.drop_stmt->remove_type);
    case PG_QUERY__NODE__NODE__NOT_SET:
    case PG_QUERY__NODE__NODE_RAW_STMT:
    case PG_QUERY__NODE__NODE_QUERY:
    case PG_QUERY__NODE__NODE_RETURN_STMT:
    case PG_QUERY__NODE__NODE_PLASSIGN_STMT:
      return K::Other;
    default:
      // The remaining statements of the grammar define, alter or drop objects.
      return K::Ddl;
  }
}

StatementFacts facts_of(PgQuery__Node& statement) {
  StatementFacts facts;
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      select_facts(*statement.select_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      insert_facts(*statement.insert_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      facts.with = statement.update_stmt->with_clause != nullptr;
      facts.where = statement.update_stmt->where_clause != nullptr;
      facts.returning = statement.update_stmt->n_returning_list > 0;
      facts.outputs = static_cast<std::uint32_t>(statement.update_stmt->n_returning_list);
      update_facts(*statement.update_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      facts.with = statement.delete_stmt->with_clause != nullptr;
      facts.where = statement.delete_stmt->where_clause != nullptr;
      facts.returning = statement.delete_stmt->n_returning_list > 0;
      facts.outputs = static_cast<std::uint32_t>(statement.delete_stmt->n_returning_list);
      break;
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      facts.with = statement.merge_stmt->with_clause != nullptr;
      break;
    default:
      break;
  }
  DeepFacts deep(facts);
  walk(statement.base, deep);
  return facts;
}

std::string constant_text(const PgQuery__Node* node) {
  if (node == nullptr) return {};
  switch (node->node_case) {
    case PG_QUERY__NODE__NODE_STRING:
      return node->string->sval;
    case PG_QUERY__NODE__NODE_INTEGER:
      return std::to_string(node->integer->ival);
    case PG_QUERY__NODE__NODE_FLOAT:
      return node->float_->fval;
    case PG_QUERY__NODE__NODE_BOOLEAN:
      return node->boolean->boolval ? "true" : "false";
    case PG_QUERY__NODE__NODE_TYPE_CAST:
      return constant_text(node->type_cast->arg);
    case PG_QUERY__NODE__NODE_A_CONST:
      break;
    default:
      return {};
  }
  const PgQuery__AConst& constant = *node->a_const;
  switch (constant.val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
      return std::to_string(constant.ival->ival);
    case PG_QUERY__A__CONST__VAL_FVAL:
      return constant.fval->fval;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
      return constant.boolval->boolval ? "true" : "false";
    case PG_QUERY__A__CONST__VAL_SVAL:
      return constant.sval->sval;
    case PG_QUERY__A__CONST__VAL_BSVAL:
      return constant.bsval->bsval;
    default:
      return {};
  }
}

}  // namespace pgveil::policy::sql
