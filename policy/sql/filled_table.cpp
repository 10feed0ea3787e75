// CREATE TABLE AS and SELECT INTO: the table that a query fills, without its query.
#include "policy/sql/impl.hpp"

#include <pg_query/pg_query.pb-c.h>

namespace pgveil::policy::sql {
namespace {

constexpr std::string_view kProbe = "CREATE TABLE t AS SELECT pgveil_query";
constexpr std::string_view kQuery = "SELECT pgveil_query";

/// SELECT INTO keeps the clause in the first arm of set operations.
PgQuery__SelectStmt& first_arm(PgQuery__SelectStmt& select) {
  PgQuery__SelectStmt* at = &select;
  while (at->larg != nullptr) {
    at = at->larg;
  }
  return *at;
}

/// Token behind INTO [TEMP] [TABLE] name, `i` being at INTO.
std::size_t after_into(const std::vector<Token>& tokens, std::string_view sql, std::size_t i) {
  ++i;
  for (const std::string_view word :
       {"local", "global", "temporary", "temp", "unlogged", "table"}) {
    if (i < tokens.size() && is_word(tokens[i], sql, word)) ++i;
  }
  ++i;
  while (i + 1 < tokens.size() && text_of(tokens[i], sql) == ".") i += 2;
  return i;
}

}  // namespace

PgQuery__IntoClause* into_of(const PgQuery__Node& statement) {
  if (statement.node_case == PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT) {
    return statement.create_table_as_stmt->into;
  }
  return statement.node_case == PG_QUERY__NODE__NODE_SELECT_STMT
             ? first_arm(*statement.select_stmt).into_clause
             : nullptr;
}

std::string without_into(const PgQuery__Node& statement, std::string_view sql) {
  const auto tokens = scan(sql);
  if (!tokens) return {};
  for (std::size_t i = 0; i < tokens->size(); ++i) {
    if (!is_word((*tokens)[i], sql, "into")) continue;
    const std::size_t end = after_into(*tokens, sql, i);
    if (end > tokens->size()) continue;
    std::string text(sql);
    const std::size_t from = (*tokens)[i].location;
    const Token& last = (*tokens)[end - 1];
    text.replace(from, last.location + last.length - from,
                 std::string(last.location + last.length - from, ' '));
    // Lexical: believe it only if nothing but the clause has gone.
    Arena arena;
    const auto parsed = parse_into(arena, text);
    if (!parsed || (*parsed)->n_stmts != 1) continue;
    PgQuery__Node& rest = *(*parsed)->stmts[0]->stmt;
    if (rest.node_case != PG_QUERY__NODE__NODE_SELECT_STMT ||
        first_arm(*rest.select_stmt).into_clause != nullptr) {
      continue;
    }
    first_arm(*rest.select_stmt).into_clause = first_arm(*statement.select_stmt).into_clause;
    if (same_tree(rest.base, statement.base)) return text;
  }
  return {};
}

std::vector<std::string> SyntaxTree::filled_columns() const {
  std::vector<std::string> names;
  if (const PgQuery__IntoClause* into = into_of(impl_->statement())) {
    for (std::size_t i = 0; i < into->n_col_names; ++i) {
      names.emplace_back(into->col_names[i]->string->sval);
    }
  }
  return names;
}

Result<SyntaxTree::FilledTable> SyntaxTree::filled_table(const std::vector<std::string>& columns,
                                                         bool no_data) const {
  PgQuery__Node& statement = impl_->statement();
  const PgQuery__IntoClause* into = into_of(statement);
  const bool view = statement.node_case == PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT &&
                    statement.create_table_as_stmt->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE;
  if (into == nullptr || view) return make_error(Errc::NotPossible, "filled_table");
  Arena arena;
  const auto probe = parse_into(arena, kProbe);
  if (!probe) return probe.error();
  PgQuery__CreateTableAsStmt& made = *(*probe)->stmts[0]->stmt->create_table_as_stmt;
  if (statement.node_case == PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT) {
    made.if_not_exists = statement.create_table_as_stmt->if_not_exists;
  }
  PgQuery__IntoClause& clause = *made.into;
  clause.rel = into->rel;
  clause.access_method = into->access_method;
  clause.n_options = into->n_options;
  clause.options = into->options;
  clause.on_commit = into->on_commit;
  clause.table_space_name = into->table_space_name;
  clause.skip_data = into->skip_data != 0 || no_data;
  std::vector<PgQuery__Node*> names;
  for (const std::string& column : columns) {
    auto* node = static_cast<PgQuery__Node*>(arena.allocate(sizeof(PgQuery__Node)));
    auto* string = static_cast<PgQuery__String*>(arena.allocate(sizeof(PgQuery__String)));
    pg_query__node__init(node);
    pg_query__string__init(string);
    string->sval = arena.copy(column);
    node->node_case = PG_QUERY__NODE__NODE_STRING;
    node->string = string;
    names.push_back(node);
  }
  clause.n_col_names = names.size();
  clause.col_names = names.data();
  auto sql = deparse_checked(**probe);
  if (!sql) return sql.error();
  const std::size_t at = sql->find(kQuery);
  if (at == std::string::npos || sql->find(kQuery, at + 1) != std::string::npos) {
    return make_error(Errc::Deparse, "filled_table");
  }
  return FilledTable{sql->substr(0, at), sql->substr(at + kQuery.size())};
}

}  // namespace pgveil::policy::sql
