#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/fetch_binary.hpp"
#include "proxy/session/sql_names.hpp"

namespace pgveil::proxy {

namespace {

constexpr std::string_view kPiece = "pgveil_piece";

}  // namespace

/// A Query whose statements cannot all be planned, or not all be sent, at once: each runs as Parse, Bind,
/// Describe and Execute without a Sync between them, so they are one implicit transaction as in PostgreSQL;
/// the next is sent when the one before has been answered. What differs: statement_timestamp() moves.

void BrainCore::start_piecewise(std::string_view sql, PlannedText planned) {
  BOOST_ASSERT(queue_.empty());
  names_.drop_unnamed();
  piecewise_.emplace();
  piecewise_->text = sql;
  piecewise_->plans = std::move(planned.plans);
  piecewise_->expansion = std::move(work_.expansion);
  piecewise_->error = std::move(planned.error);
  piecewise_->more = planned.rest_at.has_value();
  piecewise_->more_at = planned.rest_at.value_or(0);
  piecewise_->several =
      piecewise_->more || piecewise_->plans->statements.size() + (piecewise_->error ? 1 : 0) > 1;
  piecewise_->in_block = block_ != protocol::BlockState::Idle;
  batch_executes_ = 0;
  work_ = Work();
}

bool BrainCore::step_piecewise(Actions& out) {
  Piecewise& pieces = *piecewise_;
  const bool failed = queue_.is_skipping();
  if (!failed && !queue_.empty()) {
    ensure_flush(out);
    return false;
  }
  if (!failed && pieces.next < pieces.plans->statements.size()) {
    return step_piece(out);
  }
  if (!failed && pieces.error) {
    Owing entry;
    entry.kind = Owed::Parse;
    entry.instead = std::make_unique<protocol::ErrorFields>(*pieces.error);
    pieces.error.reset();
    send_failing_parse(kPiece, FailsAt::Analysis, out);
    owe(std::move(entry));
    batch_open_ = true;
    return true;
  }
  if (!failed && pieces.more) {
    return plan_next_pieces(out);
  }
  if (pieces.own_block) {
    close_own_block(failed, out);
    if (!failed) {
      return true;
    }
  }
  Owing entry;
  entry.kind = Owed::Sync;
  protocol::encode_sync(out.to_server);
  owe(std::move(entry));
  batch_open_ = false;
  batch_executes_ = 0;
  piecewise_.reset();
  work_ = Work();
  return true;
}

bool BrainCore::plan_next_pieces(Actions& out) {
  Piecewise& pieces = *piecewise_;
  if (work_.cancelled) {
    pieces.error =
        protocol::make_error("ERROR", "57014", "canceling statement due to user request");
    pieces.more = false;
    work_ = Work();
    return true;
  }
  if (!may_plan(out)) {
    return false;
  }
  PlannedText* planned = plan(std::string_view(pieces.text).substr(pieces.more_at), {}, true, out);
  if (planned == nullptr) {
    return false;
  }
  pieces.at = pieces.more_at;
  pieces.next = 0;
  pieces.plans = planned->plans;
  pieces.expansion = std::move(work_.expansion);
  pieces.error = planned->error;
  if (pieces.error) {
    shift_position(*pieces.error,
                   count_characters(std::string_view(pieces.text).substr(0, pieces.at)));
  }
  pieces.more = planned->rest_at.has_value();
  pieces.more_at = pieces.at + planned->rest_at.value_or(0);
  work_ = Work();
  return true;
}

std::string_view BrainCore::piece_text(const PlannedStatement& statement) const {
  const Piecewise& pieces = *piecewise_;
  const std::string_view text = pieces.expansion.empty()
                                    ? std::string_view(pieces.text).substr(pieces.at)
                                    : std::string_view(pieces.expansion);
  return text.substr(statement.offset, statement.length);
}

bool BrainCore::step_piece(Actions& out) {
  Piecewise& pieces = *piecewise_;
  const PlannedStatement& statement = pieces.plans->statements[pieces.next];
  const std::string_view sql = piece_text(statement);
  const PlanKind kind = kind_of(*statement.plan);
  std::optional<protocol::ErrorFields> refusal;
  std::string sent;
  if (work_.cancelled) {
    refusal = protocol::make_error("ERROR", "57014", "canceling statement due to user request");
  } else if (kind == PlanKind::Refuse) {
    refusal = refusal_of(*statement.plan);
    record_refusal(statement.plan, *refusal, out);
  } else if (kind == PlanKind::Local) {
    sent = local_sql(*statement.plan);
  } else if (kind == PlanKind::Pass) {
    sent = as_server_knows_it(statement.plan->plan.effect, sql, names_);
  } else {
    auto filled = fill_sql(*statement.plan, statement.literals, sql, 0, out);
    if (!filled) {
      return false;
    }
    if (auto* error = std::get_if<protocol::ErrorFields>(&*filled)) {
      shift_position(
          *error,
          count_characters(std::string_view(pieces.text).substr(0, pieces.at + statement.offset)));
      refusal = std::move(*error);
    } else {
      sent = std::get<std::string>(std::move(*filled));
    }
  }
  if (!refusal && work_.runs.empty()) {
    auto run = std::make_unique<Run>();
    run->kind = kind;
    run->plan = statement.plan;
    run->literals = statement.literals;
    if (pieces.expansion.empty()) {
      const auto before = count_characters(std::string_view(pieces.text).substr(0, pieces.at));
      run->literal_positions = statement.literal_positions;
      for (std::uint32_t& position : run->literal_positions) {
        position += static_cast<std::uint32_t>(before);
      }
    }
    run->sql = sql;
    copy_into(*run);
    work_.runs.push_back(std::move(run));
    if (work_.runs[0]->has_evidence()) {
      begin_record(*work_.runs[0], work_.runs[0]->writes(), out);
    }
  }
  if (!refusal) {
    Run& run = *work_.runs[0];
    if (run.writes() && run.gate.holds()) {
      return false;
    }
    if (run.gate.state() == RowGate::State::Shut) {
      end_record(run, {}, "58030", out);
      refusal = audit_error();
    }
  }
  if (!refusal) {
    refusal = change_block(statement, out);
  }
  batch_open_ = true;
  ++pieces.next;
  if (!refusal) {
    open_own_block(statement, out);
    if (const SqlDeclare* declared = declares_buffered(*statement.plan)) {
      // The server's own cursor is there exactly as long as PostgreSQL would keep it.
      send_hidden(companion_sql(*declared), Shown::ErrorsOnly, out);
    }
  }
  if (refusal) {
    Owing entry;
    entry.kind = Owed::Parse;
    entry.instead = std::make_unique<protocol::ErrorFields>(std::move(*refusal));
    send_failing_parse(kPiece, FailsAt::Analysis, out);
    owe(std::move(entry));
  } else {
    send_piece(statement, std::move(work_.runs[0]), std::move(sent), out);
  }
  work_ = Work();
  return true;
}

void BrainCore::send_piece(const PlannedStatement& statement,
                           std::unique_ptr<Run> run,
                           std::string sent,
                           Actions& out) {
  const std::size_t at = piecewise_->at + statement.offset;
  std::optional<ScrubContext::Shift> shift;
  if (run->kind == PlanKind::Pass && piecewise_->expansion.empty()) {
    shift = {0, count_characters(std::string_view(piecewise_->text).substr(0, at))};
  }
  run->shift = shift;
  auto made = std::make_shared<Statement>();
  made->upstream = kPiece;
  made->sql = run->sql;
  made->planned = statement;
  made->settings_version = settings_version_;
  auto portal = std::make_shared<Portal>();
  portal->upstream = kPiece;
  portal->statement = made;
  portal->formats.assign(statement.plan->columns ? statement.plan->columns->size() : 0,
                         fetches_binary(*statement.plan) ? std::int16_t{1} : std::int16_t{0});
  if (statement.plan->copies_out()) {
    portal->formats = copy_formats(*statement.plan->copy);
  }
  portal->settings = settings_;

  // The piece before has left its names behind, also if it failed; closing what is not there is fine.
  protocol::encode_close(out.to_server, {protocol::Target::Portal, kPiece});
  protocol::encode_close(out.to_server, {protocol::Target::Statement, kPiece});
  protocol::encode_parse(out.to_server, {kPiece, sent, {}});
  protocol::Bind bind;
  bind.portal = kPiece;
  bind.statement = kPiece;
  bind.result_formats = upstream_formats(*statement.plan, portal->formats);
  protocol::encode_bind(out.to_server, bind);
  protocol::encode_describe(out.to_server, {protocol::Target::Portal, kPiece});
  protocol::encode_execute(out.to_server, {kPiece, 0});

  const auto owe_part = [&](Owed kind, Shown shown) -> Owing& {
    Owing entry;
    entry.kind = kind;
    entry.shown = shown;
    entry.shift = shift;
    if (kind == Owed::DescribePortal || kind == Owed::Execute) {
      entry.portal = portal;
    }
    if (kind == Owed::Execute) {
      copy_starting_ = run->plan->copies_in() ? run.get() : nullptr;
      entry.runs.push_back(std::move(run));
    }
    return owe(std::move(entry));
  };
  owe_part(Owed::ClosePortal, Shown::RowsAndErrors);
  owe_part(Owed::CloseStatement, Shown::RowsAndErrors);
  owe_part(Owed::Parse, Shown::RowsAndErrors);
  owe_part(Owed::Bind, Shown::RowsAndErrors);
  owe_part(Owed::DescribePortal, Shown::RowsAndErrors);
  owe_part(Owed::Execute, Shown::All);
  ++batch_executes_;
  ensure_flush(out);
}

}  // namespace pgveil::proxy
