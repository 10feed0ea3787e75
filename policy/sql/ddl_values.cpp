#include "policy/sql/ddl_values.hpp"

#include "policy/sql/scan.hpp"
#include "policy/sql/tree.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <map>

namespace pgveil::policy::sql {
namespace {

/// Constants of an expression, and whether it names one of the columns.
class Values : public Visitor {
 public:
  explicit Values(const std::set<std::string>& columns) : columns_(columns) {}

  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor == &pg_query__type_name__descriptor) {
      return false;  // varchar(20)
    }
    if (message.descriptor == &pg_query__type_cast__descriptor) {
      const auto& cast = reinterpret_cast<PgQuery__TypeCast&>(message);
      prefixed = prefixed || (cast.location < 0 && cast.arg != nullptr &&
                              cast.arg->node_case == PG_QUERY__NODE__NODE_A_CONST &&
                              cast.arg->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL);
    } else if (message.descriptor == &pg_query__column_ref__descriptor) {
      const auto& column = reinterpret_cast<PgQuery__ColumnRef&>(message);
      const PgQuery__Node* last = column.fields[column.n_fields - 1];
      names_column = names_column || (last->node_case == PG_QUERY__NODE__NODE_STRING &&
                                      columns_.contains(last->string->sval));
    } else if (message.descriptor == &pg_query__a__const__descriptor) {
      const auto& constant = reinterpret_cast<PgQuery__AConst&>(message);
      if (constant.isnull == 0 && constant.val_case != PG_QUERY__A__CONST__VAL_BOOLVAL) {
        found[constant.location] = constant.val_case == PG_QUERY__A__CONST__VAL_IVAL   ? "1"
                                   : constant.val_case == PG_QUERY__A__CONST__VAL_FVAL ? "1.0"
                                                                                       : "NULL";
      }
    }
    return true;
  }

  std::map<std::int32_t, const char*> found;
  bool names_column = false;
  bool prefixed = false;  // date '2000-01-01'

 private:
  const std::set<std::string>& columns_;
};

class Definitions : public Visitor {
 public:
  explicit Definitions(const std::set<std::string>& columns) : columns_(columns) {}

  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor == &pg_query__column_def__descriptor) {
      column_ = reinterpret_cast<PgQuery__ColumnDef&>(message).colname;
    } else if (message.descriptor == &pg_query__constraint__descriptor) {
      take(reinterpret_cast<PgQuery__Constraint&>(message));
      return false;
    }
    return true;
  }

  std::map<std::int32_t, const char*> found;
  bool prefixed = false;

 private:
  void take(PgQuery__Constraint& constraint) {
    if (constraint.raw_expr == nullptr) {
      return;
    }
    Values values(columns_);
    walk(constraint.raw_expr->base, values);
    const bool is_default = constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT;
    if (is_default ? columns_.contains(column_) : values.names_column) {
      found.insert(values.found.begin(), values.found.end());
      prefixed = prefixed || values.prefixed;
    }
  }

  const std::set<std::string>& columns_;
  std::string column_;
};

}  // namespace

std::optional<std::string> without_values_of(std::string_view statement,
                                             const std::set<std::string>& columns) {
  Arena arena;
  const auto parsed = parse_into(arena, statement);
  const auto tokens = scan(statement);
  if (!parsed || !tokens || (*parsed)->n_stmts != 1) {
    return std::nullopt;
  }
  Definitions definitions(columns);
  walk((*parsed)->stmts[0]->stmt->base, definitions);
  if (definitions.prefixed) {
    return std::nullopt;
  }
  std::string out;
  std::size_t from = 0, replaced = 0;
  for (std::size_t i = 0; i < (*tokens).size(); ++i) {
    const auto value = definitions.found.find(static_cast<std::int32_t>((*tokens)[i].location));
    if (value == definitions.found.end()) {
      continue;
    }
    std::size_t last = i;  // a negative number is two tokens
    if (text_of((*tokens)[i], statement) == "-" && i + 1 < (*tokens).size()) {
      last = i + 1;
    }
    out += statement.substr(from, (*tokens)[i].location - from);
    out += value->second;
    from = (*tokens)[last].location + (*tokens)[last].length;
    ++replaced;
  }
  if (replaced != definitions.found.size()) {
    return std::nullopt;
  }
  out += statement.substr(from);
  Arena again;
  return parse_into(again, out) ? std::optional(out) : std::nullopt;
}

std::vector<AlterAction> alter_actions(std::string_view statement) {
  std::vector<AlterAction> actions;
  Arena arena;
  const auto parsed = parse_into(arena, statement);
  if (!parsed || (*parsed)->n_stmts != 1 ||
      (*parsed)->stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT) {
    return actions;
  }
  const PgQuery__AlterTableStmt& alter = *(*parsed)->stmts[0]->stmt->alter_table_stmt;
  for (std::size_t i = 0; i < alter.n_cmds; ++i) {
    const PgQuery__AlterTableCmd& command = *alter.cmds[i]->alter_table_cmd;
    AlterAction action;
    if (command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault) {
      action = {AlterAction::Kind::Default, command.name};
    } else if (command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType) {
      action = {AlterAction::Kind::Type, command.name};
    }
    actions.push_back(std::move(action));
  }
  return actions;
}

std::string not_concurrently(std::string_view statement) {
  const auto tokens = scan(statement);
  if (!tokens) {
    return std::string(statement);
  }
  for (const Token& token : *tokens) {
    if (is_word(token, statement, "concurrently")) {
      std::string out(statement.substr(0, token.location));
      return out.append(token.length, ' ') +
             std::string(statement.substr(token.location + token.length));
    }
  }
  return std::string(statement);
}

bool has_value(std::string_view expression) {
  const auto tokens = scan(expression);
  if (!tokens) {
    return true;
  }
  for (const Token& token : *tokens) {
    if (is_literal(token.kind)) {
      return true;
    }
  }
  return false;
}

}  // namespace pgveil::policy::sql
