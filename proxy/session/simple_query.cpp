#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/sql_names.hpp"

#include <algorithm>
#include <array>

namespace pgveil::proxy {

namespace {

/// pg_proc's own numbers: lo_create, lo_open, lo_close, loread, lowrite, lo_lseek, lo_creat, lo_tell, lo_unlink,
/// lo_truncate, lo_lseek64, lo_tell64, lo_truncate64, lo_from_bytea, lo_get (2), lo_put.
constexpr std::array<std::uint32_t, 17> kLargeObjectFunctions{
    715, 952, 953, 954, 955, 956, 957, 958, 964, 1004, 3170, 3171, 3172, 3457, 3458, 3459, 3460};

bool is_evaluated(const PlannedStatement& statement) {
  const PlanKind kind = kind_of(*statement.plan);
  return kind == PlanKind::Split || kind == PlanKind::Local;
}

/// One upstream Query would do later statements before an earlier one is known to succeed.
bool must_run_one_by_one(const PlannedText& planned) {
  const auto& statements = planned.plans->statements;
  const std::size_t count = statements.size() + (planned.error ? 1 : 0) + (planned.rest_at ? 1 : 0);
  // A COPY of tagged columns is not the server's COPY: its formats and its end are ours.
  const bool copies = std::ranges::any_of(
      statements, [](const PlannedStatement& one) { return one.plan->copy != nullptr; });
  const bool writes_back = std::ranges::any_of(statements, [](const PlannedStatement& one) {
    const auto* split = std::get_if<policy::Split>(&one.plan->plan.decision);
    return split != nullptr && split->writes();
  });
  return planned.rest_at || copies || writes_back ||
         (count > 1 && std::ranges::any_of(statements, is_evaluated)) ||
         (count == 1 && declares_buffered(*statements.front().plan) != nullptr);
}

}  // namespace

Taken BrainCore::on_query(const protocol::MessageView& message, Actions& out) {
  const auto query = protocol::decode_query(message.body);
  if (!query) {
    return refuse_query(protocol::make_error("ERROR", "08P01", "invalid message format"),
                        FailsAt::Analysis, out);
  }
  const std::string_view sql = (*query).sql;
  if (!may_plan(out)) {
    return Taken::Wait;
  }
  PlannedText* planned = plan(sql, {}, true, out);
  if (planned == nullptr) {
    return Taken::Wait;
  }
  if (planned->error && planned->plans->statements.empty()) {
    return refuse_query(*planned->error,
                        planned->nothing_runs ? FailsAt::Syntax : FailsAt::Analysis, out);
  }
  const std::string_view text = work_.expansion.empty() ? sql : work_.expansion;
  if (must_run_one_by_one(*planned)) {
    if (!queue_.empty()) {
      ensure_flush(out);
      return Taken::Wait;
    }
    start_piecewise(sql, std::move(*planned));
    return Taken::Yes;
  }
  if (!work_.runs_ready) {
    work_.runs = make_runs(*planned, text);
    work_.runs_ready = true;
  }
  return send_query(message, text, out);
}

std::vector<std::unique_ptr<Run>> BrainCore::make_runs(const PlannedText& planned,
                                                       std::string_view sql) const {
  std::vector<std::unique_ptr<Run>> runs;
  for (const PlannedStatement& statement : planned.plans->statements) {
    auto run = std::make_unique<Run>();
    run->kind = kind_of(*statement.plan);
    run->plan = statement.plan;
    run->offset = statement.offset;
    run->length = statement.length;
    const std::string_view text = sql.substr(statement.offset, statement.length);
    if (run->kind == PlanKind::Local || run->effect() != policy::SessionEffect::None) {
      run->sql = text;
    }
    if (run->kind == PlanKind::InPlace || run->kind == PlanKind::Split) {
      run->literals = statement.literals;
      run->literal_positions = statement.literal_positions;
    }
    const bool refused = run->kind == PlanKind::Refuse;
    if (refused) {
      run->refusal = refusal_of(*statement.plan);
    }
    runs.push_back(std::move(run));
    if (refused) {
      return runs;  // nothing behind it is reached
    }
  }
  if (planned.error) {
    auto run = std::make_unique<Run>();
    run->kind = PlanKind::Refuse;
    run->refusal = *planned.error;
    runs.push_back(std::move(run));
  }
  return runs;
}

/// The SQL that goes upstream, per statement. A value that cannot be stored makes its statement fail.
Taken BrainCore::fill_runs(std::string_view sql, Actions& out) {
  for (std::size_t i = 0; i < work_.runs.size(); ++i) {
    Run& run = *work_.runs[i];
    if (run.sent) {
      continue;
    }
    switch (run.kind) {
      case PlanKind::Refuse:
        run.sent = failing_sql(FailsAt::Analysis);
        break;
      case PlanKind::Local:
        run.sent = local_sql(*run.plan);
        break;
      case PlanKind::Pass:
        run.sent = as_server_knows_it(run.effect(), sql.substr(run.offset, run.length), names_);
        break;
      case PlanKind::InPlace:
      case PlanKind::Split: {
        auto filled = fill_sql(*run.plan, run.literals, sql.substr(run.offset, run.length), i, out);
        if (!filled) {
          return Taken::Wait;
        }
        if (auto* error = std::get_if<protocol::ErrorFields>(&*filled)) {
          shift_position(*error, count_characters(sql.substr(0, run.offset)));
          run.kind = PlanKind::Refuse;
          run.refusal = std::move(*error);
          run.sent = failing_sql(FailsAt::Analysis);
          work_.runs.resize(i + 1);
        } else {
          run.sent = std::get<std::string>(std::move(*filled));
        }
        break;
      }
    }
  }
  return Taken::Yes;
}

/// Begin records that must be durable before anything is sent.
Taken BrainCore::begin_runs_ahead(Actions& out) {
  const bool ahead = work_.runs.size() > 1 ||
                     std::ranges::any_of(work_.runs, [](const auto& run) { return run->writes(); });
  if (!ahead) {
    return Taken::Yes;
  }
  bool wait = false;
  for (const auto& run : work_.runs) {
    if (run->kind != PlanKind::Refuse && run->has_evidence() && !run->gate.is_recorded()) {
      begin_record(*run, true, out);
    }
    wait = wait || run->gate.holds();
  }
  return wait ? Taken::Wait : Taken::Yes;
}

Taken BrainCore::send_query(const protocol::MessageView& message,
                            std::string_view sql,
                            Actions& out) {
  if (fill_runs(sql, out) == Taken::Wait) {
    return Taken::Wait;
  }
  if (work_.runs.size() == 1 && work_.runs[0]->kind == PlanKind::Refuse) {
    record_refusal(work_.runs[0]->plan, work_.runs[0]->refusal, out);
    return refuse_query(work_.runs[0]->refusal, FailsAt::Analysis, out);
  }
  if (begin_runs_ahead(out) == Taken::Wait) {
    return Taken::Wait;
  }
  const bool shut = std::ranges::any_of(
      work_.runs, [](const auto& run) { return run->gate.state() == RowGate::State::Shut; });
  if (shut) {
    for (const auto& run : work_.runs) {
      end_record(*run, {}, "58030", out);
    }
    return refuse_query(audit_error(), FailsAt::Analysis, out);
  }
  const bool unchanged =
      work_.expansion.empty() && std::ranges::all_of(work_.runs, [&](const auto& run) {
        return run->kind == PlanKind::Pass && *run->sent == sql.substr(run->offset, run->length);
      });
  Owing entry;
  entry.kind = Owed::Query;
  entry.runs = std::move(work_.runs);
  if (unchanged) {
    forward_to_server(message.frame, out);
  } else {
    std::string text;
    for (const auto& run : entry.runs) {
      text += text.empty() ? "" : "; ";
      run->sent_at = count_characters(text);
      if (run->kind == PlanKind::Pass) {
        run->shift = {run->sent_at, count_characters(sql.substr(0, run->offset))};
      } else if (run->kind == PlanKind::Refuse) {
        record_refusal(run->plan, run->refusal, out);
      }
      text += *run->sent;
    }
    protocol::encode_query(out.to_server, {text});
  }
  for (const auto& run : entry.runs) {
    run->sent.reset();
  }
  batch_open_ = false;
  batch_executes_ = 0;
  if (entry.runs.size() == 1) {
    Run& run = *entry.runs[0];
    if (run.has_evidence() && !run.gate.is_recorded()) {
      begin_record(run, false, out);
    }
    if (run.kind == PlanKind::Split || run.kind == PlanKind::Local || run.gate.holds()) {
      unsettled_ = &run;
    }
  }
  owe(std::move(entry));
  return Taken::Yes;
}

Taken BrainCore::refuse_query(const protocol::ErrorFields& error, FailsAt at, Actions& out) {
  if (queue_.empty() && !in_transaction()) {
    names_.drop_unnamed();
    copy_drops_ = true;  // data sent ahead is not for the server
    protocol::encode_error_response(out.to_client, error);
    protocol::encode_ready_for_query(out.to_client, protocol::BlockState::Idle);
    return Taken::Yes;
  }
  protocol::encode_query(out.to_server, {failing_sql(at)});
  Owing entry;
  entry.kind = Owed::Query;
  entry.instead = std::make_unique<protocol::ErrorFields>(error);
  auto run = std::make_unique<Run>();
  run->kind = PlanKind::Refuse;
  run->refusal = error;
  entry.runs.push_back(std::move(run));
  owe(std::move(entry));
  batch_open_ = false;
  batch_executes_ = 0;
  return Taken::Yes;
}

/// Large objects are read and written by FunctionCall (libpq, pgjdbc). Everything else would be a way
/// around the policy.
Taken BrainCore::on_function_call(const protocol::MessageView& message, Actions& out) {
  protocol::Reader in(message.body);
  const std::uint32_t function = in.u32();
  if (in.ok() && std::ranges::binary_search(kLargeObjectFunctions, function)) {
    forward_to_server(message.frame, out);
    Owing entry;
    entry.kind = Owed::Query;
    entry.calls_function = true;
    owe(std::move(entry));
    batch_open_ = false;
    batch_executes_ = 0;
    return Taken::Yes;
  }
  return refuse_query(
      protocol::make_error("ERROR", "0A000", "calls of functions by message are not supported", {},
                           "Call the function in a SELECT statement."),
      FailsAt::Analysis, out);
}

}  // namespace pgveil::proxy
