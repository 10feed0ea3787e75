// SQL out of a tree: the statement, one expression, text with holes.
#include "policy/sql/impl.hpp"
#include "policy/sql/markers.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

Result<std::string> print_expression(PgQuery__Node& expression) {
  Arena arena;
  const auto probe = parse_into(arena, "SELECT 1");
  if (!probe) return probe.error();
  (*probe)->stmts[0]->stmt->select_stmt->target_list[0]->res_target->val = &expression;
  auto sql = deparse_checked(**probe);
  constexpr std::string_view kSelect = "SELECT ";
  if (!sql) return sql;
  if (sql->compare(0, kSelect.size(), kSelect) != 0) {
    return make_error(Errc::Deparse, "expression_sql");
  }
  return sql->substr(kSelect.size());
}

}  // namespace

Result<std::string> SyntaxTree::deparse() const { return deparse_checked(*impl_->result); }

Result<std::string> SyntaxTree::expression_sql(
    NodeRef node, const std::vector<std::pair<NodeRef, std::string>>& edits) const {
  Arena arena;
  PgQuery__Node& statement = *copy_into(arena, *impl_->result)->stmts[0]->stmt;
  const auto found = find_nodes(statement, node);
  if (found.empty()) return make_error(Errc::NotFound, "expression_sql");
  PgQuery__Node& expression = *whole_of(found.front(), node, false);
  for (const auto& [ref, sql] : edits) {
    std::optional<NodeIndex> none;
    if (auto done =
            replace_in(arena, find_nodes(expression, ref), ref, sql, false, impl_->limits, none);
        !done) {
      return done.error();
    }
  }
  return print_expression(expression);
}

Result<SyntaxTree::Holes> SyntaxTree::deparse_with_holes(
    const std::vector<std::uint16_t>& literal_indexes, std::uint32_t marker_base) const {
  for (const ParameterRef& parameter : impl_->references.parameters) {
    if (static_cast<std::uint32_t>(parameter.number) >= marker_base) {
      return make_error(Errc::NotPossible, "deparse_with_holes: the client's own parameter");
    }
  }
  Arena arena;
  Markers markers(arena);
  const auto constants = find_constants(impl_->statement());
  for (const std::uint16_t index : literal_indexes) {
    if (index >= impl_->literals.size()) return make_error(Errc::NotFound, "deparse_with_holes");
    const NodeRef ref{NodeKind::Literal,
                      static_cast<std::int32_t>(impl_->literals[index].location)};
    const auto [first, last] = constants.equal_range(ref.location);
    if (first == last) return make_error(Errc::NotFound, "deparse_with_holes");
    for (auto it = first; it != last; ++it) {
      markers.put(*whole_of(it->second, ref, false), marker_base + index);
    }
  }
  const auto sql = deparse_checked(*impl_->result);
  if (!sql) return sql.error();
  const auto tokens = scan(*sql);
  if (!tokens) return tokens.error();

  Holes holes;
  std::string piece;
  std::size_t done = 0;
  for (const Token& token : *tokens) {
    const std::uint32_t number = parameter_number(token, *sql);
    if (number < marker_base) continue;
    piece.append(*sql, done, token.location - done);
    const std::size_t index = number - marker_base;
    const bool negative = index < impl_->literals.size() && impl_->literals[index].negative;
    // -5::int2 is not (-5)::int2.
    if (negative) piece += '(';
    holes.pieces.push_back(std::move(piece));
    holes.holes.push_back(number);
    piece = negative ? ")" : "";
    done = token.location + token.length;
  }
  holes.pieces.push_back(piece.append(*sql, done));
  return holes;
}

}  // namespace pgveil::policy::sql
