#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/deallocate.hpp"
#include "proxy/session/foreign_text.hpp"
#include "proxy/session/sql_names.hpp"

#include <algorithm>
#include <utility>

namespace pgveil::proxy {

namespace {

bool is_for_the_server(const PlannedStatement& statement) {
  const PlanKind kind = kind_of(*statement.plan);
  return kind == PlanKind::Pass || kind == PlanKind::Refuse;
}

/// The client's text has no such place.
protocol::ErrorFields without_position(protocol::ErrorFields error) {
  std::erase_if(error.fields, [](const auto& field) { return field.first == 'P'; });
  return error;
}

}  // namespace

bool BrainCore::in_transaction() const {
  return batch_open_ || block_ != protocol::BlockState::Idle;
}

/// What a statement means depends on settings and schema: both must be known, and nothing may be on its
/// way that changes them.
bool BrainCore::may_plan(Actions& out) {
  if (!schema_following_.empty() || probe_) {
    return false;
  }
  if (barriers_ > 0) {
    ensure_flush(out);
    return false;
  }
  if (settings_known_ || block_ == protocol::BlockState::Failed) {
    return true;  // in a failed block everything but its end fails at the server
  }
  if (!queue_.empty()) {
    ensure_flush(out);
    return false;
  }
  probe_.emplace();
  probe_->send(in_transaction(), batch_open_, out.to_server, queue_);
  return false;
}

PlannedText* BrainCore::plan(std::string_view sql,
                             const std::vector<std::uint32_t>& types,
                             bool simple,
                             Actions& out) {
  if (work_.planned) {
    return resolve_names(simple, out);
  }
  std::string_view text = work_.expansion.empty() ? sql : std::string_view(work_.expansion);
  std::string read;  // the text, where the client's encoding is another
  if (auto foreign = foreign_text(text, settings().client_encoding)) {
    if (const auto* error = std::get_if<protocol::ErrorFields>(&*foreign)) {
      work_.planned.emplace();
      work_.planned->plans = std::make_shared<TextPlan>();
      work_.planned->error = *error;
      return &*work_.planned;
    }
    read = std::get<std::string>(std::move(*foreign));
    text = read;
    work_.foreign = true;
  }
  PlanKey key;
  key.text = text;
  key.declared_parameter_types = types;
  key.simple_protocol = simple;
  key.epochs = services_.planner->epochs();
  key.role_key = role_key(key.epochs);
  key.settings = settings_;
  if (auto plans = find_text_plan(*services_.plans, key)) {
    work_.planned.emplace();
    work_.planned->plans = std::move(plans);
    return resolve_names(simple, out);
  }
  TextPlanRequest request;
  request.sql = text;
  request.declared_parameter_types = types;
  request.settings = settings_;
  request.login = identity_->login;
  request.in_block = block_ != protocol::BlockState::Idle;
  request.simple_protocol = simple;
  work_.waiting = true;
  work_.ticket = next_ticket();
  out.jobs.emplace_back(StartPlan{work_.ticket, std::move(request)});
  return nullptr;
}

/// The planner's, remembered for as long as nothing that it depends on has changed.
std::string_view BrainCore::role_key(const Epochs& epochs) {
  if (role_key_version_ != settings_version_ || role_key_epochs_ != epochs) {
    role_key_ = services_.planner->role_key(identity_->login, settings().current_user());
    role_key_version_ = settings_version_;
    role_key_epochs_ = epochs;
  }
  return role_key_;
}

/// EXECUTE is planned again as what it stands for; FETCH gets a plan for the cursor that it names.
PlannedText* BrainCore::resolve_names(bool simple, Actions& out) {
  PlannedText& planned = *work_.planned;
  const bool readable =
      !work_.foreign || std::ranges::all_of(planned.plans->statements, is_for_the_server);
  if (!readable) {
    planned.plans = std::make_shared<TextPlan>();
    planned.error = foreign_text_refused();
    planned.rest_at.reset();
  }
  if (work_.names_resolved || planned.plans->statements.empty()) {
    if (work_.executed && planned.error) {
      planned.error = without_position(std::move(*planned.error));
    }
    return &planned;
  }
  const auto& statements = planned.plans->statements;
  const auto* execute = std::get_if<SqlExecute>(&statements.front().plan->sql_name);
  if (execute != nullptr && !work_.executed) {
    const auto prepared = names_.statement(execute->name);
    if (prepared != nullptr && !prepared->sql.empty()) {
      auto expanded = expand_execute(*prepared, *execute);
      if (auto* error = std::get_if<protocol::ErrorFields>(&expanded)) {
        planned.plans = std::make_shared<TextPlan>();
        planned.error = std::move(*error);
        planned.rest_at.reset();
        return &planned;
      }
      work_.expansion = std::get<std::string>(std::move(expanded));
      work_.executed = std::move(planned);
      work_.planned.reset();
      return plan(work_.expansion, {}, simple, out);
    }
  }
  work_.names_resolved = true;
  if (work_.executed) {
    const PlannedStatement& original = work_.executed->plans->statements.front();
    const auto& named = std::get<SqlExecute>(original.plan->sql_name);
    const auto prepared = names_.statement(named.name);
    const bool constant = std::ranges::all_of(
        named.arguments, [](const auto& argument) { return argument.constant; });
    auto plans = std::make_shared<TextPlan>(*planned.plans);
    PlannedStatement& only = plans->statements.front();
    if (kind_of(*only.plan) == PlanKind::Pass) {
      if (prepared != nullptr && !prepared->placeholder && prepared->upstream == prepared->name) {
        // The server has it under that name: the client's own text is sent.
        only.offset = original.offset;
        only.length = original.length;
        work_.expansion.clear();
      }
    } else if (!constant) {
      planned.error = protocol::make_error(
          "ERROR", "0A000", "the arguments of EXECUTE have to be constants over tagged columns", {},
          "Write the values themselves, or prepare the statement with the driver.");
      plans->statements.clear();
    }
    planned.plans = std::move(plans);
    planned.rest_at = work_.executed->rest_at;
    return &planned;
  }
  const bool fetches = std::ranges::any_of(statements, [](const PlannedStatement& statement) {
    return std::holds_alternative<SqlFetch>(statement.plan->sql_name);
  });
  if (fetches) {
    auto plans = std::make_shared<TextPlan>(*planned.plans);
    for (PlannedStatement& statement : plans->statements) {
      statement.plan = resolve_fetch(statement.plan);
    }
    planned.plans = std::move(plans);
  }
  return &planned;
}

std::shared_ptr<const PreparedPlan> BrainCore::resolve_fetch(
    const std::shared_ptr<const PreparedPlan>& plan) const {
  const auto* fetch = std::get_if<SqlFetch>(&plan->sql_name);
  if (fetch == nullptr) {
    return plan;
  }
  const auto cursor = names_.portal(fetch->name);
  const bool passes = cursor == nullptr || cursor->kind() == PlanKind::Pass;
  return passes ? plan : plan_of_fetch(cursor, *fetch);
}

void BrainCore::on_planned(Ticket ticket, PlannedText planned, Actions& out) {
  if (finished_ || !work_.waiting || work_.ticket != ticket) {
    return;
  }
  BOOST_ASSERT(planned.plans != nullptr);
  work_.waiting = false;
  if (std::exchange(work_.asking_again, false)) {
    work_.second_opinion = std::move(planned);
  } else {
    work_.planned = std::move(planned);
  }
  pump(out);
}

std::optional<std::variant<std::string, protocol::ErrorFields>> BrainCore::fill_sql(
    const PreparedPlan& plan,
    const std::vector<LiteralText>& literals,
    std::string_view text,
    std::size_t index,
    Actions& out) {
  const auto* in_place = std::get_if<policy::InPlace>(&plan.plan.decision);
  const auto* split = std::get_if<policy::Split>(&plan.plan.decision);
  BOOST_ASSERT(in_place != nullptr || split != nullptr);
  ValueInput input;
  input.literals = &literals;
  input.settings = settings_.get();
  FilledSql filled = services_.values->fill_sql(
      in_place != nullptr ? in_place->server_sql : split->server_sql, input, converted(index));
  if (auto* conversions = std::get_if<std::vector<Conversion>>(&filled)) {
    ask_conversions(std::move(*conversions), index, out);
    return std::nullopt;
  }
  if (auto* error = std::get_if<protocol::ErrorFields>(&filled)) {
    if (!work_.second_opinion) {
      ask_again(text, out);
      return std::nullopt;
    }
    return work_.second_opinion->error ? *work_.second_opinion->error : std::move(*error);
  }
  return std::get<std::string>(std::move(filled));
}

/// The plan was made for other literals. PostgreSQL's own error about this one has a position.
void BrainCore::ask_again(std::string_view text, Actions& out) {
  TextPlanRequest request;
  request.sql = text;
  request.settings = settings_;
  request.login = identity_->login;
  request.simple_protocol = true;
  request.fresh = true;
  work_.waiting = true;
  work_.asking_again = true;
  work_.ticket = next_ticket();
  out.jobs.emplace_back(StartPlan{work_.ticket, std::move(request)});
}

void BrainCore::ask_conversions(std::vector<Conversion> conversions,
                                std::size_t index,
                                Actions& out) {
  work_.waiting = true;
  work_.converting = index;
  work_.ticket = next_ticket();
  out.jobs.emplace_back(StartConvert{work_.ticket, std::move(conversions), settings()});
}

const ConvertResult* BrainCore::converted(std::size_t index) {
  return index < work_.converted.size() && work_.converted[index] ? &*work_.converted[index]
                                                                  : nullptr;
}

void BrainCore::on_converted(Ticket ticket, ConvertResult converted, Actions& out) {
  if (on_copy_converted(ticket, converted, out) || on_fetch_converted(ticket, converted, out) ||
      finished_ || !work_.waiting || work_.ticket != ticket) {
    return;
  }
  work_.waiting = false;
  work_.converted.resize(std::max(work_.converted.size(), work_.converting + 1));
  work_.converted[work_.converting] = std::move(converted);
  pump(out);
}

void BrainCore::set_settings(SessionSettings settings) {
  if (settings != settings_->value) {
    settings_ = std::make_shared<const SettingsInForce>(std::move(settings));
    ++settings_version_;
  }
}

void BrainCore::settings_answered() {
  BOOST_ASSERT(probe_);
  if (probe_->is_complete()) {
    SessionSettings answers = probe_->answers();
    answers.prelude = settings().prelude;
    answers.sealed = settings().sealed;
    set_settings(std::move(answers));
    settings_known_ = true;
    probe_failures_ = 0;
  }
  probe_.reset();
}

void BrainCore::on_schema_followed(Ticket ticket, Actions& out) {
  if (schema_following_.erase(static_cast<std::uint64_t>(ticket)) > 0) {
    pump(out);
  }
}

void BrainCore::on_effect(const Run& run, Actions& out) {
  switch (run.effect()) {
    case policy::SessionEffect::None:
    case policy::SessionEffect::Execute:
    case policy::SessionEffect::Declare:
      return;
    case policy::SessionEffect::Prepare:
      prepare_by_sql(run);
      return;
    case policy::SessionEffect::CloseCursor: {
      const auto& name = std::get<SqlClose>(run.plan->sql_name).name;
      if (name.empty()) {
        names_.drop_named_portals();
      } else {
        names_.confirm_closed_portal(name);
        names_.expect_closed_portal(name);
      }
      ++settings_version_;
      return;
    }
    case policy::SessionEffect::DiscardAll:
      names_.drop_named_statements();
      names_.drop_named_portals();
      [[fallthrough]];
    case policy::SessionEffect::Settings:
      if (std::holds_alternative<SqlDiscardTemp>(run.plan->sql_name)) {
        schema_.discard_temporary();
        use_prelude();
      }
      settings_known_ = false;
      settings_touched_ = true;
      return;
    case policy::SessionEffect::EndOfBlock:
      if (const auto* what = std::get_if<SqlTransaction>(&run.plan->sql_name);
          what != nullptr && what->kind == policy::sql::TransactionKind::RollbackTo) {
        schema_.at_savepoint(*what);
        use_prelude();
      } else {
        end_block(run.tag == "COMMIT", out);
      }
      if (settings_touched_) {
        settings_known_ = false;
      }
      if (names_.end_of_transaction()) {
        expect_again();
      }
      if (block_ == protocol::BlockState::Failed) {
        block_ = protocol::BlockState::InBlock;  // until ReadyForQuery says what it is
      }
      return;
    case policy::SessionEffect::Deallocate: {
      const auto name = deallocated_name(run.sql);
      if (!name) {
        names_.drop_named_statements();
      } else {
        names_.confirm_closed_statement(*name);
        names_.expect_closed_statement(*name);
      }
      ++settings_version_;
      return;
    }
    case policy::SessionEffect::Schema:
    case policy::SessionEffect::OwnSchema:
      if (const auto* what = std::get_if<SqlSchema>(&run.plan->sql_name)) {
        schema_.add(run.sql, *what, settings());
        use_prelude();
      }
      return;
  }
}

/// A transaction has ended: what it changed for all is followed before the next plan.
void BrainCore::end_block(bool committed, Actions& out) {
  if (!schema_.is_open()) {
    return;
  }
  if (!committed) {
    schema_.roll_back();
  } else if (schema_.commit()) {
    const Ticket ticket = next_ticket();
    schema_following_.insert(static_cast<std::uint64_t>(ticket));
    out.jobs.emplace_back(FollowSchema{ticket, {}, settings()});
  }
  use_prelude();
}

void BrainCore::use_prelude() {
  SessionSettings changed = settings();
  changed.prelude = schema_.prelude();
  changed.sealed = schema_.sealed();
  set_settings(std::move(changed));
}

/// What names stand for has changed: `settings_version_` makes statements that use them be planned again.
void BrainCore::prepare_by_sql(const Run& run) {
  const auto& prepare = std::get<SqlPrepare>(run.plan->sql_name);
  auto statement = std::make_shared<Statement>();
  statement->name = significant(prepare.name);
  statement->upstream = statement->name;
  statement->sql = prepare.sql;
  statement->by_sql = true;
  statement->placeholder = run.kind != PlanKind::Pass;
  statement->argument_types = prepare.argument_types;
  names_.confirm(statement);
  names_.expect(statement);
  ++settings_version_;
}

void BrainCore::declare(Run& run) {
  const auto& declared = std::get<SqlDeclare>(run.plan->sql_name);
  auto cursor = std::make_shared<Portal>();
  cursor->name = significant(declared.name);
  cursor->upstream = cursor->name;
  cursor->by_sql = true;
  cursor->hold = declared.hold;
  cursor->no_scroll = declared.no_scroll;
  cursor->binary = declared.binary;
  cursor->settings = settings_;
  if (declared.rows != nullptr) {
    auto query = std::make_shared<Statement>();
    query->planned.plan = declared.rows;
    cursor->statement = std::move(query);
  }
  if (run.evaluated) {
    cursor->evaluated = true;
    cursor->rows = std::get<EvaluatedRows>(std::move(*run.evaluated));
    run.evaluated.reset();
  }
  names_.confirm(cursor);
  names_.expect(cursor);
  ++settings_version_;
}

/// An entry for a message that is being sent.
Owing& BrainCore::owe(Owing&& entry) {
  flush_sent_ = false;
  for (const auto& run : entry.runs) {
    const policy::SessionEffect effect = run->effect();
    const bool undoes = effect == policy::SessionEffect::EndOfBlock &&
                        (settings_touched_ || schema_.is_open() || barriers_ > 0 ||
                         block_ == protocol::BlockState::Failed);
    run->is_barrier =
        undoes || effect == policy::SessionEffect::Settings ||
        effect == policy::SessionEffect::DiscardAll || effect == policy::SessionEffect::Prepare ||
        effect == policy::SessionEffect::Deallocate || effect == policy::SessionEffect::Declare ||
        effect == policy::SessionEffect::CloseCursor || effect == policy::SessionEffect::Schema ||
        effect == policy::SessionEffect::OwnSchema;
    barriers_ += run->is_barrier ? std::size_t{1} : std::size_t{0};
  }
  return queue_.push(std::move(entry));
}

/// The run is over: finished, failed or skipped.
void BrainCore::release(Run& run) {
  if (run.is_barrier) {
    run.is_barrier = false;
    --barriers_;
  }
  if (unsettled_ == &run) {
    unsettled_ = nullptr;
    unsettled_synced_ = false;
  }
  leave_copy(run);
  begins_.erase(static_cast<std::uint64_t>(run.begin_ticket));
}

}  // namespace pgveil::proxy
