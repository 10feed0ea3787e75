// The queries of a statement and edits of their clauses.
#include "policy/sql/facts.hpp"
#include "policy/sql/impl.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

struct FoundQuery {
  QueryRef ref;
  PgQuery__SelectStmt* select = nullptr;  // none: INSERT, UPDATE …
};

bool is_query_message(const ProtobufCMessage& message) {
  const ProtobufCMessageDescriptor* type = message.descriptor;
  return type == &pg_query__select_stmt__descriptor || type == &pg_query__insert_stmt__descriptor ||
         type == &pg_query__update_stmt__descriptor || type == &pg_query__delete_stmt__descriptor ||
         type == &pg_query__merge_stmt__descriptor;
}

/// As transformSetOperationTree of parser/analyze.c: an inner operation with clauses of its own is a
/// query, one without belongs to the operation around it.
bool is_arm(const PgQuery__SelectStmt& select) {
  return select.larg == nullptr || select.n_sort_clause > 0 || select.limit_offset != nullptr ||
         select.limit_count != nullptr || select.n_locking_clause > 0 ||
         select.with_clause != nullptr;
}

bool is_plain_distinct(const PgQuery__SelectStmt& select) {
  return select.n_distinct_clause == 1 &&
         select.distinct_clause[0]->node_case == PG_QUERY__NODE__NODE__NOT_SET;
}

class QueryFinder : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (is_query_message(message)) {
      add(message);
    }
    if (message.descriptor != &pg_query__node__descriptor) {
      parents_.push_back(&message);
    }
    return true;
  }

  void leave(ProtobufCMessage& message) override {
    if (message.descriptor != &pg_query__node__descriptor) {
      parents_.pop_back();
    }
    if (!open_.empty() && open_.back().first == &message) {
      open_.pop_back();
    }
  }

  std::vector<FoundQuery> found;
  bool understood = true;

 private:
  struct Counters {
    std::size_t from = 0;
    std::size_t arms = 0;
  };

  void add(ProtobufCMessage& message) {
    using Place = QueryRef::Place;
    const bool is_select = message.descriptor == &pg_query__select_stmt__descriptor;
    auto* select = is_select ? &reinterpret_cast<PgQuery__SelectStmt&>(message) : nullptr;
    FoundQuery query;
    query.select = select;
    if (open_.empty()) {
      push(message, std::move(query));
      return;
    }
    query.ref.parent = open_.back().second;
    const ProtobufCMessage& around = *parents_.back();
    const ProtobufCMessageDescriptor* type = around.descriptor;
    if (type == &pg_query__common_table_expr__descriptor) {
      query.ref.place = Place::CommonTable;
      query.ref.common_table = reinterpret_cast<const PgQuery__CommonTableExpr&>(around).ctename;
    } else if (type == &pg_query__sub_link__descriptor) {
      query.ref.place = Place::SubLink;
      query.ref.sub_link = reinterpret_cast<const PgQuery__SubLink&>(around).location;
    } else if (type == &pg_query__range_subselect__descriptor) {
      query.ref.place = Place::From;
      query.ref.number = counters_[query.ref.parent].from++;
    } else if (type == &pg_query__insert_stmt__descriptor) {
      if (select != nullptr && select->n_values_lists > 0) {
        return;  // VALUES of an INSERT is part of it
      }
      query.ref.place = Place::From;
      query.ref.number = counters_[query.ref.parent].from++;
    } else if (type == &pg_query__select_stmt__descriptor && select != nullptr) {
      if (!is_arm(*select)) {
        return;
      }
      query.ref.place = Place::Arm;
      query.ref.number = counters_[query.ref.parent].arms++;
    } else {
      understood = false;
      return;
    }
    push(message, std::move(query));
  }

  void push(const ProtobufCMessage& message, FoundQuery query) {
    if (query.select != nullptr) {
      query.ref.distinct = is_plain_distinct(*query.select);
    }
    open_.emplace_back(&message, found.size());
    counters_.emplace_back();
    found.push_back(std::move(query));
  }

  std::vector<const ProtobufCMessage*> parents_;  // without wrappers
  std::vector<std::pair<const ProtobufCMessage*, std::size_t>> open_;
  std::vector<Counters> counters_;
};

std::vector<FoundQuery> find_queries(PgQuery__Node& root) {
  QueryFinder finder;
  walk(root.base, finder);
  return finder.understood ? std::move(finder.found) : std::vector<FoundQuery>();
}

PgQuery__SelectStmt* select_at(PgQuery__Node& root, std::size_t query) {
  const std::vector<FoundQuery> queries = find_queries(root);
  return query < queries.size() ? queries[query].select : nullptr;
}

struct ItemList {
  std::size_t count = 0;
  PgQuery__Node** items = nullptr;
};

ItemList items_of(PgQuery__Node& root, const ClauseRef& clause) {
  using Clause = ClauseRef::Clause;
  if (clause.clause == Clause::Partition) {
    const auto calls = find_nodes(root, {NodeKind::Call, clause.call});
    PgQuery__WindowDef* over = calls.size() == 1 ? calls[0].node->func_call->over : nullptr;
    const bool named = over == nullptr || over->name[0] != '\0' || over->refname[0] != '\0';
    return named ? ItemList{} : ItemList{over->n_partition_clause, over->partition_clause};
  }
  PgQuery__SelectStmt* select = select_at(root, clause.query);
  if (select == nullptr) return {};
  if (clause.clause == Clause::GroupBy) return {select->n_group_clause, select->group_clause};
  if (clause.clause == Clause::DistinctOn) {
    return is_plain_distinct(*select)
               ? ItemList{}
               : ItemList{select->n_distinct_clause, select->distinct_clause};
  }
  for (std::size_t i = 0; i < select->n_window_clause; ++i) {
    PgQuery__WindowDef& window = *select->window_clause[i]->window_def;
    if (clause.window == window.name && window.refname[0] == '\0') {
      return {window.n_partition_clause, window.partition_clause};
    }
  }
  return {};
}

/// The empty SELECTs of a frame.
class GapFinder : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor == &pg_query__range_subselect__descriptor) {
      auto& place = reinterpret_cast<PgQuery__RangeSubselect&>(message);
      const PgQuery__SelectStmt& inner = *place.subquery->select_stmt;
      if (inner.n_target_list == 0 && inner.n_from_clause == 0 && inner.larg == nullptr) {
        gaps.push_back(place.subquery);
        return false;
      }
    }
    return true;
  }

  std::vector<PgQuery__Node*> gaps;
};

void keep_all_rows(PgQuery__SelectStmt& operation) {
  operation.all = 1;
  for (PgQuery__SelectStmt* side : {operation.larg, operation.rarg}) {
    if (side != nullptr && !is_arm(*side)) keep_all_rows(*side);
  }
}

class OutputNamer : public Visitor {
 public:
  OutputNamer(Arena& arena, std::int32_t column) : arena_(arena), column_(column) {}

  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor != &pg_query__res_target__descriptor) return true;
    auto& target = reinterpret_cast<PgQuery__ResTarget&>(message);
    if (target.name[0] == '\0' && target.val != nullptr &&
        target.val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
      const PgQuery__ColumnRef& column = *target.val->column_ref;
      const PgQuery__Node* last =
          column.n_fields == 0 ? nullptr : column.fields[column.n_fields - 1];
      if (column.location == column_ && last != nullptr &&
          last->node_case == PG_QUERY__NODE__NODE_STRING) {
        target.name = arena_.copy(constant_text(last));
      }
    }
    return true;
  }

 private:
  Arena& arena_;
  std::int32_t column_;
};

}  // namespace

std::vector<QueryRef> SyntaxTree::queries() const {
  std::vector<QueryRef> queries;
  for (FoundQuery& query : find_queries(impl_->statement())) {
    queries.push_back(std::move(query.ref));
  }
  return queries;
}

std::size_t SyntaxTree::clause_size(const ClauseRef& clause) const {
  return items_of(impl_->statement(), clause).count;
}

Result<void> SyntaxTree::replace_item(const ClauseRef& clause,
                                      std::size_t index,
                                      std::string_view expression_sql) {
  const ItemList list = items_of(impl_->changing(), clause);
  if (index >= list.count) return make_error(Errc::NotFound, "replace_item");
  const auto expression = parse_expression(impl_->arena, expression_sql, impl_->limits);
  if (!expression) return expression.error();
  list.items[index] = *expression;
  return {};
}

Result<void> SyntaxTree::set_distinct_on(std::size_t query,
                                         const std::vector<std::string>& expressions) {
  PgQuery__SelectStmt* select = select_at(impl_->changing(), query);
  if (select == nullptr || !is_plain_distinct(*select) || expressions.empty()) {
    return make_error(Errc::NotPossible, "set_distinct_on");
  }
  auto** items = static_cast<PgQuery__Node**>(
      impl_->arena.allocate(sizeof(PgQuery__Node*) * expressions.size()));
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const auto value = parse_expression(impl_->arena, expressions[i], impl_->limits);
    if (!value) return value.error();
    items[i] = *value;
  }
  select->distinct_clause = items;
  select->n_distinct_clause = expressions.size();
  return {};
}

Result<void> SyntaxTree::frame_set_operation(std::size_t query, std::string_view frame_sql) {
  PgQuery__SelectStmt* select = select_at(impl_->changing(), query);
  if (select == nullptr || select->larg == nullptr) {
    return make_error(Errc::NotPossible, "frame_set_operation");
  }
  const auto parsed = parse_into(impl_->arena, frame_sql);
  if (!parsed || (*parsed)->n_stmts != 1 ||
      (*parsed)->stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
    return make_error(Errc::BadFragment, "frame_set_operation");
  }
  PgQuery__Node* frame = (*parsed)->stmts[0]->stmt;
  forget_locations(frame->base);
  GapFinder finder;
  walk(frame->base, finder);
  if (finder.gaps.empty() || finder.gaps.size() > 2) {
    return make_error(Errc::BadFragment, "frame_set_operation: gaps");
  }
  PgQuery__SelectStmt outer = *frame->select_stmt;
  outer.n_sort_clause = select->n_sort_clause;
  outer.sort_clause = select->sort_clause;
  outer.limit_offset = select->limit_offset;
  outer.limit_count = select->limit_count;
  outer.limit_option = select->limit_option;
  outer.with_clause = select->with_clause;
  if (finder.gaps.size() == 2) {
    finder.gaps[0]->select_stmt = select->larg;
    finder.gaps[1]->select_stmt = select->rarg;
  } else {
    // The gap's own message takes the operation: `select` becomes the frame, where it stands.
    PgQuery__SelectStmt& inner = *finder.gaps[0]->select_stmt;
    const PgQuery__SelectStmt empty = inner;
    inner.op = select->op;
    inner.larg = select->larg;
    inner.rarg = select->rarg;
    inner.limit_option = empty.limit_option;
    keep_all_rows(inner);
  }
  *select = outer;
  return {};
}

void SyntaxTree::name_output(std::int32_t column) {
  OutputNamer namer(impl_->arena, column);
  walk(impl_->changing().base, namer);
}

}  // namespace pgveil::policy::sql
