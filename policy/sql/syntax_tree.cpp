#include "policy/sql/syntax_tree.hpp"

#include "policy/sql/impl.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

/// What a constant's token run looks like when the grammar folded it in a way that literals_of did not
/// foresee, such as `-(5)`: from the sign to the last closing bracket.
LiteralRef folded_constant(const std::vector<Token>& tokens,
                           std::size_t first,
                           std::string_view sql) {
  LiteralRef literal;
  literal.location = tokens[first].location;
  std::size_t open = 0;
  std::size_t i = first;
  for (; i < tokens.size() && !is_literal(tokens[i].kind); ++i) {
    const std::string_view text = text_of(tokens[i], sql);
    if (text == "(") ++open;
    if (text == "-") literal.negative = !literal.negative;
  }
  if (i == tokens.size()) return literal;
  literal.cls =
      tokens[i].kind == Token::Kind::Float ? Literal::Class::Float : Literal::Class::Integer;
  for (; open > 0 && i + 1 < tokens.size(); --open) ++i;
  literal.length = tokens[i].location + tokens[i].length - literal.location;
  literal.in_tree = true;
  return literal;
}

/// Joins the scan's literals with the tree's constants. False: they differ.
bool match_literals(const std::vector<Token>& tokens,
                    std::string_view sql,
                    const std::vector<References::Constant>& constants,
                    std::vector<LiteralRef>& literals) {
  for (const Literal& literal : literals_of(tokens, sql)) {
    literals.push_back({literal, false});
  }
  bool agree = true;
  for (const References::Constant& constant : constants) {
    if (constant.location < 0) continue;
    const auto at = static_cast<std::uint32_t>(constant.location);
    const auto by_location = [](const auto& a, std::uint32_t b) { return a.location < b; };
    const auto literal = std::lower_bound(literals.begin(), literals.end(), at, by_location);
    const auto token = std::lower_bound(tokens.begin(), tokens.end(), at, by_location);
    if (literal != literals.end() && literal->location == at) {
      const bool national =
          token != tokens.begin() && (token - 1)->kind == Token::Kind::NationalPrefix;
      literal->in_tree = constant.expression && !national;
      continue;
    }
    if (token == tokens.end() || token->location != at) {
      agree = false;
      continue;
    }
    // A word that the grammar turned into a constant (EXTRACT(year …), LIMIT ALL) stays in the shape.
    if (token->kind == Token::Kind::Word && !is_word(*token, sql, "null") &&
        !is_word(*token, sql, "true") && !is_word(*token, sql, "false")) {
      continue;
    }
    agree = false;
    const LiteralRef folded =
        folded_constant(tokens, static_cast<std::size_t>(token - tokens.begin()), sql);
    // It takes the place of the scan's literals that it covers.
    const auto covered = [&](const LiteralRef& other) {
      return other.location >= folded.location &&
             other.location + other.length <= folded.location + folded.length;
    };
    std::erase_if(literals, covered);
    const auto place =
        std::lower_bound(literals.begin(), literals.end(), folded.location, by_location);
    literals.insert(place, folded);
  }
  return agree;
}

std::string last_part(std::size_t count, PgQuery__Node** names) {
  return count == 0 ? std::string{} : constant_text(names[count - 1]);
}

bool is_row(const PgQuery__Node* node) {
  return node != nullptr && node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR;
}

OperatorForm form_of(PgQuery__AExprKind kind) {
  switch (kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
      return OperatorForm::Op;
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
      return OperatorForm::OpAny;
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
      return OperatorForm::OpAll;
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
      return OperatorForm::Distinct;
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
      return OperatorForm::NotDistinct;
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
      return OperatorForm::NullIf;
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
      return OperatorForm::In;
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
      return OperatorForm::Like;
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
      return OperatorForm::ILike;
    case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
      return OperatorForm::Similar;
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM:
      return OperatorForm::Between;
    default:
      return OperatorForm::Other;
  }
}

}  // namespace

SyntaxTree::SyntaxTree(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SyntaxTree::SyntaxTree(SyntaxTree&&) noexcept = default;

SyntaxTree& SyntaxTree::operator=(SyntaxTree&&) noexcept = default;

SyntaxTree::~SyntaxTree() = default;

Result<SyntaxTree> SyntaxTree::parse(std::string_view sql, const SqlLimits& limits) {
  if (sql.size() > limits.max_bytes) return make_error(Errc::TooLarge, "SyntaxTree::parse");
  const auto tokens = scan(sql, limits.max_tokens);
  if (!tokens) return tokens.error();
  if (auto ok = check_bounds(sql, *tokens, limits); !ok) return ok.error();
  auto impl = std::make_unique<Impl>();
  impl->sql = std::string(sql);
  impl->limits = limits;
  const auto parsed = parse_into(impl->arena, sql);
  if (!parsed) return parsed.error();
  if ((*parsed)->n_stmts != 1 || (*parsed)->stmts[0]->stmt == nullptr) {
    return make_error(Errc::NotOneStatement, "SyntaxTree::parse");
  }
  impl->result = *parsed;
  PgQuery__Node& statement = impl->statement();
  impl->kind = kind_of(statement);
  impl->facts = facts_of(statement);
  impl->utility = utility_of(statement, sql);
  impl->references = references_of(statement);
  impl->cacheable = match_literals(*tokens, sql, impl->references.constants, impl->literals);
  impl->make_index();
  return SyntaxTree(std::move(impl));
}

SyntaxTree SyntaxTree::clone() const {
  auto copy = std::make_unique<Impl>();
  copy->sql = impl_->sql;
  copy->limits = impl_->limits;
  copy->result = copy_into(copy->arena, *impl_->result);
  copy->kind = impl_->kind;
  copy->facts = impl_->facts;
  copy->utility = impl_->utility;
  copy->references = impl_->references;
  copy->literals = impl_->literals;
  copy->cacheable = impl_->cacheable;
  return SyntaxTree(std::move(copy));
}

StatementKind SyntaxTree::kind() const { return impl_->kind; }

const StatementFacts& SyntaxTree::facts() const { return impl_->facts; }

const UtilityFacts& SyntaxTree::utility() const { return impl_->utility; }

const std::vector<TableRef>& SyntaxTree::tables() const { return impl_->references.tables; }

const std::vector<LiteralRef>& SyntaxTree::literals() const { return impl_->literals; }

const std::vector<ParameterRef>& SyntaxTree::parameters() const {
  return impl_->references.parameters;
}

std::vector<std::string> SyntaxTree::cte_names() const { return impl_->references.cte_names; }

bool SyntaxTree::cacheable_by_shape() const { return impl_->cacheable; }

std::vector<TableRef> SyntaxTree::utility_tables() const {
  std::vector<TableRef> tables = impl_->references.tables;
  std::erase_if(tables, [](const TableRef& table) { return table.cte; });
  const auto named = named_objects(impl_->statement());
  tables.insert(tables.end(), named.begin(), named.end());
  return tables;
}

std::string_view SyntaxTree::literal_text(std::uint16_t index) const {
  BOOST_ASSERT(index < impl_->literals.size());
  const LiteralRef& literal = impl_->literals[index];
  return std::string_view(impl_->sql).substr(literal.location, literal.length);
}

const std::string& SyntaxTree::text() const { return impl_->sql; }

bool SyntaxTree::contains(NodeRef node) const { return !impl_->find(node).empty(); }

std::vector<std::uint16_t> SyntaxTree::standing(
    const std::vector<std::uint16_t>& literal_indexes) const {
  const auto constants = find_constants(impl_->statement());
  std::vector<std::uint16_t> left;
  for (const std::uint16_t index : literal_indexes) {
    if (constants.contains(static_cast<std::int32_t>(impl_->literals[index].location))) {
      left.push_back(index);
    }
  }
  return left;
}

std::optional<OperatorForm> SyntaxTree::operator_form(std::int32_t location) const {
  const auto found = impl_->find({NodeKind::Operator, location});
  if (found.empty()) return std::nullopt;
  const PgQuery__AExpr& expression = *found[0].node->a_expr;
  const OperatorForm form = form_of(expression.kind);
  return form == OperatorForm::Op && (is_row(expression.lexpr) || is_row(expression.rexpr))
             ? OperatorForm::Row
             : form;
}

std::size_t SyntaxTree::list_size(std::int32_t location) const {
  const auto found = impl_->find({NodeKind::Operator, location});
  const PgQuery__Node* list = found.empty() ? nullptr : found[0].node->a_expr->rexpr;
  return list != nullptr && list->node_case == PG_QUERY__NODE__NODE_LIST ? list->list->n_items : 0;
}

std::vector<NodeRef> SyntaxTree::calls() const { return find_calls(impl_->statement()); }

std::vector<NodeRef> SyntaxTree::columns() const { return find_columns(impl_->statement()); }

std::string SyntaxTree::operator_name(std::int32_t location) const {
  const auto found = impl_->find({NodeKind::Operator, location});
  if (found.empty()) return {};
  return last_part(found[0].node->a_expr->n_name, found[0].node->a_expr->name);
}

std::vector<std::string> SyntaxTree::column_parts(std::int32_t location) const {
  std::vector<std::string> parts;
  const auto found = impl_->find({NodeKind::Column, location});
  if (found.empty()) return parts;
  const PgQuery__ColumnRef& column = *found[0].node->column_ref;
  for (std::size_t i = 0; i < column.n_fields; ++i) {
    const bool star = column.fields[i]->node_case == PG_QUERY__NODE__NODE_A_STAR;
    parts.push_back(star ? "*" : constant_text(column.fields[i]));
  }
  return parts;
}

bool SyntaxTree::inside_cast(NodeRef node) const {
  const auto found = impl_->find(node);
  return std::any_of(found.begin(), found.end(), [node](const FoundNode& one) {
    return whole_of(one, node, true) != whole_of(one, node, false);
  });
}

}  // namespace pgveil::policy::sql
