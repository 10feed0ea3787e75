#include "proxy/session/text_plan.hpp"

#include "policy/sql/shape.hpp"
#include "proxy/session/error_scrub.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

using policy::sql::ShapeSecret;

const ShapeSecret& shape_secret() {
  static const ShapeSecret secret = ShapeSecret::random();
  return secret;
}

/// Without what may follow a single statement: its semicolon and blanks.
std::string_view without_end(std::string_view sql) {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  std::size_t end = sql.find_last_not_of(kBlanks);
  if (end != std::string_view::npos && sql[end] == ';') {
    end = sql.substr(0, end).find_last_not_of(kBlanks);
  }
  return end == std::string_view::npos ? std::string_view() : sql.substr(0, end + 1);
}

struct ShapedText {
  policy::sql::ShapeKey shape;
  std::vector<LiteralText> literals;
  std::vector<std::uint32_t> positions;
};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Nothing when the text has no shape, or none that we may trust: with backslashes in plain strings the
/// server reads other tokens.
std::optional<ShapedText> shape_text(const SessionSettings& settings, std::string_view sql) {
  if (settings.standard_conforming_strings != "on") {
    return std::nullopt;
  }
  const auto shape = policy::sql::shape_of(sql, shape_secret());
  if (!shape) {
    return std::nullopt;
  }
  ShapedText shaped;
  shaped.shape = (*shape).key;
  std::size_t counted = 0;  // bytes
  std::size_t before = 0;   // characters in them
  for (const auto& literal : (*shape).literals) {
    shaped.literals.emplace_back(sql.substr(literal.location, literal.length));
    before += characters(sql.substr(counted, literal.location - counted));
    counted = literal.location;
    shaped.positions.push_back(static_cast<std::uint32_t>(before));
  }
  return shaped;
}

/// Views `shaped`.
PlanKey shape_key(const PlanKey& text_key, const ShapedText& shaped) {
  PlanKey key = text_key;
  key.kind = PlanKey::Kind::Shape;
  key.text = protocol::as_text(std::as_bytes(std::span(shaped.shape.words)));
  return key;
}

/// The plan of one statement, by shape or by the planner.
std::variant<PlannedStatement, protocol::ErrorFields> plan_statement(Planner& planner,
                                                                     PlanCache& cache,
                                                                     const TextPlanRequest& request,
                                                                     const PlanKey& key,
                                                                     const StatementText& range) {
  PlanRequest one;
  one.sql = request.sql.substr(range.offset, range.length);
  const auto shaped = shape_text(request.settings->value, one.sql);
  if (shaped && !request.fresh) {
    if (auto plan = cache.find_shape(shape_key(key, *shaped), shaped->literals)) {
      return PlannedStatement{range.offset, range.length, std::move(plan), shaped->literals,
                              shaped->positions};
    }
  }
  cache.count_miss();
  one.declared_parameter_types = request.declared_parameter_types;
  one.settings = request.settings->value;
  one.login = request.login;
  one.current_user = request.settings->value.current_user();
  one.in_block = request.in_block;
  one.simple_protocol = request.simple_protocol;
  PlanResult result = planner.plan(one);
  if (auto* error = std::get_if<protocol::ErrorFields>(&result)) {
    return std::move(*error);
  }
  auto plan = std::get<std::shared_ptr<const PreparedPlan>>(std::move(result));
  if (shaped) {
    cache.store_shape(shape_key(key, *shaped), plan);
  }
  std::vector<LiteralText> literals = plan->literals;
  return PlannedStatement{range.offset, range.length, std::move(plan), std::move(literals),
                          shaped ? shaped->positions : std::vector<std::uint32_t>()};
}

}  // namespace

std::shared_ptr<const TextPlan> find_text_plan(PlanCache& cache, const PlanKey& key) {
  if (auto plans = cache.find(key)) {
    return plans;
  }
  const std::string_view sql = without_end(key.text);
  auto shaped = shape_text(key.settings->value, sql);
  if (!shaped) {
    return nullptr;
  }
  auto plan = cache.find_shape(shape_key(key, *shaped), shaped->literals);
  if (plan == nullptr) {
    return nullptr;
  }
  auto plans = std::make_shared<TextPlan>();
  plans->statements.push_back(PlannedStatement{
      0, sql.size(), std::move(plan), std::move(shaped->literals), std::move(shaped->positions)});
  return plans;
}

PlannedText plan_text(Planner& planner, PlanCache& cache, const TextPlanRequest& request) {
  const std::string role_key =
      planner.role_key(request.login, request.settings->value.current_user());
  PlanKey key;
  key.text = request.sql;
  key.declared_parameter_types = request.declared_parameter_types;
  key.simple_protocol = request.simple_protocol;
  key.role_key = role_key;
  key.epochs = planner.epochs();
  key.settings = request.settings;
  PlannedText planned;
  auto plans = std::make_shared<TextPlan>();
  SplitResult split = planner.split(request.sql);
  if (auto* error = std::get_if<protocol::ErrorFields>(&split)) {
    planned.error = std::move(*error);
    planned.nothing_runs = true;
    planned.plans = std::move(plans);
    return planned;
  }
  const auto& ranges = std::get<std::vector<StatementText>>(split);
  if (!request.simple_protocol && ranges.size() > 1) {
    planned.error = protocol::make_error(
        "ERROR", "42601", "cannot insert multiple commands into a prepared statement");
    planned.nothing_runs = true;
    planned.plans = std::move(plans);
    return planned;
  }
  for (const StatementText& range : ranges) {
    if (!plans->statements.empty() &&
        plans->statements.back().plan->plan.effect != policy::SessionEffect::None) {
      planned.rest_at = range.offset;
      break;
    }
    auto result = plan_statement(planner, cache, request, key, range);
    if (auto* error = std::get_if<protocol::ErrorFields>(&result)) {
      shift_position(*error, characters(std::string_view(request.sql).substr(0, range.offset)));
      planned.error = std::move(*error);
      break;
    }
    plans->statements.push_back(std::get<PlannedStatement>(std::move(result)));
    const auto before = static_cast<std::uint32_t>(
        characters(std::string_view(request.sql).substr(0, range.offset)));
    for (std::uint32_t& position : plans->statements.back().literal_positions) {
      position += before;
    }
  }
  planned.plans = plans;
  const bool by_shape = ranges.size() == 1 && !plans->statements.empty() &&
                        plans->statements.front().plan->cacheable_by_shape &&
                        !plans->statements.front().literals.empty();
  if (!planned.error && !planned.rest_at && !by_shape) {
    cache.store(key, std::move(plans));
  }
  return planned;
}

}  // namespace pgveil::proxy
