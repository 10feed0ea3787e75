#include "protocol/message/completion.hpp"
#include "protocol/message/rows.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/fetch_binary.hpp"
#include "proxy/session/sql_names.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

protocol::ErrorFields cancelled() {
  return protocol::make_error("ERROR", "57014", "canceling statement due to user request");
}

protocol::ErrorFields internal(const char* message) {
  return protocol::make_error("ERROR", "XX000", message);
}

void merge(std::vector<std::string>& into, std::vector<std::string> more) {
  into.insert(into.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
  std::ranges::sort(into);
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

}  // namespace

/// The server is done with its part of a Split, or agreed to a Local: the twin answers.
Taken BrainCore::evaluate(Owing& entry, Run& run, Actions& out) {
  const bool is_execute = entry.kind == Owed::Execute;
  if (is_execute && entry.portal->evaluated) {
    serve_rows(entry, out);
    release(run);
    queue_.pop();
    return Taken::Yes;
  }
  if (!run.evaluated && !run.evaluating) {
    if (cancel_requested_) {
      run.evaluated = cancelled();
    } else {
      start_evaluation(entry, run, out);
    }
  }
  if (!run.evaluated || run.gate.holds()) {
    return Taken::Wait;
  }
  if (run.gate.state() == RowGate::State::Shut) {
    run.evaluated = audit_error();
  }
  if (auto* error = std::get_if<protocol::ErrorFields>(&*run.evaluated)) {
    if (const auto* split = std::get_if<policy::Split>(&run.plan->plan.decision)) {
      move_into_client_text(*error,
                            {&split->slice.twin_sql, &run.literals, &run.literal_positions, 0});
    }
    fail_locally(entry, std::move(*error), out);
  } else if (run.write_back() != nullptr) {
    send_write(entry, run, out);
    return Taken::Yes;
  } else {
    auto& rows = std::get<EvaluatedRows>(*run.evaluated);
    run.rows = rows.row_ends.size();
    if (run.splits_write()) {
      rows.command_tag = run.tag;  // the twin has selected what the server wrote
    }
    if (declares_buffered(*run.plan) != nullptr) {
      protocol::encode_command_complete(out.to_client, "DECLARE CURSOR");
    } else if (run.copy_out != nullptr) {
      copy_rows(run, rows, out);
    } else if (is_execute) {
      Portal& portal = *entry.portal;
      portal.rows.data_rows = std::move(rows.data_rows);
      portal.rows.row_ends = std::move(rows.row_ends);
      portal.rows.command_tag = rows.command_tag;
      portal.evaluated = true;
      serve_rows(entry, out);
    } else {
      if (run.plan->columns) {
        protocol::RowDescription columns = *run.plan->columns;
        for (protocol::ColumnDescription& column : columns) {
          column.format = fetches_binary(*run.plan) ? 1 : 0;
        }
        protocol::encode_row_description(out.to_client, columns);
      }
      protocol::put_bytes(out.to_client, rows.data_rows);
      protocol::encode_command_complete(out.to_client, rows.command_tag);
    }
    finish_run(entry, run, out);
  }
  if (finished_) {
    return Taken::Yes;
  }
  if (is_execute) {
    queue_.pop();
  } else {
    ++entry.current;
  }
  return Taken::Yes;
}

void BrainCore::copy_rows(Run& run, const EvaluatedRows& rows, Actions& out) {
  std::size_t at = 0;
  for (const std::size_t end : rows.row_ends) {
    const protocol::ByteView row = protocol::ByteView(rows.data_rows).subspan(at, end - at);
    BOOST_VERIFY(run.copy_out->row(row.subspan(protocol::kFrameHeaderSize), out.to_client));
    at = end;
  }
  run.copy_out->finish(out.to_client);
}

void BrainCore::start_evaluation(Owing& entry, Run& run, Actions& out) {
  if (const auto* fetch = std::get_if<SqlFetch>(&run.plan->sql_name)) {
    start_fetch(entry, run, *fetch, out);
    return;
  }
  const SqlDeclare* declared = declares_buffered(*run.plan);
  EvaluateRequest request;
  request.plan = declared != nullptr ? declared->rows : run.plan;
  request.login = identity_->login;
  request.max_result_bytes = limits_.max_result_bytes;
  const SettingsPtr settings = entry.portal != nullptr ? entry.portal->settings : settings_;
  request.settings = settings->value;
  request.result_formats.assign(request.plan->columns ? request.plan->columns->size() : 0, 0);
  if (entry.portal != nullptr) {
    request.parameters = entry.portal->parameters;
    if (declared == nullptr) {
      request.result_formats = entry.portal->formats;
    }
  }
  if (run.kind == PlanKind::Local) {
    request.sql = declared != nullptr ? declared->sql : run.sql;
  } else {
    const auto& split = std::get<policy::Split>(run.plan->plan.decision);
    ValueInput input;
    input.literals = &run.literals;
    input.parameters = &request.parameters;
    input.settings = settings.get();
    FilledSql filled = services_.values->fill_sql(split.slice.twin_sql, input, nullptr);
    if (const auto* error = std::get_if<protocol::ErrorFields>(&filled)) {
      run.evaluated = *error;
      return;
    }
    if (!std::holds_alternative<std::string>(filled)) {
      run.evaluated = internal("internal: a value of the twin's statement needs the twin");
      return;
    }
    request.sql = std::get<std::string>(std::move(filled));
    if (run.slice == nullptr) {
      run.slice = services_.values->build_slice(
          *run.plan, entry.kind == Owed::Query ? CellForm::Text : CellForm::Binary);
    }
    auto payload = run.slice->finish();
    if (const auto* error = std::get_if<protocol::ErrorFields>(&payload)) {
      run.evaluated = *error;
      return;
    }
    request.slice = std::get<SlicePayload>(std::move(payload));
  }
  run.evaluating = true;
  evaluation_ = next_ticket();
  out.jobs.emplace_back(StartEvaluate{*evaluation_, std::move(request)});
}

void BrainCore::on_evaluated(Ticket ticket, EvaluateResult result, Actions& out) {
  if (finished_ || !evaluation_ || *evaluation_ != ticket) {
    return;
  }
  evaluation_.reset();
  BOOST_ASSERT(!queue_.empty());
  Run* run = queue_.front().run();
  BOOST_ASSERT(run != nullptr && run->evaluating);
  run->evaluating = false;
  run->evaluated = cancel_requested_ ? EvaluateResult(cancelled()) : std::move(result);
  pump(out);
}

/// Hidden columns at the end of the twin's answer name patients too.
void BrainCore::add_hidden_subjects(const Run& run, Subjects hidden, Subjects& subjects) {
  const auto* split = std::get_if<policy::Split>(&run.plan->plan.decision);
  if (split == nullptr) {
    return;
  }
  subjects.resize(std::max(subjects.size(), run.plan->plan.evidence.subjects.size()));
  const auto& tables = split->slice.hidden_subjects;
  for (std::size_t i = 0; i < hidden.size() && i < tables.size(); ++i) {
    if (tables[i] < subjects.size()) {
      merge(subjects[tables[i]], std::move(hidden[i]));
    }
  }
}

void BrainCore::merge_subjects(Subjects more, Subjects& subjects) {
  subjects.resize(std::max(subjects.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) {
    merge(subjects[i], std::move(more[i]));
  }
}

void BrainCore::on_cancel_requested(Actions& out) {
  if (finished_) {
    return;
  }
  const bool runs = std::ranges::any_of(
      queue_.entries(), [](const Owing& entry) { return entry.shown != Shown::Nothing; });
  if (evaluation_ || fetch_converting_) {
    cancel_requested_ = true;
    if (evaluation_) {
      out.jobs.emplace_back(CancelTwin{*evaluation_});
    }
  } else if (runs && !cancel_in_flight_) {
    cancel_requested_ = true;
    cancel_in_flight_ = true;
    out.jobs.emplace_back(CancelUpstream{});
  }
  // What is still held back is not sent; but the next batch is none of it.
  if ((!runs || batch_open_) && holds_request()) {
    work_.cancelled = true;
    work_.waiting = false;  // a result that still comes bears an old ticket
    work_.ticket = next_ticket();
    pump(out);
  }
}

/// A request of the client is there and not sent yet.
bool BrainCore::holds_request() const {
  if (work_.waiting || !work_.runs.empty() || piecewise_) {
    return true;
  }
  const protocol::ByteView pending = client_.pending();
  const auto header = protocol::read_header(pending, protocol::Side::Frontend);
  return header && *header && (*header)->frame_size() <= pending.size() &&
         std::string_view("QPBDEF").find((*header)->type) != std::string_view::npos;
}

void BrainCore::on_cancel_sent(Actions& out) {
  cancel_in_flight_ = false;
  if (!finished_) {
    pump(out);
  }
}

}  // namespace pgveil::proxy
