// Deparsing with parentheses of our own. libpg_query 15-4.0.0 leaves them out in places:
//   (NOT a)::text        comes out as  NOT a::text
//   (a + b) AT TIME ZONE 'x'           a + b AT TIME ZONE 'x'
//   (ARRAY[1, 2])[1]                   ARRAY[1, 2][1]
//   a || (b COLLATE "C")               a || b COLLATE "C"
// and a blank in FOR UPDATE OF t NOWAIT. So each operand is printed by itself and spliced into its
// parent, where a marker $n kept its place.
#include "policy/sql/markers.hpp"
#include "policy/sql/scan.hpp"
#include "policy/sql/tree.hpp"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <map>

namespace pgveil::policy::sql {
namespace {

constexpr std::uint32_t kFirstMarker = 100'000'000;  // above those of deparse_with_holes
constexpr std::string_view kSelect = "SELECT ";

bool prints_as_operator(const PgQuery__FuncCall& call) {
  if (call.funcformat != PG_QUERY__COERCION_FORM__COERCE_SQL_SYNTAX || call.n_funcname == 0) {
    return false;
  }
  const std::string_view name = call.funcname[call.n_funcname - 1]->string->sval;
  return name == "timezone" || name == "is_normalized" || name == "overlaps";
}

/// Operands that may need parentheses.
bool is_compound(const PgQuery__Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_A_EXPR:
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
    case PG_QUERY__NODE__NODE_NULL_TEST:
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
    case PG_QUERY__NODE__NODE_TYPE_CAST:
    case PG_QUERY__NODE__NODE_CASE_EXPR:
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
    case PG_QUERY__NODE__NODE_SUB_LINK:
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
    case PG_QUERY__NODE__NODE_A_CONST:
    case PG_QUERY__NODE__NODE_XML_EXPR:
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
      return true;
    case PG_QUERY__NODE__NODE_FUNC_CALL:
      return prints_as_operator(*node.func_call);
    default:
      return false;
  }
}

/// `child` is an operand of `parent` in a place where any expression with parentheses may stand.
bool is_operand(const PgQuery__Node& parent, const PgQuery__Node& child) {
  switch (parent.node_case) {
    case PG_QUERY__NODE__NODE_A_EXPR:
      // The pattern of SIMILAR TO must stay the call that the grammar made of it.
      return parent.a_expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR &&
             child.node_case != PG_QUERY__NODE__NODE_A_CONST;
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
    case PG_QUERY__NODE__NODE_NULL_TEST:
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
      return child.node_case != PG_QUERY__NODE__NODE_A_CONST;
    case PG_QUERY__NODE__NODE_SUB_LINK:
      return &child == parent.sub_link->testexpr && child.node_case != PG_QUERY__NODE__NODE_A_CONST;
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
      return &child == parent.a_indirection->arg;
    case PG_QUERY__NODE__NODE_TYPE_CAST:
      // A constant's cast has spellings of its own (TRUE, '1'::interval day), which print well.
      return child.node_case != PG_QUERY__NODE__NODE_A_CONST;
    case PG_QUERY__NODE__NODE_FUNC_CALL:
      return prints_as_operator(*parent.func_call) &&
             child.node_case != PG_QUERY__NODE__NODE_A_CONST;
    default:
      return false;
  }
}

Result<std::string> print_alone(PgQuery__Node& expression) {
  Arena arena;
  const auto probe = parse_into(arena, "SELECT 1");
  if (!probe) return probe.error();
  (*probe)->stmts[0]->stmt->select_stmt->target_list[0]->res_target->val = &expression;
  auto sql = deparse_raw(**probe);
  if (!sql) return sql;
  if (sql->compare(0, kSelect.size(), kSelect) != 0) return make_error(Errc::Deparse, "operand");
  return sql->substr(kSelect.size());
}

/// Marks operands from the inside out, and keeps their SQL.
class OperandMarker : public Visitor {
 public:
  OperandMarker(Arena& arena, Markers& markers) : arena_(arena), markers_(markers) {}

  bool enter(ProtobufCMessage& message) override {
    if (failed) return false;
    if (message.descriptor == &pg_query__node__descriptor) {
      wrappers_.push_back(&reinterpret_cast<PgQuery__Node&>(message));
    } else if (message.descriptor == &pg_query__locking_clause__descriptor) {
      mark_locked(reinterpret_cast<PgQuery__LockingClause&>(message));
    }
    return true;
  }

  void leave(ProtobufCMessage& message) override {
    if (message.descriptor != &pg_query__node__descriptor) return;
    PgQuery__Node& node = *wrappers_.back();
    wrappers_.pop_back();
    if (failed || wrappers_.empty() || !is_compound(node) || !is_operand(*wrappers_.back(), node)) {
      return;
    }
    auto sql = print_alone(node);
    if (!sql) {
      error = sql.error();
      failed = true;
      return;
    }
    operands.push_back("(" + *sql + ")");
    markers_.put(node, kFirstMarker + static_cast<std::uint32_t>(operands.size() - 1));
  }

  ~OperandMarker() override {
    for (const auto& [range, name] : renamed_) range->relname = name;
  }

  std::vector<std::string> operands;
  std::map<std::string, std::string> names;  // quoted marker → quoted name
  Error error{};
  bool failed = false;

 private:
  /// The last name before NOWAIT and SKIP LOCKED: one that needs quotes is printed well.
  void mark_locked(PgQuery__LockingClause& clause) {
    if (clause.n_locked_rels == 0) return;
    PgQuery__RangeVar* last = clause.locked_rels[clause.n_locked_rels - 1]->range_var;
    std::string quoted = "\"";
    for (const char* c = last->relname; *c != '\0'; ++c) {
      if (*c == '"') quoted += '"';
      quoted += *c;
    }
    quoted += '"';
    const std::string marker = "Pgveil Locked " + std::to_string(names.size());
    names["\"" + marker + "\""] = quoted;
    renamed_.emplace_back(last, last->relname);
    last->relname = arena_.copy(marker);
  }

  Arena& arena_;
  Markers& markers_;
  std::vector<PgQuery__Node*> wrappers_;
  std::vector<std::pair<PgQuery__RangeVar*, char*>> renamed_;
};

/// Appends sql with its markers replaced; an operand's own markers have smaller numbers.
Result<void> expand(std::string_view sql, const OperandMarker& marked, std::string& out) {
  struct Frame {
    std::string_view sql;
    std::vector<Token> tokens;
    std::size_t next = 0;
    std::size_t done = 0;
  };

  std::vector<Frame> frames;
  const auto open = [&frames](std::string_view text) {
    auto tokens = scan(text);
    if (tokens) frames.push_back({text, std::move(*tokens)});
    return static_cast<bool>(tokens);
  };
  bool ok = open(sql);
  while (ok && !frames.empty()) {
    Frame& frame = frames.back();
    if (frame.next == frame.tokens.size()) {
      out += frame.sql.substr(frame.done);
      frames.pop_back();
      continue;
    }
    const Token token = frame.tokens[frame.next++];
    const std::uint32_t number = parameter_number(token, frame.sql);
    const auto name = token.kind == Token::Kind::QuotedIdentifier
                          ? marked.names.find(std::string(text_of(token, frame.sql)))
                          : marked.names.end();
    if (number < kFirstMarker && name == marked.names.end()) continue;
    out += frame.sql.substr(frame.done, token.location - frame.done);
    frame.done = token.location + token.length;
    if (name != marked.names.end()) {
      out += name->second + " ";
    } else if (number - kFirstMarker < marked.operands.size()) {
      ok = open(marked.operands[number - kFirstMarker]);
    } else {
      ok = false;
    }
  }
  if (!ok) return make_error(Errc::Deparse, "operands");
  return {};
}

}  // namespace

Result<std::string> deparse_with_parentheses(PgQuery__ParseResult& tree) {
  Arena arena;
  Markers markers(arena);
  OperandMarker marked(arena, markers);
  walk(tree.base, marked);
  if (marked.failed) return marked.error;
  const auto sql = deparse_raw(tree);
  if (!sql) return sql;
  std::string out;
  if (auto done = expand(*sql, marked, out); !done) return done.error();
  return out;
}

}  // namespace pgveil::policy::sql
