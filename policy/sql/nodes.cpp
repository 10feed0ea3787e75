// Finding and replacing single nodes.
#include "policy/sql/impl.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

bool is_wrapper(const ProtobufCMessage& message) {
  return message.descriptor == &pg_query__node__descriptor;
}

/// Location -1: what no NodeRef names.
NodeRef ref_of(const PgQuery__Node& node) {
  const auto here = [](NodeKind kind, std::int32_t location) { return NodeRef{kind, location}; };
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
      return here(NodeKind::Column, node.column_ref->location);
    case PG_QUERY__NODE__NODE_A_EXPR:
      return here(NodeKind::Operator, node.a_expr->location);
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
      return here(NodeKind::Bool, node.bool_expr->location);
    case PG_QUERY__NODE__NODE_A_CONST:
      return here(NodeKind::Literal, node.a_const->location);
    case PG_QUERY__NODE__NODE_PARAM_REF:
      return here(NodeKind::Parameter, node.param_ref->location);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
      return here(NodeKind::Call, node.func_call->location);
    case PG_QUERY__NODE__NODE_TYPE_CAST:
      return here(NodeKind::Cast, node.type_cast->location);
    case PG_QUERY__NODE__NODE_NULL_TEST:
      return here(NodeKind::NullTest, node.null_test->location);
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
      return here(NodeKind::BooleanTest, node.boolean_test->location);
    case PG_QUERY__NODE__NODE_SUB_LINK:
      return here(NodeKind::SubLink, node.sub_link->location);
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
      return here(NodeKind::ServerValue, node.sqlvalue_function->location);
    case PG_QUERY__NODE__NODE_SET_TO_DEFAULT:
      return here(NodeKind::Default, node.set_to_default->location);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
      return here(NodeKind::Coalesce, node.coalesce_expr->location);
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
      return here(NodeKind::MinMax, node.min_max_expr->location);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
      return here(NodeKind::Case, node.case_expr->location);
    case PG_QUERY__NODE__NODE_ROW_EXPR:
      return here(NodeKind::Row, node.row_expr->location);
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
      return here(NodeKind::Array, node.a_array_expr->location);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
      return here(NodeKind::Collate, node.collate_clause->location);
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
      return here(NodeKind::Grouping, node.grouping_func->location);
    default:
      return {NodeKind::Column, -1};
  }
}

class Finder : public Visitor {
 public:
  explicit Finder(NodeRef ref) : ref_(ref) {}

  bool enter(ProtobufCMessage& message) override {
    if (is_wrapper(message)) wrappers_.push_back(&reinterpret_cast<PgQuery__Node&>(message));
    return true;
  }

  void leave(ProtobufCMessage& message) override {
    if (!is_wrapper(message)) return;
    auto* node = &reinterpret_cast<PgQuery__Node&>(message);
    wrappers_.pop_back();
    const NodeRef here = ref_of(*node);
    if (here.kind != ref_.kind || here.location != ref_.location) return;
    // $0 used twice shares its node.
    const bool again = std::any_of(found.begin(), found.end(),
                                   [node](const FoundNode& other) { return other.node == node; });
    if (!again) found.push_back({node, {wrappers_.rbegin(), wrappers_.rend()}});
  }

  std::vector<FoundNode> found;

 private:
  NodeRef ref_;
  std::vector<PgQuery__Node*> wrappers_;
};

class Indexer : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (is_wrapper(message)) wrappers_.push_back(&reinterpret_cast<PgQuery__Node&>(message));
    return true;
  }

  void leave(ProtobufCMessage& message) override {
    if (!is_wrapper(message)) return;
    auto* node = &reinterpret_cast<PgQuery__Node&>(message);
    wrappers_.pop_back();
    const NodeRef ref = ref_of(*node);
    if (ref.location < 0) return;
    FoundNode one{node, {}};
    for (auto at = wrappers_.rbegin(); at != wrappers_.rend(); ++at) {
      one.around.push_back(*at);
      if ((*at)->node_case != PG_QUERY__NODE__NODE_TYPE_CAST) break;
    }
    // $0 used twice shares its node.
    const auto [first, last] = found.equal_range(std::pair(ref.kind, ref.location));
    const bool again =
        std::any_of(first, last, [node](const auto& other) { return other.second.node == node; });
    if (!again) found.emplace(std::pair(ref.kind, ref.location), std::move(one));
  }

  NodeIndex found;

 private:
  std::vector<PgQuery__Node*> wrappers_;
};

class Forgetter : public Visitor {
 public:
  explicit Forgetter(NodeIndex& index) : index_(index) {}

  bool enter(ProtobufCMessage& message) override {
    if (!is_wrapper(message)) return true;
    const auto* node = &reinterpret_cast<PgQuery__Node&>(message);
    const NodeRef ref = ref_of(*node);
    auto [at, last] = index_.equal_range(std::pair(ref.kind, ref.location));
    while (at != last) at = at->second.node == node ? index_.erase(at) : std::next(at);
    return true;
  }

 private:
  NodeIndex& index_;
};

class ConstantFinder : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (!is_wrapper(message)) return true;
    auto* node = &reinterpret_cast<PgQuery__Node&>(message);
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST) {
      FoundNode one{node, {}};
      if (!wrappers_.empty()) one.around.push_back(wrappers_.back());
      found.emplace(node->a_const->location, std::move(one));
    }
    wrappers_.push_back(node);
    return true;
  }

  void leave(ProtobufCMessage& message) override {
    if (is_wrapper(message)) wrappers_.pop_back();
  }

  std::multimap<std::int32_t, FoundNode> found;

 private:
  std::vector<PgQuery__Node*> wrappers_;
};

class CallFinder : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor == &pg_query__func_call__descriptor) {
      const auto& call = reinterpret_cast<PgQuery__FuncCall&>(message);
      found.push_back({NodeKind::Call, call.location});
    } else if (message.descriptor == &pg_query__sqlvalue_function__descriptor) {
      const auto& value = reinterpret_cast<PgQuery__SQLValueFunction&>(message);
      found.push_back({NodeKind::ServerValue, value.location});
    }
    return true;
  }

  std::vector<NodeRef> found;
};

class ColumnFinder : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (message.descriptor == &pg_query__column_ref__descriptor) {
      found.push_back({NodeKind::Column, reinterpret_cast<PgQuery__ColumnRef&>(message).location});
    }
    return true;
  }

  std::vector<NodeRef> found;
};

class PlaceholderFinder : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (is_wrapper(message)) {
      auto* node = &reinterpret_cast<PgQuery__Node&>(message);
      if (node->node_case == PG_QUERY__NODE__NODE_PARAM_REF && node->param_ref->number == 0) {
        found.push_back(node);
      }
    }
    return true;
  }

  std::vector<PgQuery__Node*> found;
};

bool is_cast_of(const PgQuery__Node& outer, const PgQuery__Node& inner) {
  return outer.node_case == PG_QUERY__NODE__NODE_TYPE_CAST && outer.type_cast->arg == &inner;
}

/// The cast of TRUE and FALSE that is only in the grammar's mind.
bool is_grammar_cast(const PgQuery__Node& outer, const PgQuery__Node& inner) {
  return is_cast_of(outer, inner) && outer.type_cast->location < 0 &&
         inner.node_case == PG_QUERY__NODE__NODE_A_CONST &&
         inner.a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL;
}

bool is_bare_select(const PgQuery__SelectStmt& select) {
  return select.n_distinct_clause == 0 && select.into_clause == nullptr &&
         select.n_target_list == 1 && select.n_from_clause == 0 && select.where_clause == nullptr &&
         select.n_group_clause == 0 && select.having_clause == nullptr &&
         select.n_window_clause == 0 && select.n_values_lists == 0 && select.n_sort_clause == 0 &&
         select.limit_offset == nullptr && select.limit_count == nullptr &&
         select.n_locking_clause == 0 && select.with_clause == nullptr && select.larg == nullptr;
}

}  // namespace

PgQuery__Node& SyntaxTree::Impl::statement() const { return *result->stmts[0]->stmt; }

PgQuery__Node& SyntaxTree::Impl::changing() {
  index.reset();
  return statement();
}

std::vector<FoundNode> SyntaxTree::Impl::find(NodeRef ref) const {
  if (!index) return find_nodes(statement(), ref);
  std::vector<FoundNode> found;
  if (ref.location < 0) return found;
  const auto [first, last] = index->equal_range(std::pair(ref.kind, ref.location));
  for (auto at = first; at != last; ++at) found.push_back(at->second);
  return found;
}

void SyntaxTree::Impl::make_index() {
  constexpr std::size_t kLong = 64;
  if (!index && literals.size() + references.parameters.size() > kLong) {
    index = index_nodes(statement());
  }
}

std::vector<FoundNode> find_nodes(PgQuery__Node& root, NodeRef ref) {
  if (ref.location < 0) return {};
  Finder finder(ref);
  walk(root.base, finder);
  return std::move(finder.found);
}

NodeIndex index_nodes(PgQuery__Node& root) {
  Indexer indexer;
  walk(root.base, indexer);
  return std::move(indexer.found);
}

void forget_nodes(NodeIndex& index, PgQuery__Node& root) {
  Forgetter forgetter(index);
  walk(root.base, forgetter);
}

std::vector<NodeRef> find_calls(PgQuery__Node& root) {
  CallFinder finder;
  walk(root.base, finder);
  return std::move(finder.found);
}

std::vector<NodeRef> find_columns(PgQuery__Node& root) {
  ColumnFinder finder;
  walk(root.base, finder);
  return std::move(finder.found);
}

std::multimap<std::int32_t, FoundNode> find_constants(PgQuery__Node& root) {
  ConstantFinder finder;
  walk(root.base, finder);
  return std::move(finder.found);
}

PgQuery__Node* whole_of(const FoundNode& found, NodeRef ref, bool with_casts) {
  PgQuery__Node* whole = found.node;
  std::size_t i = 0;
  if (ref.kind == NodeKind::Literal && !found.around.empty() &&
      is_grammar_cast(*found.around[0], *whole)) {
    whole = found.around[i++];
  }
  while (with_casts && i < found.around.size() && is_cast_of(*found.around[i], *whole)) {
    whole = found.around[i++];
  }
  return whole;
}

Result<PgQuery__Node*> parse_expression(Arena& arena,
                                        std::string_view expression_sql,
                                        const SqlLimits& limits) {
  if (auto ok = check_bounds(expression_sql, limits); !ok) return ok.error();
  const auto parsed = parse_into(arena, "SELECT " + std::string(expression_sql));
  if (!parsed) return make_error(Errc::BadFragment, "parse_expression", parsed.error().message);
  const PgQuery__ParseResult& tree = **parsed;
  if (tree.n_stmts != 1 || tree.stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_SELECT_STMT ||
      !is_bare_select(*tree.stmts[0]->stmt->select_stmt)) {
    return make_error(Errc::BadFragment, "parse_expression: not one expression");
  }
  const PgQuery__ResTarget& target = *tree.stmts[0]->stmt->select_stmt->target_list[0]->res_target;
  if (target.name[0] != '\0' || target.n_indirection != 0) {
    return make_error(Errc::BadFragment, "parse_expression: named");
  }
  forget_locations(target.val->base);
  return target.val;
}

Result<void> replace_in(Arena& arena,
                        const std::vector<FoundNode>& found,
                        NodeRef ref,
                        std::string_view expression_sql,
                        bool with_casts,
                        const SqlLimits& limits,
                        std::optional<NodeIndex>& index) {
  if (found.empty()) return make_error(Errc::NotFound, "replace");
  // Parsed once for each place: places may lie in each other, and must not share.
  std::vector<PgQuery__Node*> expressions;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto expression = parse_expression(arena, expression_sql, limits);
    if (!expression) return expression.error();
    expressions.push_back(*expression);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    PgQuery__Node* place = whole_of(found[i], ref, with_casts);
    const PgQuery__Node before = *whole_of(found[i], ref, false);
    PlaceholderFinder placeholders;
    walk(expressions[i]->base, placeholders);
    if (index && placeholders.found.empty()) {
      forget_nodes(*index, *place);
    } else {
      index.reset();
    }
    for (PgQuery__Node* placeholder : placeholders.found) *placeholder = before;
    *place = *expressions[i];
  }
  return {};
}

}  // namespace pgveil::policy::sql
