#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/deallocate.hpp"

#include <algorithm>

namespace pgveil::proxy {

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
    return &*work_.planned;
  }
  TextPlanRequest request;
  request.sql = sql;
  request.declared_parameter_types = types;
  request.settings = settings_;
  request.login = identity_->login;
  request.simple_protocol = simple;
  if (auto plans = find_text_plan(*services_.planner, *services_.plans, request)) {
    work_.planned.emplace();
    work_.planned->plans = std::move(plans);
    return &*work_.planned;
  }
  work_.waiting = true;
  work_.ticket = next_ticket();
  out.jobs.emplace_back(StartPlan{work_.ticket, std::move(request)});
  return nullptr;
}

void BrainCore::on_planned(Ticket ticket, PlannedText planned, Actions& out) {
  if (finished_ || !work_.waiting || work_.ticket != ticket) {
    return;
  }
  BOOST_ASSERT(planned.plans != nullptr);
  work_.waiting = false;
  work_.planned = std::move(planned);
  pump(out);
}

std::optional<std::variant<std::string, protocol::ErrorFields>> BrainCore::fill_sql(
    const PreparedPlan& plan,
    const std::vector<LiteralText>& literals,
    std::size_t index,
    Actions& out) {
  const auto* in_place = std::get_if<policy::InPlace>(&plan.plan.decision);
  const auto* split = std::get_if<policy::Split>(&plan.plan.decision);
  BOOST_ASSERT(in_place != nullptr || split != nullptr);
  ValueInput input;
  input.literals = &literals;
  input.settings = &settings_;
  FilledSql filled = services_.values->fill_sql(
      in_place != nullptr ? in_place->server_sql : split->server_sql, input, converted(index));
  if (auto* conversions = std::get_if<std::vector<Conversion>>(&filled)) {
    ask_conversions(std::move(*conversions), index, out);
    return std::nullopt;
  }
  if (auto* error = std::get_if<protocol::ErrorFields>(&filled)) {
    return std::move(*error);
  }
  return std::get<std::string>(std::move(filled));
}

void BrainCore::ask_conversions(std::vector<Conversion> conversions,
                                std::size_t index,
                                Actions& out) {
  work_.waiting = true;
  work_.converting = index;
  work_.ticket = next_ticket();
  out.jobs.emplace_back(StartConvert{work_.ticket, std::move(conversions), settings_});
}

const ConvertResult* BrainCore::converted(std::size_t index) {
  return index < work_.converted.size() && work_.converted[index] ? &*work_.converted[index]
                                                                  : nullptr;
}

void BrainCore::on_converted(Ticket ticket, ConvertResult converted, Actions& out) {
  if (finished_ || !work_.waiting || work_.ticket != ticket) {
    return;
  }
  work_.waiting = false;
  work_.converted.resize(std::max(work_.converted.size(), work_.converting + 1));
  work_.converted[work_.converting] = std::move(converted);
  pump(out);
}

void BrainCore::set_settings(SessionSettings settings) {
  if (settings != settings_) {
    settings_ = std::move(settings);
    ++settings_version_;
  }
}

void BrainCore::settings_answered() {
  BOOST_ASSERT(probe_);
  if (probe_->is_complete()) {
    set_settings(probe_->answers());
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
      return;
    case policy::SessionEffect::DiscardAll:
      names_.drop_named_statements();
      [[fallthrough]];
    case policy::SessionEffect::Settings:
      settings_known_ = false;
      settings_touched_ = true;
      return;
    case policy::SessionEffect::EndOfBlock:
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
      return;
    }
    case policy::SessionEffect::Schema: {
      const Ticket ticket = next_ticket();
      schema_following_.insert(static_cast<std::uint64_t>(ticket));
      schema_touched_ = true;
      out.jobs.emplace_back(FollowSchema{ticket, run.sql, settings_});
      return;
    }
  }
}

/// An entry for a message that is being sent.
Owing& BrainCore::owe(Owing entry) {
  flush_sent_ = false;
  for (const auto& run : entry.runs) {
    const policy::SessionEffect effect = run->effect();
    const bool undoes = effect == policy::SessionEffect::EndOfBlock &&
                        (settings_touched_ || schema_touched_ || barriers_ > 0 ||
                         block_ == protocol::BlockState::Failed);
    run->is_barrier = undoes || effect == policy::SessionEffect::Settings ||
                      effect == policy::SessionEffect::DiscardAll ||
                      effect == policy::SessionEffect::Deallocate ||
                      effect == policy::SessionEffect::Schema;
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
  begins_.erase(static_cast<std::uint64_t>(run.begin_ticket));
}

}  // namespace pgveil::proxy
