#include "policy/sql/split.hpp"

#include <pg_query.h>

#include <algorithm>
#include <string>

namespace pgveil::policy::sql {
namespace {

bool has_word(std::string_view sql, const std::vector<Token>& tokens, std::string_view word) {
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const Token& token) { return is_word(token, sql, word); });
}

/// The range from token first to before token last.
void add_range(const std::vector<Token>& tokens,
               std::size_t first,
               std::size_t last,
               std::vector<StatementRange>& out) {
  if (first >= last) return;
  const std::uint32_t location = tokens[first].location;
  out.push_back({location, tokens[last - 1].location + tokens[last - 1].length - location});
}

std::vector<StatementRange> split_tokens(std::string_view sql, const std::vector<Token>& tokens) {
  std::vector<StatementRange> out;
  std::size_t first = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::Punctuation) continue;
    const char c = sql[tokens[i].location];
    if (c == '(') {
      ++depth;
    } else if (c == ')') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == ';' && depth == 0) {
      add_range(tokens, first, i, out);
      first = i + 1;
    }
  }
  add_range(tokens, first, tokens.size(), out);
  return out;
}

/// With the parser, which knows where a BEGIN ATOMIC body ends.
Result<std::vector<StatementRange>> split_parsed(std::string_view sql,
                                                 const std::vector<Token>& tokens) {
  const std::string terminated(sql);
  const PgQuerySplitResult split = pg_query_split_with_parser(terminated.c_str());
  if (split.error != nullptr) {
    Error error = make_error(Errc::Syntax, "split", split.error->message);
    pg_query_free_split_result(split);
    return error;
  }
  std::vector<StatementRange> out;
  const auto by_location = [](const Token& token, std::uint32_t at) { return token.location < at; };
  for (int i = 0; i < split.n_stmts; ++i) {
    const auto begin = static_cast<std::uint32_t>(split.stmts[i]->stmt_location);
    const auto end = begin + static_cast<std::uint32_t>(split.stmts[i]->stmt_len);
    const auto first = std::lower_bound(tokens.begin(), tokens.end(), begin, by_location);
    const auto last = std::lower_bound(first, tokens.end(), end, by_location);
    add_range(tokens, static_cast<std::size_t>(first - tokens.begin()),
              static_cast<std::size_t>(last - tokens.begin()), out);
  }
  pg_query_free_split_result(split);
  return out;
}

}  // namespace

Result<std::vector<StatementRange>> split(std::string_view sql, const SqlLimits& limits) {
  if (sql.size() > limits.max_bytes) return make_error(Errc::TooLarge, "split");
  const auto tokens = scan(sql, limits.max_tokens);
  if (!tokens) return tokens.error();
  if (!has_word(sql, *tokens, "atomic")) return split_tokens(sql, *tokens);
  if (auto ok = check_bounds(sql, *tokens, limits); !ok) return ok.error();
  return split_parsed(sql, *tokens);
}

}  // namespace pgveil::policy::sql
