// Edits of clauses: relations, output lists, INSERT columns, WHERE, ON CONFLICT.
#include "policy/sql/impl.hpp"

#include <pg_query/pg_query.pb-c.h>

namespace pgveil::policy::sql {
namespace {

/// A list of wrappers inside a statement.
struct NodeList {
  std::size_t* count = nullptr;
  PgQuery__Node*** items = nullptr;
};

void assign(Arena& arena, NodeList list, const std::vector<PgQuery__Node*>& nodes) {
  auto** items =
      static_cast<PgQuery__Node**>(arena.allocate(sizeof(PgQuery__Node*) * (nodes.size() + 1)));
  std::copy(nodes.begin(), nodes.end(), items);
  *list.items = items;
  *list.count = nodes.size();
}

/// SELECT list, or RETURNING list.
std::optional<NodeList> outputs_of(PgQuery__Node& statement) {
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT: {
      PgQuery__SelectStmt& select = *statement.select_stmt;
      if (select.larg != nullptr || select.n_values_lists > 0) return std::nullopt;
      return NodeList{&select.n_target_list, &select.target_list};
    }
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return NodeList{&statement.insert_stmt->n_returning_list,
                      &statement.insert_stmt->returning_list};
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return NodeList{&statement.update_stmt->n_returning_list,
                      &statement.update_stmt->returning_list};
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return NodeList{&statement.delete_stmt->n_returning_list,
                      &statement.delete_stmt->returning_list};
    default:
      return std::nullopt;
  }
}

PgQuery__Node** where_of(PgQuery__Node& statement) {
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT: {
      PgQuery__SelectStmt& select = *statement.select_stmt;
      if (select.larg != nullptr || select.n_values_lists > 0) return nullptr;
      return &select.where_clause;
    }
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return &statement.update_stmt->where_clause;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return &statement.delete_stmt->where_clause;
    default:
      return nullptr;
  }
}

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// Fixed SQL of ours, whose tree is filled with parts.
Result<PgQuery__Node*> parse_template(Arena& arena, const std::string& sql) {
  const auto parsed = parse_into(arena, sql);
  if (!parsed || (*parsed)->n_stmts != 1) return make_error(Errc::BadFragment, "parse_template");
  PgQuery__Node* statement = (*parsed)->stmts[0]->stmt;
  forget_locations(statement->base);
  return statement;
}

/// An item of an output list.
Result<PgQuery__Node*> make_output(Arena& arena,
                                   std::string_view expression,
                                   std::string_view name,
                                   const SqlLimits& limits) {
  const auto value = parse_expression(arena, expression, limits);
  if (!value) return value.error();
  const auto select = parse_template(arena, "SELECT 1");
  if (!select) return select.error();
  PgQuery__Node* item = (*select)->select_stmt->target_list[0];
  item->res_target->val = *value;
  if (!name.empty()) item->res_target->name = arena.copy(name);
  return item;
}

class RangeFinder : public Visitor {
 public:
  explicit RangeFinder(std::int32_t location) : location_(location) {}

  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor == &pg_query__locking_clause__descriptor) return false;
    if (message.descriptor == &pg_query__node__descriptor) {
      wrapper_ = &reinterpret_cast<PgQuery__Node&>(message);
      if (wrapper_->node_case == PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE) {
        sampled_ = wrapper_;
      }
    } else if (message.descriptor == &pg_query__range_var__descriptor) {
      auto& range_var = reinterpret_cast<PgQuery__RangeVar&>(message);
      if (range_var.location == location_) {
        range = &range_var;
        const bool wrapped = wrapper_ != nullptr &&
                             wrapper_->node_case == PG_QUERY__NODE__NODE_RANGE_VAR &&
                             wrapper_->range_var == range;
        wrapper = wrapped ? wrapper_ : nullptr;
        sample =
            wrapped && sampled_ != nullptr && sampled_->range_table_sample->relation == wrapper_
                ? sampled_
                : nullptr;
      }
    }
    return true;
  }

  PgQuery__RangeVar* range = nullptr;
  PgQuery__Node* wrapper = nullptr;  // absent for targets
  PgQuery__Node* sample = nullptr;   // TABLESAMPLE around it

 private:
  std::int32_t location_;
  PgQuery__Node* wrapper_ = nullptr;
  PgQuery__Node* sampled_ = nullptr;
};

RangeFinder find_range(PgQuery__Node& root, std::int32_t location) {
  RangeFinder finder(location);
  if (location >= 0) walk(root.base, finder);
  return finder;
}

const TableRef* table_at(const std::vector<TableRef>& tables, std::int32_t location) {
  for (const TableRef& table : tables) {
    if (table.location == location) return &table;
  }
  return nullptr;
}

}  // namespace

Result<void> SyntaxTree::replace(NodeRef node, std::string_view expression_sql, bool with_casts) {
  impl_->make_index();
  return replace_in(impl_->arena, impl_->find(node), node, expression_sql, with_casts,
                    impl_->limits, impl_->index);
}

Result<void> SyntaxTree::replace_table(std::int32_t location, std::string_view select_sql) {
  const TableRef* table = table_at(impl_->references.tables, location);
  const RangeFinder found = find_range(impl_->changing(), location);
  if (table == nullptr || found.range == nullptr)
    return make_error(Errc::NotFound, "replace_table");
  if (table->use != TableRef::Use::From || table->sampled || found.wrapper == nullptr) {
    return make_error(Errc::NotPossible, "replace_table");
  }
  Arena& arena = impl_->arena;
  if (auto ok = check_bounds(select_sql, impl_->limits); !ok) return ok.error();
  const auto parsed = parse_into(arena, select_sql);
  if (!parsed || (*parsed)->n_stmts != 1 ||
      (*parsed)->stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_SELECT_STMT ||
      (*parsed)->stmts[0]->stmt->select_stmt->into_clause != nullptr) {
    return make_error(Errc::BadFragment, "replace_table: not one SELECT");
  }
  PgQuery__Node* select = (*parsed)->stmts[0]->stmt;
  forget_locations(select->base);
  const auto frame = parse_template(arena, "SELECT FROM (SELECT) AS x");
  if (!frame) return frame.error();
  PgQuery__Node* place = (*frame)->select_stmt->from_clause[0];
  place->range_subselect->subquery = select;
  if (found.range->alias != nullptr) {
    place->range_subselect->alias = found.range->alias;
  } else {
    place->range_subselect->alias->aliasname = found.range->relname;
  }
  *found.wrapper = *place;
  return {};
}

Result<void> SyntaxTree::qualify_table(std::int32_t location, std::string_view schema) {
  const TableRef* table = table_at(impl_->references.tables, location);
  const RangeFinder found = find_range(impl_->changing(), location);
  if (table == nullptr || found.range == nullptr)
    return make_error(Errc::NotFound, "qualify_table");
  if (table->cte || schema.empty()) return make_error(Errc::NotPossible, "qualify_table");
  found.range->schemaname = impl_->arena.copy(schema);
  return {};
}

Result<void> SyntaxTree::drop_sample(std::int32_t location) {
  const RangeFinder found = find_range(impl_->changing(), location);
  if (found.sample == nullptr) return make_error(Errc::NotFound, "drop_sample");
  PgQuery__Node* relation = found.wrapper;
  *found.sample = *relation;
  return {};
}

Result<void> SyntaxTree::append_outputs(const std::vector<std::string>& expressions) {
  const auto list = outputs_of(impl_->changing());
  if (!list) return make_error(Errc::NotPossible, "append_outputs");
  std::vector<PgQuery__Node*> items(*list->items, *list->items + *list->count);
  for (const std::string& expression : expressions) {
    // A name of its own: ORDER BY id must not find a second output called id.
    const std::string name = "pgveil_" + std::to_string(items.size() + 1);
    const auto item = make_output(impl_->arena, expression, name, impl_->limits);
    if (!item) return item.error();
    items.push_back(*item);
  }
  assign(impl_->arena, *list, items);
  return {};
}

Result<void> SyntaxTree::set_outputs(
    const std::vector<std::pair<std::string, std::string>>& outputs) {
  const auto list = outputs_of(impl_->changing());
  if (!list) return make_error(Errc::NotPossible, "set_outputs");
  std::vector<PgQuery__Node*> items;
  for (const auto& [expression, name] : outputs) {
    const auto item = make_output(impl_->arena, expression, name, impl_->limits);
    if (!item) return item.error();
    items.push_back(*item);
  }
  assign(impl_->arena, *list, items);
  return {};
}

Result<void> SyntaxTree::set_insert_columns(const std::vector<std::string>& names) {
  PgQuery__Node& statement = impl_->changing();
  if (statement.node_case != PG_QUERY__NODE__NODE_INSERT_STMT || names.empty() ||
      statement.insert_stmt->n_cols > 0 || statement.insert_stmt->select_stmt == nullptr) {
    return make_error(Errc::NotPossible, "set_insert_columns");
  }
  std::string sql = "INSERT INTO t (";
  for (const std::string& name : names) {
    if (sql.back() != '(') sql += ", ";
    sql += quoted(name);
  }
  const auto insert = parse_template(impl_->arena, sql + ") VALUES (1)");
  if (!insert) return insert.error();
  if ((*insert)->insert_stmt->n_cols != names.size()) {
    return make_error(Errc::BadFragment, "set_insert_columns");
  }
  statement.insert_stmt->n_cols = names.size();
  statement.insert_stmt->cols = (*insert)->insert_stmt->cols;
  return {};
}

Result<void> SyntaxTree::and_where(std::string_view condition) {
  PgQuery__Node** where = where_of(impl_->changing());
  if (where == nullptr) return make_error(Errc::NotPossible, "and_where");
  const auto added = parse_expression(impl_->arena, condition, impl_->limits);
  if (!added) return added.error();
  if (*where == nullptr) {
    *where = *added;
    return {};
  }
  const auto both = parse_expression(impl_->arena, "$1 AND $2", impl_->limits);
  if (!both) return both.error();
  (*both)->bool_expr->args[0] = *added;
  (*both)->bool_expr->args[1] = *where;
  *where = *both;
  return {};
}

Result<void> SyntaxTree::replace_conflict_target(const std::vector<std::string>& expressions) {
  PgQuery__Node& statement = impl_->changing();
  if (statement.node_case != PG_QUERY__NODE__NODE_INSERT_STMT ||
      statement.insert_stmt->on_conflict_clause == nullptr ||
      statement.insert_stmt->on_conflict_clause->infer == nullptr || expressions.empty()) {
    return make_error(Errc::NotPossible, "replace_conflict_target");
  }
  std::vector<PgQuery__Node*> elements;
  for (const std::string& expression : expressions) {
    const auto value = parse_expression(impl_->arena, expression, impl_->limits);
    if (!value) return value.error();
    const auto frame =
        parse_template(impl_->arena, "INSERT INTO t VALUES (1) ON CONFLICT ((1 + 1)) DO NOTHING");
    if (!frame) return frame.error();
    PgQuery__Node* element = (*frame)->insert_stmt->on_conflict_clause->infer->index_elems[0];
    // A bare column is inferred by its name.
    const bool column = (*value)->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
                        (*value)->column_ref->n_fields == 1 &&
                        (*value)->column_ref->fields[0]->node_case == PG_QUERY__NODE__NODE_STRING;
    if (column) {
      element->index_elem->name = (*value)->column_ref->fields[0]->string->sval;
      element->index_elem->expr = nullptr;
    } else {
      element->index_elem->expr = *value;
    }
    elements.push_back(element);
  }
  PgQuery__InferClause& infer = *statement.insert_stmt->on_conflict_clause->infer;
  assign(impl_->arena, {&infer.n_index_elems, &infer.index_elems}, elements);
  infer.conname = impl_->arena.copy({});
  return {};
}

namespace {

/// `*` alone means the columns of everything in FROM: what is written there now is not the client's.
void qualify_stars(NodeList outputs, PgQuery__Node& qualified_star) {
  for (std::size_t i = 0; i < *outputs.count; ++i) {
    PgQuery__Node* value = (*outputs.items)[i]->res_target->val;
    if (value != nullptr && value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
        value->column_ref->n_fields == 1 &&
        value->column_ref->fields[0]->node_case == PG_QUERY__NODE__NODE_A_STAR) {
      (*outputs.items)[i]->res_target->val = &qualified_star;
    }
  }
}

}  // namespace

Result<void> SyntaxTree::replace_write(std::string_view sql, std::string_view star) {
  PgQuery__Node& statement = impl_->changing();
  const auto made = parse_template(impl_->arena, std::string(sql));
  if (!made || (*made)->node_case != statement.node_case) {
    return make_error(Errc::BadFragment, "replace_write");
  }
  const auto all = parse_expression(impl_->arena, quoted(star) + ".*", impl_->limits);
  const auto outputs = outputs_of(statement);
  if (!all || !outputs) {
    return make_error(Errc::NotPossible, "replace_write");
  }
  qualify_stars(*outputs, **all);
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_INSERT_STMT: {
      PgQuery__InsertStmt& old = *statement.insert_stmt;
      PgQuery__InsertStmt& now = *(*made)->insert_stmt;
      old.relation = now.relation;
      old.n_cols = now.n_cols;
      old.cols = now.cols;
      old.select_stmt = now.select_stmt;
      old.with_clause = nullptr;
      return {};
    }
    case PG_QUERY__NODE__NODE_UPDATE_STMT: {
      PgQuery__UpdateStmt& old = *statement.update_stmt;
      PgQuery__UpdateStmt& now = *(*made)->update_stmt;
      old.relation = now.relation;
      old.n_target_list = now.n_target_list;
      old.target_list = now.target_list;
      old.where_clause = now.where_clause;
      old.n_from_clause = now.n_from_clause;
      old.from_clause = now.from_clause;
      old.with_clause = nullptr;
      return {};
    }
    case PG_QUERY__NODE__NODE_DELETE_STMT: {
      PgQuery__DeleteStmt& old = *statement.delete_stmt;
      PgQuery__DeleteStmt& now = *(*made)->delete_stmt;
      old.relation = now.relation;
      old.where_clause = now.where_clause;
      old.n_using_clause = 0;
      old.using_clause = nullptr;
      old.with_clause = nullptr;
      return {};
    }
    default:
      return make_error(Errc::NotPossible, "replace_write");
  }
}

Result<void> SyntaxTree::select_returning(std::string_view table_sql) {
  PgQuery__Node& statement = impl_->changing();
  const auto outputs = outputs_of(statement);
  const auto made = parse_template(impl_->arena, "SELECT 1 FROM " + std::string(table_sql));
  if (!outputs || statement.node_case == PG_QUERY__NODE__NODE_SELECT_STMT) {
    return make_error(Errc::NotPossible, "select_returning");
  }
  if (!made || (*made)->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
    return make_error(Errc::BadFragment, "select_returning");
  }
  (*made)->select_stmt->n_target_list = *outputs->count;
  (*made)->select_stmt->target_list = *outputs->items;
  statement = **made;
  return {};
}

Result<void> SyntaxTree::drop_on_conflict() {
  PgQuery__Node& statement = impl_->changing();
  if (statement.node_case != PG_QUERY__NODE__NODE_INSERT_STMT) {
    return make_error(Errc::NotPossible, "drop_on_conflict");
  }
  statement.insert_stmt->on_conflict_clause = nullptr;
  return {};
}

}  // namespace pgveil::policy::sql
