#include "policy/sql/bounds.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy::sql {
namespace {

using Kind = Token::Kind;

// Words that, like an operator, put one more level above what stands left or right of them.
constexpr std::array<std::string_view, 14> kOperatorWords = {
    "at",     "between", "collate", "escape",  "ilike",    "in",       "is",
    "isnull", "like",    "not",     "notnull", "operator", "overlaps", "similar"};
// Words that start another expression at the same level.
constexpr std::array<std::string_view, 21> kExpressionStarts = {
    "and",    "by",   "else",  "from",   "group",  "having",    "limit",
    "offset", "on",   "or",    "order",  "return", "returning", "select",
    "set",    "then", "using", "values", "when",   "where",     "window"};
constexpr std::array<std::string_view, 4> kChainWords = {"except", "intersect", "join", "union"};

bool one_of(const Token& token, std::string_view sql, const auto& words) {
  return std::ranges::any_of(words,
                             [&](std::string_view word) { return is_word(token, sql, word); });
}

/// One open bracket or CASE. A level's depth is at most: its chains + the operators of its longest
/// expression + the deepest bracket inside it + a few levels for the bracket itself.
struct Level {
  bool is_case = false;
  std::uint32_t chains = 0;     // UNION, JOIN: never reset
  std::uint32_t operators = 0;  // of the current expression
  std::uint32_t inner = 0;      // deepest bracket closed in the current expression
  std::uint32_t deepest = 0;    // of the expressions before

  void end_expression() {
    deepest = std::max(deepest, operators + inner);
    operators = 0;
    inner = 0;
  }

  [[nodiscard]] std::uint32_t depth() const {
    // 3: a sub-select costs three levels where a call costs one.
    return 3 + chains + std::max(deepest, operators + inner);
  }
};

}  // namespace

std::uint32_t depth_bound(std::string_view sql, const std::vector<Token>& tokens) {
  std::vector<Level> levels(1);
  const auto close = [&levels] {
    const std::uint32_t depth = levels.back().depth();
    levels.pop_back();
    levels.back().inner = std::max(levels.back().inner, depth);
  };
  std::uint32_t bound = 0;
  for (const Token& token : tokens) {
    Level& level = levels.back();
    if (token.kind == Kind::Operator) {
      ++level.operators;
    } else if (token.kind == Kind::Punctuation) {
      switch (sql[token.location]) {
        case '(':
        case '[':
          levels.emplace_back();
          break;
        case ')':
        case ']':
          while (levels.size() > 1 && levels.back().is_case) close();
          if (levels.size() > 1) close();
          break;
        case ',':
          level.end_expression();
          break;
        case ';':
          while (levels.size() > 1) close();
          bound = std::max(bound, levels.back().depth());
          levels.back() = Level{};
          break;
        default:
          break;
      }
    } else if (token.kind == Kind::Word && token.length <= 9) {
      if (is_word(token, sql, "case")) {
        levels.emplace_back().is_case = true;
      } else if (is_word(token, sql, "end")) {
        if (level.is_case) close();
      } else if (one_of(token, sql, kOperatorWords)) {
        ++level.operators;
      } else if (one_of(token, sql, kChainWords)) {
        level.end_expression();
        ++level.chains;
      } else if (one_of(token, sql, kExpressionStarts)) {
        level.end_expression();
      }
    }
  }
  while (levels.size() > 1) close();
  return std::max(bound, levels.back().depth());
}

Result<void> check_bounds(std::string_view sql,
                          const std::vector<Token>& tokens,
                          const SqlLimits& limits) {
  if (sql.size() > limits.max_bytes) return make_error(Errc::TooLarge, "check_bounds");
  if (tokens.size() > limits.max_tokens) return make_error(Errc::TooLarge, "check_bounds");
  if (depth_bound(sql, tokens) > limits.max_depth) {
    return make_error(Errc::TooDeep, "check_bounds");
  }
  return {};
}

Result<void> check_bounds(std::string_view sql, const SqlLimits& limits) {
  if (sql.size() > limits.max_bytes) return make_error(Errc::TooLarge, "check_bounds");
  const auto tokens = scan(sql, limits.max_tokens);
  if (!tokens) return tokens.error();
  return check_bounds(sql, *tokens, limits);
}

}  // namespace pgveil::policy::sql
