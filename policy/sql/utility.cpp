// Facts of utility statements, and the statement that some of them hold.
#include "policy/sql/facts.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <cctype>
#include <limits>

namespace pgveil::policy::sql {
namespace {

using Kind = Token::Kind;

// src/include/nodes/parsenodes.h of PostgreSQL 15
constexpr std::int32_t kCursorBinary = 0x0001;
constexpr std::int32_t kCursorNoScroll = 0x0004;
constexpr std::int32_t kCursorHold = 0x0020;

/// The tokens of a statement, to cut an inner statement out of its text.
class Cutter {
 public:
  Cutter(std::string_view sql, const std::vector<Token>& tokens) : sql_(sql), tokens_(tokens) {
    end_ = tokens.size();
    while (end_ > 0 && is(end_ - 1, ";")) --end_;
  }

  [[nodiscard]] bool is(std::size_t i, std::string_view text) const {
    if (i >= tokens_.size()) return false;
    return tokens_[i].kind == Kind::Word ? is_word(tokens_[i], sql_, text)
                                         : text_of(tokens_[i], sql_) == text;
  }

  /// Index after the bracket that closes the one at i.
  [[nodiscard]] std::size_t after_bracket(std::size_t i) const {
    return after_closing(i, "(", ")");
  }

  [[nodiscard]] std::size_t after_square(std::size_t i) const { return after_closing(i, "[", "]"); }

  /// The text of tokens [from, to).
  [[nodiscard]] std::optional<std::string_view> between(std::size_t from, std::size_t to) const {
    if (from >= to || to > tokens_.size()) return std::nullopt;
    const std::uint32_t begin = tokens_[from].location;
    return sql_.substr(begin, tokens_[to - 1].location + tokens_[to - 1].length - begin);
  }

  /// Index after the first `word` outside of brackets, from i on.
  [[nodiscard]] std::size_t after_word(std::size_t i, std::string_view word) const {
    while (i < end_ && !is(i, word)) i = is(i, "(") ? after_bracket(i) : i + 1;
    return i + 1;
  }

  [[nodiscard]] std::size_t after_explain() const {
    if (is(1, "(")) {
      // Options, unless it is EXPLAIN (SELECT …).
      if (!is(2, "select") && !is(2, "with") && !is(2, "values") && !is(2, "table") &&
          !is(2, "(")) {
        return after_bracket(1);
      }
      return 1;
    }
    std::size_t i = 1;
    while (is(i, "analyze") || is(i, "analyse") || is(i, "verbose")) ++i;
    return i;
  }

  /// Drops WITH … CHECK OPTION and WITH [NO] DATA from the end.
  void drop_with() {
    std::size_t words = 0;
    if (end_ > 0 && is(end_ - 1, "data")) words = end_ > 1 && is(end_ - 2, "no") ? 3 : 2;
    if (end_ > 1 && is(end_ - 1, "option") && is(end_ - 2, "check")) {
      words = end_ > 2 && (is(end_ - 3, "local") || is(end_ - 3, "cascaded")) ? 4 : 3;
    }
    if (words != 0 && words < end_ && is(end_ - words, "with")) end_ -= words;
  }

  void set_end(std::size_t end) { end_ = std::min(end, end_); }

  [[nodiscard]] std::optional<InnerStatement> from(std::size_t i) const {
    if (i >= end_) return std::nullopt;
    const std::uint32_t location = tokens_[i].location;
    return InnerStatement{location,
                          tokens_[end_ - 1].location + tokens_[end_ - 1].length - location};
  }

 private:
  [[nodiscard]] std::size_t after_closing(std::size_t i,
                                          std::string_view opening,
                                          std::string_view closing) const {
    std::size_t depth = 0;
    for (; i < end_; ++i) {
      if (is(i, opening)) ++depth;
      if (is(i, closing) && --depth == 0) return i + 1;
    }
    return end_;
  }

  std::string_view sql_;
  const std::vector<Token>& tokens_;
  std::size_t end_ = 0;
};

const PgQuery__Node* inner_node(const PgQuery__Node& statement) {
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
      return statement.explain_stmt->query;
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
      return statement.prepare_stmt->query;
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
      return statement.declare_cursor_stmt->query;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return statement.create_table_as_stmt->is_select_into ? nullptr
                                                            : statement.create_table_as_stmt->query;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return statement.view_stmt->query;
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return statement.copy_stmt->query;
    default:
      return nullptr;
  }
}

std::optional<InnerStatement> cut_inner(const PgQuery__Node& statement,
                                        std::string_view sql,
                                        const std::vector<Token>& tokens) {
  Cutter cut(sql, tokens);
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
      return cut.from(cut.after_explain());
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
      return cut.from(cut.after_word(2, "as"));
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
      return cut.from(cut.after_word(2, "for"));
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      cut.drop_with();
      return cut.from(cut.after_word(2, "as"));
    case PG_QUERY__NODE__NODE_COPY_STMT:
      cut.set_end(cut.after_bracket(1) - 1);
      return cut.from(2);
    default:
      return std::nullopt;
  }
}

/// The cut is lexical: believe it only if it parses to the very node.
std::optional<InnerStatement> inner_of(const PgQuery__Node& statement,
                                       const PgQuery__Node& node,
                                       std::string_view sql) {
  const auto tokens = scan(sql);
  if (!tokens) return std::nullopt;
  const auto inner = cut_inner(statement, sql, *tokens);
  if (!inner) return std::nullopt;
  Arena arena;
  const auto parsed = parse_into(arena, sql.substr(inner->location, inner->length));
  if (!parsed || (*parsed)->n_stmts != 1) return std::nullopt;
  if (!same_tree(node.base, (*parsed)->stmts[0]->stmt->base)) return std::nullopt;
  return inner;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
  return text;
}

void read_options(std::size_t count, PgQuery__Node** options, UtilityFacts& facts) {
  for (std::size_t i = 0; i < count; ++i) {
    if (options[i]->node_case != PG_QUERY__NODE__NODE_DEF_ELEM) continue;
    const PgQuery__DefElem& option = *options[i]->def_elem;
    facts.options.emplace_back(lower_case(option.defname), constant_text(option.arg));
  }
}

/// An option that is on when it has no value.
bool option_is_on(const UtilityFacts& facts, std::string_view name) {
  bool on = false;
  for (const auto& [key, text] : facts.options) {
    const std::string value = lower_case(text);
    if (key == name) on = value != "false" && value != "off" && value != "0";
  }
  return on;
}

std::string type_sql(const PgQuery__Node& type) {
  Arena arena;
  auto probe = parse_into(arena, "SELECT NULL::int");
  if (!probe) return {};
  PgQuery__Node& cast = *(*probe)->stmts[0]->stmt->select_stmt->target_list[0]->res_target->val;
  cast.type_cast->type_name = type.type_name;
  const auto sql = deparse_checked(**probe);
  constexpr std::string_view kPrefix = "SELECT NULL::";
  if (!sql || sql->compare(0, kPrefix.size(), kPrefix) != 0) return {};
  return sql->substr(kPrefix.size());
}

TransactionKind transaction_kind(PgQuery__TransactionStmtKind kind) {
  switch (kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
      return TransactionKind::Begin;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
      return TransactionKind::Commit;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
      return TransactionKind::Rollback;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
      return TransactionKind::Savepoint;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
      return TransactionKind::Release;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
      return TransactionKind::RollbackTo;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
      return TransactionKind::Prepare;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
      return TransactionKind::CommitPrepared;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
      return TransactionKind::RollbackPrepared;
    default:
      return TransactionKind::None;
  }
}

void set_facts(const PgQuery__VariableSetStmt& set, UtilityFacts& facts) {
  facts.name = set.name;
  facts.set_local = set.is_local;
  facts.set_reset = set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                    set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL ||
                    set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT;
  facts.set_multi = set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI;
  if (facts.set_multi) {
    read_options(set.n_args, set.args, facts);
  } else {
    for (std::size_t i = 0; i < set.n_args; ++i) {
      facts.set_values.push_back(constant_text(set.args[i]));
    }
  }
}

CopyOption copy_option(const PgQuery__DefElem& element) {
  CopyOption option;
  option.name = lower_case(element.defname);
  const PgQuery__Node* value = element.arg;
  if (value == nullptr) {
    return option;
  }
  if (value->node_case == PG_QUERY__NODE__NODE_A_STAR) {
    option.star = true;
  } else if (value->node_case == PG_QUERY__NODE__NODE_LIST) {
    for (std::size_t i = 0; i < value->list->n_items; ++i) {
      option.names.push_back(constant_text(value->list->items[i]));
    }
  } else {
    option.value = constant_text(value);
  }
  return option;
}

void copy_facts(const PgQuery__CopyStmt& copy, UtilityFacts& facts) {
  facts.copy_from = copy.is_from;
  facts.copy_program = copy.is_program;
  facts.copy_file = copy.is_program || copy.filename[0] != '\0';
  facts.copy_where = copy.where_clause != nullptr;
  for (std::size_t i = 0; i < copy.n_attlist; ++i) {
    facts.copy_columns.push_back(constant_text(copy.attlist[i]));
  }
  read_options(copy.n_options, copy.options, facts);
  for (std::size_t i = 0; i < copy.n_options; ++i) {
    if (copy.options[i]->node_case == PG_QUERY__NODE__NODE_DEF_ELEM) {
      facts.copy_options.push_back(copy_option(*copy.options[i]->def_elem));
    }
  }
}

// Also `CREATE TABLE pg_temp.t`, which PostgreSQL finds out later.
bool is_temporary(const PgQuery__RangeVar& relation) {
  return relation.relpersistence == std::string_view("t") ||
         relation.schemaname == std::string_view("pg_temp");
}

void into_facts(const PgQuery__IntoClause& into, UtilityFacts& facts) {
  facts.temporary = is_temporary(*into.rel);
  facts.name = into.rel->relname;
  facts.drop_on_commit = into.on_commit == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP;
}

void fetch_facts(const PgQuery__FetchStmt& fetch, UtilityFacts& facts) {
  facts.name = fetch.portalname;
  facts.fetch_move = fetch.ismove;
  facts.fetch_count = fetch.how_many;
  switch (fetch.direction) {
    case PG_QUERY__FETCH_DIRECTION__FETCH_BACKWARD:
      facts.fetch_direction = FetchDirection::Backward;
      break;
    case PG_QUERY__FETCH_DIRECTION__FETCH_ABSOLUTE:
      facts.fetch_direction = FetchDirection::Absolute;
      break;
    case PG_QUERY__FETCH_DIRECTION__FETCH_RELATIVE:
      facts.fetch_direction = FetchDirection::Relative;
      break;
    default:
      facts.fetch_direction = FetchDirection::Forward;
      break;
  }
}

bool is_constant(const PgQuery__Node& node) {
  if (node.node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
    return is_constant(*node.type_cast->arg);
  }
  if (node.node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
    const PgQuery__AArrayExpr& array = *node.a_array_expr;
    return std::all_of(array.elements, array.elements + array.n_elements,
                       [](const PgQuery__Node* element) { return is_constant(*element); });
  }
  return node.node_case == PG_QUERY__NODE__NODE_A_CONST;
}

// EXECUTE name (a, b): the text between the commas.
void execute_facts(const PgQuery__ExecuteStmt& execute, std::string_view sql, UtilityFacts& facts) {
  facts.name = execute.name;
  facts.execute_arguments.resize(execute.n_params);
  const auto tokens = scan(sql);
  if (!tokens || tokens->size() < 3) return;
  const Cutter cut(sql, *tokens);
  std::size_t begin = 3;  // EXECUTE name (
  std::size_t index = 0;
  for (std::size_t i = begin; i < tokens->size() && index < execute.n_params;) {
    if (cut.is(i, "(") || cut.is(i, "[")) {
      i = cut.is(i, "(") ? cut.after_bracket(i) : cut.after_square(i);
      continue;
    }
    if (cut.is(i, ",") || cut.is(i, ")")) {
      const auto text = cut.between(begin, i);
      if (text) {
        facts.execute_arguments[index] = {std::string(*text), is_constant(*execute.params[index])};
      }
      ++index;
      begin = i + 1;
    }
    ++i;
  }
}

void cursor_facts(const PgQuery__DeclareCursorStmt& declare, UtilityFacts& facts) {
  facts.name = declare.portalname;
  facts.cursor_binary = (declare.options & kCursorBinary) != 0;
  facts.cursor_no_scroll = (declare.options & kCursorNoScroll) != 0;
  facts.cursor_hold = (declare.options & kCursorHold) != 0;
}

void transaction_facts(const PgQuery__TransactionStmt& transaction, UtilityFacts& facts) {
  facts.transaction = transaction_kind(transaction.kind);
  facts.chain = transaction.chain;
  facts.name = transaction.savepoint_name[0] != '\0' ? transaction.savepoint_name : transaction.gid;
  read_options(transaction.n_options, transaction.options, facts);
}

}  // namespace

UtilityFacts utility_of(const PgQuery__Node& statement, std::string_view sql) {
  UtilityFacts facts;
  facts.table_ddl = table_ddl(statement);
  switch (statement.node_case) {
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
      transaction_facts(*statement.transaction_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
      set_facts(*statement.variable_set_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
      facts.name = statement.variable_show_stmt->name;
      break;
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
      facts.discard_all = statement.discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL;
      facts.discard_temp = facts.discard_all ||
                           statement.discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_TEMP;
      break;
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
      facts.name = statement.prepare_stmt->name;
      for (std::size_t i = 0; i < statement.prepare_stmt->n_argtypes; ++i) {
        facts.prepare_types.push_back(type_sql(*statement.prepare_stmt->argtypes[i]));
      }
      break;
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
      execute_facts(*statement.execute_stmt, sql, facts);
      break;
    case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
      facts.name = statement.deallocate_stmt->name;
      break;
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
      cursor_facts(*statement.declare_cursor_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_FETCH_STMT:
      fetch_facts(*statement.fetch_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_CLOSE_PORTAL_STMT:
      facts.name = statement.close_portal_stmt->portalname;
      break;
    case PG_QUERY__NODE__NODE_COPY_STMT:
      copy_facts(*statement.copy_stmt, facts);
      break;
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
      read_options(statement.explain_stmt->n_options, statement.explain_stmt->options, facts);
      facts.explain_analyze = option_is_on(facts, "analyze");
      break;
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      read_options(statement.vacuum_stmt->n_options, statement.vacuum_stmt->options, facts);
      break;
    case PG_QUERY__NODE__NODE_LISTEN_STMT:
      facts.name = statement.listen_stmt->conditionname;
      break;
    case PG_QUERY__NODE__NODE_NOTIFY_STMT:
      facts.name = statement.notify_stmt->conditionname;
      break;
    case PG_QUERY__NODE__NODE_UNLISTEN_STMT:
      facts.name = statement.unlisten_stmt->conditionname;
      break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      into_facts(*statement.create_table_as_stmt->into, facts);
      facts.materialized =
          statement.create_table_as_stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
      facts.if_not_exists = statement.create_table_as_stmt->if_not_exists != 0;
      break;
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      if (const PgQuery__IntoClause* into = into_of(statement)) {
        into_facts(*into, facts);
        facts.has_inner = true;
        facts.into_query = without_into(statement, sql);
        if (!facts.into_query.empty()) {
          facts.inner = InnerStatement{0, static_cast<std::uint32_t>(facts.into_query.size())};
        }
      }
      break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      facts.temporary = is_temporary(*statement.view_stmt->view);
      facts.name = statement.view_stmt->view->relname;
      break;
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      facts.temporary = is_temporary(*statement.create_seq_stmt->sequence);
      facts.name = statement.create_seq_stmt->sequence->relname;
      break;
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      facts.temporary = is_temporary(*statement.create_stmt->relation);
      facts.name = statement.create_stmt->relation->relname;
      facts.drop_on_commit =
          statement.create_stmt->oncommit == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP;
      break;
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      if (statement.rename_stmt->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) {
        facts.name = statement.rename_stmt->newname;
      }
      break;
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      if (statement.alter_object_schema_stmt->relation != nullptr) {
        facts.name = statement.alter_object_schema_stmt->relation->relname;
      }
      break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      facts.concurrently = statement.index_stmt->concurrent != 0;
      break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
      facts.drops = true;
      facts.concurrently = statement.drop_stmt->concurrent != 0;
      facts.cascade = statement.drop_stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
      break;
    default:
      break;
  }
  if (const PgQuery__Node* node = inner_node(statement)) {
    facts.has_inner = true;
    facts.inner = inner_of(statement, *node, sql);
  }
  return facts;
}

}  // namespace pgveil::policy::sql
