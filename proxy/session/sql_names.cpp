#include "proxy/session/sql_names.hpp"

#include "policy/sql/scan.hpp"
#include "proxy/session/run.hpp"

#include <algorithm>
#include <charconv>

namespace pgveil::proxy {

namespace {

using policy::sql::FetchDirection;

protocol::ErrorFields wrong_number(const SqlExecute& execute, std::size_t expected) {
  return protocol::make_error(
      "ERROR", "42601", "wrong number of parameters for prepared statement \"" + execute.name + '"',
      "Expected " + std::to_string(expected) + " parameters but got " +
          std::to_string(execute.arguments.size()) + '.');
}

protocol::ErrorFields backward_scan() {
  return protocol::make_error("ERROR", "55000", "cursor can only scan forward", {},
                              "Declare it with SCROLL option to enable backward scan.");
}

/// Rows [first, first + count) in the order of the answer, or against it, and where the cursor is then.
struct Walk {
  std::size_t first = 0;
  std::size_t count = 0;
  bool backward = false;
  std::size_t position = 0;
};

/// Positions: 0 before the first row, 1 … rows on a row, rows + 1 behind the last.
class Walker {
 public:
  Walker(std::size_t rows, std::size_t position) : rows_(rows), position_(position) {}

  [[nodiscard]] Walk walk(FetchDirection direction, std::int64_t count) const {
    switch (direction) {
      case FetchDirection::Forward:
        return count < 0 ? backward(negated(count)) : forward(count);
      case FetchDirection::Backward:
        return count < 0 ? forward(negated(count)) : backward(count);
      case FetchDirection::Absolute:
        if (count > 0) {
          return single(count);
        }
        return single(count == 0 ? 0
                                 : std::max<std::int64_t>(0, signed_rows() + 1 - negated(count)));
      case FetchDirection::Relative: {
        const auto at = static_cast<std::int64_t>(position_);
        const std::int64_t to = count > 0 && count > signed_rows() + 1 - at ? signed_rows() + 1
                                : count < 0 && negated(count) > at          ? 0
                                                                            : at + count;
        return single(to);
      }
    }
    return {};
  }

 private:
  [[nodiscard]] std::int64_t signed_rows() const { return static_cast<std::int64_t>(rows_); }

  static std::int64_t negated(std::int64_t count) {
    return count == std::numeric_limits<std::int64_t>::min() ? policy::sql::kFetchAll : -count;
  }

  [[nodiscard]] bool on_row() const { return position_ >= 1 && position_ <= rows_; }

  /// FETCH 0 gives the current row again.
  [[nodiscard]] Walk again() const {
    return {on_row() ? position_ - 1 : 0, on_row() ? std::size_t{1} : 0, false, position_};
  }

  [[nodiscard]] Walk forward(std::int64_t count) const {
    if (count == 0) {
      return again();
    }
    const std::size_t left = position_ >= rows_ ? 0 : rows_ - position_;
    const auto wanted = static_cast<std::uint64_t>(count);
    if (wanted > left) {
      return {position_, left, false, rows_ + 1};
    }
    return {position_, static_cast<std::size_t>(wanted), false,
            position_ + static_cast<std::size_t>(wanted)};
  }

  [[nodiscard]] Walk backward(std::int64_t count) const {
    if (count == 0) {
      return again();
    }
    const std::size_t before = position_ == 0 ? 0 : std::min(position_ - 1, rows_);
    const auto wanted = static_cast<std::uint64_t>(count);
    if (wanted > before) {
      return {0, before, true, 0};
    }
    const std::size_t some = static_cast<std::size_t>(wanted);
    return {before - some, some, true, before - some + 1};
  }

  [[nodiscard]] Walk single(std::int64_t to) const {
    const auto at = static_cast<std::size_t>(std::clamp<std::int64_t>(to, 0, signed_rows() + 1));
    const bool row = at >= 1 && at <= rows_;
    return {row ? at - 1 : 0, row ? std::size_t{1} : 0, false, at};
  }

  std::size_t rows_;
  std::size_t position_;
};

}  // namespace

std::variant<std::string, protocol::ErrorFields> expand_execute(const Statement& prepared,
                                                                const SqlExecute& execute) {
  const std::vector<std::string>& types = prepared.types_of_arguments();
  if (types.size() != execute.arguments.size()) {
    return wrong_number(execute, types.size());
  }
  const auto tokens = policy::sql::scan(prepared.sql);
  if (!tokens) {
    return protocol::make_error("ERROR", "0A000", "the prepared statement is not understood");
  }
  std::string text;
  std::size_t copied = 0;
  for (const policy::sql::Token& token : *tokens) {
    if (token.kind != policy::sql::Token::Kind::Parameter) {
      continue;
    }
    const std::string_view number = policy::sql::text_of(token, prepared.sql).substr(1);
    std::size_t index = 0;
    (void)std::from_chars(number.data(), number.data() + number.size(), index);
    if (index == 0 || index > types.size()) {
      return wrong_number(execute, types.size());
    }
    text.append(prepared.sql, copied, token.location - copied);
    text += " CAST(" + execute.arguments[index - 1].sql + " AS " + types[index - 1] + ") ";
    copied = token.location + token.length;
  }
  text.append(prepared.sql, copied);
  return text;
}

std::string with_cursor_name(std::string_view sql, std::string_view name) {
  const auto tokens = policy::sql::scan(sql);
  std::size_t last = tokens ? (*tokens).size() : 0;
  while (last > 0 && policy::sql::text_of((*tokens)[last - 1], sql) == ";") {
    --last;
  }
  if (last == 0) {
    return std::string(sql);
  }
  std::string text(sql.substr(0, (*tokens)[last - 1].location));
  text += '"';
  for (const char c : name) {
    text.append(c == '"' ? 2 : 1, c);
  }
  return text + '"';
}

std::shared_ptr<const PreparedPlan> plan_of_fetch(const std::shared_ptr<const Portal>& cursor,
                                                  const SqlFetch& fetch) {
  const PreparedPlan& rows = *cursor->statement->planned.plan;
  auto plan = std::make_shared<PreparedPlan>();
  plan->epochs = rows.epochs;
  SqlFetch named = fetch;
  named.cursor = cursor;
  plan->sql_name = std::move(named);
  plan->plan.touches_tagged = true;
  const auto* read = std::get_if<policy::InPlace>(&rows.plan.decision);
  if (cursor->by_sql && cursor->evaluated) {
    plan->plan.decision = policy::Local{};
  } else if (read == nullptr) {
    plan->plan.decision = policy::Refuse{};
    plan->refusal = protocol::make_error(
        "ERROR", "0A000", "FETCH and MOVE do not know a portal whose rows pgveil computes", {},
        "Execute it by the driver, or use DECLARE.");
    return plan;
  } else {
    policy::InPlace in_place;
    in_place.server_sql.text = {cursor->by_sql ? fetch.sql
                                               : with_cursor_name(fetch.sql, cursor->upstream)};
    if (!fetch.move) {
      in_place.outputs = read->outputs;
      plan->plan.evidence = rows.plan.evidence;
      plan->audit_evidence = rows.audit_evidence;
    }
    plan->plan.decision = std::move(in_place);
  }
  if (!fetch.move) {
    plan->columns = rows.columns;
  }
  return plan;
}

EvaluateResult fetch_rows(Portal& cursor, const SqlFetch& fetch) {
  const std::vector<std::size_t>& ends = cursor.rows.row_ends;
  const Walk walk = Walker(ends.size(), cursor.position).walk(fetch.direction, fetch.count);
  if (cursor.no_scroll && (walk.backward || walk.position < cursor.position)) {
    return backward_scan();
  }
  EvaluatedRows rows;
  for (std::size_t i = 0; !fetch.move && i < walk.count; ++i) {
    const std::size_t row = walk.backward ? walk.first + walk.count - 1 - i : walk.first + i;
    const std::size_t from = row == 0 ? 0 : ends[row - 1];
    protocol::put_bytes(rows.data_rows,
                        protocol::ByteView(cursor.rows.data_rows).subspan(from, ends[row] - from));
    rows.row_ends.push_back(rows.data_rows.size());
  }
  rows.command_tag = (fetch.move ? "MOVE " : "FETCH ") + std::to_string(walk.count);
  cursor.position = walk.position;
  return rows;
}

std::string local_sql(const PreparedPlan& plan) {
  const auto* fetch = std::get_if<SqlFetch>(&plan.sql_name);
  return fetch != nullptr ? fetch->sql : std::string(kNoRows);
}

const SqlDeclare* declares_buffered(const PreparedPlan& plan) {
  const auto* declare = std::get_if<SqlDeclare>(&plan.sql_name);
  const PlanKind kind = kind_of(plan);
  return kind == PlanKind::Split || kind == PlanKind::Local ? declare : nullptr;
}

std::string companion_sql(const SqlDeclare& declare) {
  return declare.prefix + std::string(kNoRows);
}

}  // namespace pgveil::proxy
