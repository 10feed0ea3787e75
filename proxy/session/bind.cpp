#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/sql_names.hpp"
#include "proxy/session/stale_plan.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

using protocol::ErrorFields;
using protocol::make_error;

bool fits(std::size_t formats, std::size_t count) { return formats <= 1 || formats == count; }

std::optional<ErrorFields> check_formats(const std::vector<std::int16_t>& formats) {
  const auto bad =
      std::ranges::find_if(formats, [](std::int16_t format) { return format != 0 && format != 1; });
  if (bad == formats.end()) {
    return std::nullopt;
  }
  return make_error("ERROR", "22023", "unsupported format code: " + std::to_string(*bad));
}

/// What the server says of counts and codes that do not fit the client's view of the statement.
std::optional<ErrorFields> check_bind(const protocol::Bind& bind, const PreparedPlan& plan) {
  const std::size_t count = bind.values.size();
  if (!fits(bind.formats.size(), count)) {
    return make_error("ERROR", "08P01",
                      "bind message has " + std::to_string(bind.formats.size()) +
                          " parameter formats but " + std::to_string(count) + " parameters");
  }
  if (count != plan.parameter_types.size()) {
    return make_error("ERROR", "08P01",
                      "bind message supplies " + std::to_string(count) +
                          " parameters, but prepared statement \"" + std::string(bind.statement) +
                          "\" requires " + std::to_string(plan.parameter_types.size()));
  }
  if (auto error = check_formats(bind.formats)) {
    return error;
  }
  if (!plan.columns) {
    return std::nullopt;
  }
  if (!fits(bind.result_formats.size(), plan.columns->size())) {
    return make_error("ERROR", "08P01",
                      "bind message has " + std::to_string(bind.result_formats.size()) +
                          " result formats but query has " + std::to_string(plan.columns->size()) +
                          " columns");
  }
  return check_formats(bind.result_formats);
}

std::vector<ClientValue> copy_values(const protocol::Bind& bind) {
  std::vector<ClientValue> values(bind.values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i].format = protocol::format_of(bind.formats, i);
    if (bind.values[i]) {
      values[i].bytes.emplace(bind.values[i]->begin(), bind.values[i]->end());
    }
  }
  return values;
}

const std::vector<policy::ServerParameter>* server_parameters(const PreparedPlan& plan) {
  if (const auto* in_place = std::get_if<policy::InPlace>(&plan.plan.decision)) {
    return &in_place->server_parameters;
  }
  if (const auto* split = std::get_if<policy::Split>(&plan.plan.decision)) {
    return &split->server_parameters;
  }
  return nullptr;
}

bool same_description(const PreparedPlan& a, const PreparedPlan& b) {
  return a.columns == b.columns && a.parameter_types == b.parameter_types;
}

void encode_server_bind(protocol::Bytes& out,
                        const Portal& portal,
                        const std::vector<ServerValue>& values,
                        std::vector<std::int16_t> result_formats) {
  protocol::Bind bind;
  bind.portal = portal.upstream;
  bind.statement = portal.statement->upstream;
  for (const ServerValue& value : values) {
    bind.formats.push_back(value.format);
    bind.values.emplace_back(value.bytes ? protocol::Cell(*value.bytes) : protocol::Cell());
  }
  bind.result_formats = std::move(result_formats);
  protocol::encode_bind(out, bind);
}

}  // namespace

std::vector<std::int16_t> upstream_formats(const PreparedPlan& plan,
                                           const std::vector<std::int16_t>& client_formats) {
  if (std::holds_alternative<policy::Split>(plan.plan.decision)) {
    return {1};
  }
  const auto* in_place = std::get_if<policy::InPlace>(&plan.plan.decision);
  return in_place == nullptr ? std::vector<std::int16_t>()
                             : output_formats(in_place->outputs, client_formats);
}

std::vector<std::int16_t> output_formats(const std::vector<policy::ServerOutput>& outputs,
                                         const std::vector<std::int16_t>& client_formats) {
  std::vector<std::int16_t> formats;
  std::size_t column = 0;
  for (const policy::ServerOutput& output : outputs) {
    switch (output.kind) {
      case policy::ServerOutput::Kind::Forward:
        formats.push_back(column < client_formats.size() ? client_formats[column]
                                                         : std::int16_t{0});
        ++column;
        break;
      case policy::ServerOutput::Kind::Open:
        formats.push_back(1);
        ++column;
        break;
      case policy::ServerOutput::Kind::Subject:
        formats.push_back(0);
        break;
    }
  }
  return formats;
}

Taken BrainCore::on_bind(const protocol::MessageView& message, Actions& out) {
  const auto decoded = protocol::decode_bind(message.body);
  if (!decoded) {
    return refuse_extended("-", make_error("ERROR", "08P01", "invalid message format"),
                           FailsAt::Analysis, out);
  }
  const protocol::Bind& bind = *decoded;
  auto statement = names_.statement(bind.statement);
  if (statement != nullptr && statement->gone) {
    protocol::encode_bind(out.to_server, {"", kMissing, {}, {}, {}});
    return refuse_missing(Owed::Bind, no_statement());
  }
  const auto taken = names_.portal(bind.portal);
  if (!bind.portal.empty() && taken != nullptr && statement != nullptr &&
      (taken->upstream != taken->name || statement->kind() != PlanKind::Pass)) {
    // The server knows that portal by another name, so whether it still stands is for us to know.
    if (!queue_.empty()) {
      ensure_flush(out);
      return Taken::Wait;
    }
    return refuse_extended(
        "-", make_error("ERROR", "42P03", "cursor \"" + taken->name + "\" already exists"),
        FailsAt::Analysis, out);
  }
  if (statement != nullptr) {
    std::optional<ErrorFields> refusal;
    statement = refresh(statement, refusal, out);
    if (refusal) {
      return refuse_extended("-", *refusal, FailsAt::Analysis, out);
    }
    if (statement == nullptr) {
      return Taken::Wait;
    }
    if (statement->kind() != PlanKind::Pass) {
      return bind_planned(bind, statement, out);
    }
  }
  auto portal = std::make_shared<Portal>();
  portal->settings_version = settings_version_;
  portal->settings = settings_;
  portal->name = significant(bind.portal);
  portal->upstream = portal->name;
  portal->statement = statement;
  if (statement == nullptr || statement->upstream == significant(bind.statement)) {
    forward_to_server(message.frame, out);
  } else {
    protocol::Bind renamed = bind;
    renamed.statement = statement->upstream;
    protocol::encode_bind(out.to_server, renamed);
  }
  names_.expect(portal);
  Owing entry;
  entry.kind = Owed::Bind;
  entry.name = portal->name;
  entry.portal = std::move(portal);
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

Taken BrainCore::bind_planned(const protocol::Bind& bind,
                              const std::shared_ptr<Statement>& statement,
                              Actions& out) {
  const PreparedPlan& plan = *statement->planned.plan;
  if (const auto error = check_bind(bind, plan)) {
    return refuse_extended("-", *error, FailsAt::Analysis, out);
  }
  auto portal = std::make_shared<Portal>();
  portal->settings_version = settings_version_;
  portal->name = significant(bind.portal);
  portal->upstream = upstream_name(portal->name, statement->kind(), 'p');
  portal->statement = statement;
  portal->settings = settings_;
  portal->parameters = copy_values(bind);
  for (std::size_t i = 0; plan.columns && i < plan.columns->size(); ++i) {
    portal->formats.push_back(protocol::format_of(bind.result_formats, i));
  }
  if (plan.copies_out()) {
    portal->formats = copy_formats(*plan.copy);
  }
  std::vector<ServerValue> values;
  if (const auto* parameters = server_parameters(plan)) {
    ValueInput input;
    input.literals = &statement->planned.literals;
    input.parameters = &portal->parameters;
    input.settings = settings_.get();
    FilledParameters filled = services_.values->fill_parameters(*parameters, input, converted(0));
    if (auto* conversions = std::get_if<std::vector<Conversion>>(&filled)) {
      ask_conversions(std::move(*conversions), 0, out);
      return Taken::Wait;
    }
    if (const auto* error = std::get_if<ErrorFields>(&filled)) {
      return refuse_extended("-", *error, FailsAt::Analysis, out);
    }
    values = std::get<std::vector<ServerValue>>(std::move(filled));
  }
  encode_server_bind(out.to_server, *portal, values, upstream_formats(plan, portal->formats));
  if (statement->kind() == PlanKind::InPlace) {
    portal->parameters.clear();
  }
  names_.expect(portal);
  Owing entry;
  entry.kind = Owed::Bind;
  entry.name = portal->name;
  entry.portal = std::move(portal);
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

std::shared_ptr<Statement> BrainCore::refresh(const std::shared_ptr<Statement>& statement,
                                              std::optional<ErrorFields>& refusal,
                                              Actions& out) {
  const PreparedPlan* old = statement->planned.plan.get();
  if (old == nullptr && !statement->by_sql) {
    return statement;
  }
  if (!may_plan(out)) {
    return nullptr;
  }
  if (old != nullptr && statement->settings_version == settings_version_ &&
      old->epochs == services_.planner->epochs()) {
    return statement;
  }
  PlannedText* planned = plan(statement->sql, statement->declared_parameter_types, false, out);
  if (planned == nullptr) {
    return nullptr;
  }
  if (planned->error || planned->plans->statements.size() != 1) {
    refusal = planned->error ? *planned->error : make_error("ERROR", "0A000", "plan is gone");
    return nullptr;
  }
  const PlannedStatement& now = planned->plans->statements.front();
  const PlanKind kind = kind_of(*now.plan);
  if (kind == PlanKind::Refuse) {
    refusal = refusal_of(*now.plan);
    record_refusal(now.plan, *refusal, out);
    return nullptr;
  }
  if (old != nullptr && !same_description(*old, *now.plan)) {
    refusal = result_type_changed();
    return nullptr;
  }
  const bool passes = kind == PlanKind::Pass && statement->kind() == PlanKind::Pass &&
                      !statement->placeholder && statement->expansion == work_.expansion;
  if (now.plan == statement->planned.plan || passes) {
    statement->planned = now;
    statement->settings_version = settings_version_;
    return statement;
  }
  return prepare_again(*statement, now, refusal, out);
}

/// Another plan for the same statement: prepared beside the old one, under a name that is free.
std::shared_ptr<Statement> BrainCore::prepare_again(const Statement& old,
                                                    const PlannedStatement& now,
                                                    std::optional<ErrorFields>& refusal,
                                                    Actions& out) {
  auto fresh = std::make_shared<Statement>(old);
  fresh->planned = now;
  fresh->expansion = work_.expansion;
  fresh->settings_version = settings_version_;
  const PlanKind kind = fresh->kind();
  // A name of ours also where the plan is Pass: the client's own name may still be taken upstream.
  fresh->upstream = upstream_name(fresh->name, PlanKind::InPlace, 's');
  std::string sent = kind == PlanKind::Local ? local_sql(*now.plan) : fresh->text();
  std::vector<std::uint32_t> types =
      kind == PlanKind::Pass ? fresh->declared_parameter_types : std::vector<std::uint32_t>();
  if (const auto* parameters = server_parameters(*now.plan)) {
    constexpr std::size_t kSecondFill = 1;  // the first is that of the values
    auto filled = fill_sql(*now.plan, now.literals, fresh->text(), kSecondFill, out);
    if (!filled) {
      return nullptr;
    }
    if (auto* error = std::get_if<ErrorFields>(&*filled)) {
      refusal = std::move(*error);
      return nullptr;
    }
    sent = std::get<std::string>(std::move(*filled));
    for (const policy::ServerParameter& parameter : *parameters) {
      types.push_back(parameter.declared_type);
    }
  }
  batch_open_ = true;
  if (!old.name.empty()) {
    protocol::encode_close(out.to_server, {protocol::Target::Statement, old.upstream});
    Owing closing;
    closing.kind = Owed::CloseStatement;
    closing.shown = Shown::RowsAndErrors;
    owe(std::move(closing));
  }
  protocol::encode_parse(out.to_server, {fresh->upstream, sent, types});
  names_.expect(fresh);
  Owing entry;
  entry.kind = Owed::Parse;
  entry.shown = Shown::RowsAndErrors;
  entry.name = fresh->name;
  entry.statement = fresh;
  owe(std::move(entry));
  return fresh;
}

}  // namespace pgveil::proxy
