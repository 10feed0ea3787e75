#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/sql_names.hpp"

namespace pgveil::proxy {

namespace {

protocol::ErrorFields invalid_format() {
  return protocol::make_error("ERROR", "08P01", "invalid message format");
}

std::vector<std::uint32_t> declared_types(const PreparedPlan& plan) {
  std::vector<std::uint32_t> types;
  const auto append = [&](const std::vector<policy::ServerParameter>& parameters) {
    for (const policy::ServerParameter& parameter : parameters) {
      types.push_back(parameter.declared_type);
    }
  };
  if (const auto* in_place = std::get_if<policy::InPlace>(&plan.plan.decision)) {
    append(in_place->server_parameters);
  } else if (const auto* split = std::get_if<policy::Split>(&plan.plan.decision)) {
    append(split->server_parameters);
  }
  return types;
}

}  // namespace

/// Statements and portals that are not Pass are out of the reach of SQL: see names.hpp.
std::string BrainCore::upstream_name(std::string_view name, PlanKind kind, char letter) {
  if (name.empty() || kind == PlanKind::Pass) {
    return std::string(significant(name));
  }
  return std::string("pgveil_") + letter + std::to_string(++last_name_);
}

Taken BrainCore::on_parse(const protocol::MessageView& message, Actions& out) {
  auto parse = protocol::decode_parse(message.body);
  if (!parse) {
    return refuse_extended("-", invalid_format(), FailsAt::Analysis, out);
  }
  const std::string_view name = significant((*parse).statement);
  const bool taken = !name.empty() && names_.statement(name) != nullptr;
  if (!name.empty() && !names_.is_confirmed(name)) {
    ensure_flush(out);  // whether that name is taken is being decided
    return Taken::Wait;
  }
  if (!may_plan(out)) {
    return Taken::Wait;
  }
  PlannedText* planned = plan((*parse).sql, (*parse).parameter_types, false, out);
  if (planned == nullptr) {
    return Taken::Wait;
  }
  if (planned->error) {
    return refuse_extended(name, *planned->error,
                           planned->nothing_runs ? FailsAt::Syntax : FailsAt::Analysis, out);
  }
  auto statement = std::make_shared<Statement>();
  statement->name = name;
  statement->sql = (*parse).sql;
  statement->expansion = work_.expansion;
  statement->executes = work_.executed.has_value();
  statement->declared_parameter_types = (*parse).parameter_types;
  statement->settings_version = settings_version_;
  if (!planned->plans->statements.empty()) {
    statement->planned = planned->plans->statements.front();
  }
  const PlanKind kind = statement->kind();
  statement->upstream = upstream_name(name, kind, 's');
  if (kind == PlanKind::Refuse) {
    const protocol::ErrorFields refusal = refusal_of(*statement->planned.plan);
    record_refusal(statement->planned.plan, refusal, out);
    return refuse_extended(name, refusal, FailsAt::Analysis, out);
  }
  if (taken) {  // the server, too, looks at the statement first
    return refuse_extended(
        "-",
        protocol::make_error("ERROR", "42P05",
                             "prepared statement \"" + std::string(name) + "\" already exists"),
        FailsAt::Analysis, out);
  }
  std::string sent;
  if (kind == PlanKind::Local) {
    sent = local_sql(*statement->planned.plan);
  } else if (kind == PlanKind::Pass) {
    const auto effect = statement->planned.plan == nullptr ? policy::SessionEffect::None
                                                           : statement->planned.plan->plan.effect;
    sent = as_server_knows_it(effect, statement->text(), names_);
  } else {
    auto filled =
        fill_sql(*statement->planned.plan, statement->planned.literals, statement->text(), 0, out);
    if (!filled) {
      return Taken::Wait;
    }
    if (const auto* error = std::get_if<protocol::ErrorFields>(&*filled)) {
      return refuse_extended(name, *error, FailsAt::Analysis, out);
    }
    sent = std::get<std::string>(std::move(*filled));
  }
  if (kind == PlanKind::Pass && sent == statement->sql) {
    forward_to_server(message.frame, out);
  } else {
    const auto types = kind == PlanKind::Pass || kind == PlanKind::Local
                           ? std::vector<std::uint32_t>()
                           : declared_types(*statement->planned.plan);
    protocol::encode_parse(out.to_server, {statement->upstream, sent, types});
  }
  names_.expect(statement);
  Owing entry;
  entry.kind = Owed::Parse;
  entry.name = name;
  entry.statement = std::move(statement);
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

Taken BrainCore::on_describe(const protocol::MessageView& message, Actions& out) {
  const auto describe = protocol::decode_describe(message.body);
  if (!describe) {
    return refuse_extended("-", invalid_format(), FailsAt::Analysis, out);
  }
  Owing entry;
  entry.name = significant((*describe).name);
  std::string upstream;
  if ((*describe).target == protocol::Target::Statement) {
    entry.kind = Owed::DescribeStatement;
    entry.statement = names_.statement(entry.name);
    if (entry.statement != nullptr && entry.statement->placeholder && entry.statement->by_sql &&
        entry.statement->planned.plan == nullptr) {
      return refuse_extended(
          "-",
          protocol::make_error(
              "ERROR", "0A000",
              "a statement of PREPARE over tagged columns is not described by message", {},
              "Run it with EXECUTE, or prepare it with the driver."),
          FailsAt::Analysis, out);
    }
    if (entry.statement != nullptr && entry.statement->gone) {
      protocol::encode_describe(out.to_server, {protocol::Target::Statement, kMissing});
      return refuse_missing(Owed::DescribeStatement, no_statement());
    }
    upstream = entry.statement == nullptr ? entry.name : entry.statement->upstream;
  } else {
    entry.kind = Owed::DescribePortal;
    entry.portal = names_.portal(entry.name);
    if (entry.portal == nullptr && !may_plan(out)) {
      return Taken::Wait;  // a DECLARE may be making it
    }
    if (entry.portal != nullptr && entry.portal->gone) {
      protocol::encode_describe(out.to_server, {protocol::Target::Portal, kMissing});
      return refuse_missing(Owed::DescribePortal, no_portal());
    }
    upstream = entry.portal == nullptr ? entry.name : entry.portal->upstream;
  }
  if (upstream == (*describe).name) {
    forward_to_server(message.frame, out);
  } else {
    protocol::encode_describe(out.to_server, {(*describe).target, upstream});
  }
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

Taken BrainCore::on_close(const protocol::MessageView& message, Actions& out) {
  const auto close = protocol::decode_close(message.body);
  if (!close) {
    return refuse_extended("-", invalid_format(), FailsAt::Analysis, out);
  }
  Owing entry;
  entry.name = significant((*close).name);
  std::string upstream = entry.name;
  if ((*close).target == protocol::Target::Statement) {
    entry.kind = Owed::CloseStatement;
    if (const auto statement = names_.statement(entry.name)) {
      upstream = statement->upstream;
    }
    names_.expect_closed_statement(entry.name);
  } else {
    entry.kind = Owed::ClosePortal;
    if (const auto portal = names_.portal(entry.name)) {
      upstream = portal->upstream;
    }
    names_.expect_closed_portal(entry.name);
  }
  if (upstream == (*close).name) {
    forward_to_server(message.frame, out);
  } else {
    protocol::encode_close(out.to_server, {(*close).target, upstream});
  }
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

Taken BrainCore::on_sync(const protocol::MessageView& message, Actions& out) {
  if (queue_.ignores_sync()) {
    // Not sent on: were the COPY to fail meanwhile, the server would take it for the Sync that ends it.
    return Taken::Yes;
  }
  forward_to_server(message.frame, out);
  Owing entry;
  entry.kind = Owed::Sync;
  owe(std::move(entry));
  batch_open_ = false;
  batch_executes_ = 0;
  unsettled_synced_ = unsettled_ != nullptr;
  return Taken::Yes;
}

/// In place of the client's message goes a Parse that fails; its error is replaced. `name` is the
/// statement that the client's own Parse would have made: the unnamed one is dropped by that failure.
Taken BrainCore::refuse_extended(std::string_view name,
                                 const protocol::ErrorFields& error,
                                 FailsAt at,
                                 Actions& out) {
  send_failing_parse(name.empty() ? "" : "pgveil_refused", at, out);
  Owing entry;
  entry.kind = Owed::Parse;
  entry.instead = std::make_unique<protocol::ErrorFields>(error);
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

/// What was sent names something that is not there, as the client's message does.
Taken BrainCore::refuse_missing(Owed kind, const protocol::ErrorFields& error) {
  Owing entry;
  entry.kind = kind;
  entry.instead = std::make_unique<protocol::ErrorFields>(error);
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

void BrainCore::confirm(const Owing& entry, Actions&) {
  switch (entry.kind) {
    case Owed::Parse:
      if (entry.statement != nullptr) {
        names_.confirm(entry.statement);
      }
      return;
    case Owed::Bind:
      if (entry.portal != nullptr) {
        names_.confirm(entry.portal);
      }
      return;
    case Owed::CloseStatement:
      names_.confirm_closed_statement(entry.name);
      return;
    case Owed::ClosePortal:
      names_.confirm_closed_portal(entry.name);
      return;
    default:
      return;
  }
}

/// The expected names after the server skipped messages: what is confirmed, then what is still owed.
void BrainCore::expect_again() {
  names_.forget_expected();
  for (const Owing& entry : queue_.entries()) {
    switch (entry.kind) {
      case Owed::Parse:
        if (entry.statement != nullptr) {
          names_.expect(entry.statement);
        }
        break;
      case Owed::Bind:
        if (entry.portal != nullptr) {
          names_.expect(entry.portal);
        }
        break;
      case Owed::CloseStatement:
        names_.expect_closed_statement(entry.name);
        break;
      case Owed::ClosePortal:
        names_.expect_closed_portal(entry.name);
        break;
      default:
        break;
    }
  }
}

}  // namespace pgveil::proxy
