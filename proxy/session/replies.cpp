#include "protocol/message/completion.hpp"
#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/copy_in.hpp"
#include "proxy/session/fetch_binary.hpp"

namespace pgveil::proxy {

namespace {

void encode_columns(protocol::Bytes& out,
                    const PreparedPlan& plan,
                    const std::vector<std::int16_t>* formats) {
  if (!plan.columns) {
    protocol::encode_no_data(out);
    return;
  }
  if (formats == nullptr) {
    protocol::encode_row_description(out, *plan.columns);
    return;
  }
  protocol::RowDescription columns = *plan.columns;
  for (std::size_t i = 0; i < columns.size() && i < formats->size(); ++i) {
    columns[i].format = (*formats)[i];
  }
  protocol::encode_row_description(out, columns);
}

const PreparedPlan* described_plan(const Owing& entry) {
  if (entry.statement != nullptr) {
    return entry.statement->planned.plan.get();
  }
  if (entry.portal != nullptr && entry.portal->statement != nullptr) {
    return entry.portal->statement->planned.plan.get();
  }
  const Run* run = entry.run();
  return run == nullptr ? nullptr : run->plan.get();
}

}  // namespace

/// `t`, `T`, `n`. What is not Pass is described as the plan says, whatever the server calls it.
Taken BrainCore::on_description(Owing& entry, const protocol::MessageView& message, Actions& out) {
  const PreparedPlan* plan = described_plan(entry);
  const bool passes = plan == nullptr || kind_of(*plan) == PlanKind::Pass;
  if (entry.kind == Owed::Query) {
    if (entry.shown == Shown::Nothing || entry.failed) {
      return Taken::Yes;
    }
    if (passes) {
      show(message, out);
    } else if (kind_of(*plan) == PlanKind::InPlace && plan->columns) {
      const std::vector<std::int16_t> binary(plan->columns->size(), 1);
      encode_columns(out.to_client, *plan, fetches_binary(*plan) ? &binary : nullptr);
    }  // Split, Local: when the twin has answered
    return Taken::Yes;
  }
  if (message.type == 't') {
    entry.description_sent = true;
    if (passes) {
      show(message, out);
    } else {
      protocol::encode_parameter_description(out.to_client, plan->parameter_types);
    }
    return Taken::Yes;
  }
  const bool hides = entry.shown == Shown::RowsAndErrors;
  if (passes) {
    if (!hides || message.type == 'T') {
      show(message, out);
    }
  } else if (!hides || plan->columns) {
    encode_columns(out.to_client, *plan,
                   entry.kind == Owed::DescribePortal ? &entry.portal->formats : nullptr);
  }
  queue_.pop();
  return Taken::Yes;
}

RowOpening* BrainCore::opener_of(Owing& entry, Run& run) {
  if (entry.portal != nullptr) {
    Portal& portal = *entry.portal;
    if (portal.opener == nullptr) {
      portal.opener = services_.values->open_rows(*run.plan, portal.formats, *portal.settings,
                                                  CellForm::Binary);
    }
    return portal.opener.get();
  }
  if (run.opener == nullptr) {
    const bool binary = fetches_binary(*run.plan);
    const std::vector<std::int16_t> formats(run.plan->columns ? run.plan->columns->size() : 0,
                                            binary ? std::int16_t{1} : std::int16_t{0});
    run.opener = services_.values->open_rows(*run.plan, formats, *settings_,
                                             binary ? CellForm::Binary : CellForm::Text);
  }
  return run.opener.get();
}

Taken BrainCore::on_row(Owing& entry, const protocol::MessageView& message, Actions& out) {
  if (entry.settings) {
    if (!probe_ || !probe_->take_row(message.body)) {
      protocol_violation("the server's answer about its settings is malformed", out);
    }
    return Taken::Yes;
  }
  if (entry.shown == Shown::Nothing || entry.failed) {
    return Taken::Yes;
  }
  Run* run = entry.run();
  if (run == nullptr || run->kind == PlanKind::Refuse || run->kind == PlanKind::Local) {
    protocol_violation("the server sent rows that nothing asked for", out);
    return Taken::Yes;
  }
  if (run->kind == PlanKind::Split && !run->writing) {
    if (entry.portal != nullptr && entry.portal->evaluated) {
      protocol_violation("the server sent rows twice", out);
      return Taken::Yes;
    }
    if (run->slice == nullptr) {
      run->slice = services_.values->build_slice(
          *run->plan, entry.kind == Owed::Query ? CellForm::Text : CellForm::Binary);
    }
    if (auto error = run->slice->add_row(message.body)) {
      fail_locally(entry, std::move(*error), out);
    }
    return Taken::Yes;
  }
  protocol::Bytes* target = row_target(*run, out);
  if (target == nullptr) {
    return Taken::Wait;
  }
  if (run->gate.state() == RowGate::State::Shut) {
    fail_locally(entry, audit_error(), out);
    return Taken::Yes;
  }
  ++run->rows;
  if (run->kind == PlanKind::Pass) {
    protocol::put_bytes(*target, message.frame);
    return Taken::Yes;
  }
  RowOpening* opener = opener_of(entry, *run);
  const std::size_t before = target->size();
  protocol::Bytes opened;
  if (auto error = opener->open_row(message.body, run->copy_out ? opened : *target)) {
    fail_locally(entry, std::move(*error), out);
    return Taken::Yes;
  }
  if (run->writing) {
    keep_returned(entry, *run, before, out);
  } else if (run->copy_out != nullptr) {
    if (!run->copy_out->row(protocol::ByteView(opened).subspan(protocol::kFrameHeaderSize),
                            out.to_client)) {
      protocol_violation("the server sent a row of another width", out);
      return Taken::Yes;
    }
  } else if (!run->plan->columns) {
    target->resize(before);  // RETURNING that the plan added to name the patients
  }
  if (opener->wants_drain()) {
    drain_subjects(*run, opener->drain(), out);
  }
  return Taken::Yes;
}

/// `C`, `I` or `s`: an Execute ends, or one statement of a Query.
Taken BrainCore::on_statement_end(Owing& entry,
                                  const protocol::MessageView& message,
                                  Actions& out) {
  const bool is_execute = entry.kind == Owed::Execute;
  if (entry.shown == Shown::Nothing || entry.shown == Shown::ErrorsOnly || entry.failed) {
    if (is_execute) {
      queue_.pop();
    }
    return Taken::Yes;
  }
  Run* run = entry.run();
  if (run == nullptr) {
    // Only an empty Query has no statement; anything else would be one that was not planned.
    if (!entry.runs.empty() || message.type != 'I') {
      protocol_violation("the server completed a statement that it was not sent", out);
      return Taken::Yes;
    }
    show(message, out);
    return Taken::Yes;
  }
  if (run->kind == PlanKind::Refuse) {
    protocol_violation("a statement that must fail did not", out);
    return Taken::Yes;
  }
  if (run->writing) {
    return on_written(entry, *run, message, out);
  }
  if (run->kind == PlanKind::Split || run->kind == PlanKind::Local) {
    if (const auto tag = protocol::decode_command_complete(message.body); tag && run->tag.empty()) {
      run->tag = *tag;
    }
    return evaluate(entry, *run, out);
  }
  if (run->gate.holds()) {
    end_record_early(entry, *run, out);
    return Taken::Wait;
  }
  if (run->gate.state() == RowGate::State::Shut) {
    fail_locally(entry, audit_error(), out);
  } else {
    if (run->copy_out != nullptr) {
      run->copy_out->finish(out.to_client);
    } else if (run->plan != nullptr && !run->plan->command_tag.empty()) {
      protocol::encode_command_complete(out.to_client, run->plan->command_tag);
    } else {
      show(message, out);
    }
    if (run->effect() == policy::SessionEffect::EndOfBlock) {
      const auto tag = protocol::decode_command_complete(message.body);
      run->tag = tag ? std::string(*tag) : std::string();
    }
    finish_run(entry, *run, out);
  }
  if (is_execute) {
    queue_.pop();
  } else {
    ++entry.current;
  }
  return Taken::Yes;
}

Taken BrainCore::on_copy_response(Owing& entry,
                                  const protocol::MessageView& message,
                                  Actions& out) {
  if (message.type == 'G' && on_copy_started(entry, out)) {
    return Taken::Yes;
  }
  const Run* run = entry.run();
  if (run == nullptr || run->kind != PlanKind::Pass || entry.shown == Shown::Nothing) {
    protocol_violation("the server started a COPY that nothing asked for", out);
    return Taken::Yes;
  }
  if (run->gate.holds()) {
    records_wanted_ = true;
    return Taken::Wait;
  }
  if (run->gate.state() == RowGate::State::Shut) {
    protocol_violation("the audit log cannot be written", out);
    return Taken::Yes;
  }
  show(message, out);
  if (message.type == 'G') {
    queue_.begin_copy_in();
  }
  return Taken::Yes;
}

/// The statement succeeded.
void BrainCore::finish_run(Owing& entry, Run& run, Actions& out) {
  Subjects subjects;
  RowOpening* opener = entry.portal != nullptr ? entry.portal->opener.get() : run.opener.get();
  if (opener != nullptr) {
    subjects = opener->drain();
  } else if (run.slice != nullptr && !run.writing) {
    subjects = run.slice->drain();
  } else if (copy_in_ != nullptr && copy_run_ == &run) {
    subjects = copy_in_->subjects().drain();
    run.rows = copy_in_->rows();
  }
  if (run.writing && run.slice != nullptr) {
    merge_subjects(run.slice->drain(), subjects);
  }
  if (run.evaluated) {
    if (auto* rows = std::get_if<EvaluatedRows>(&*run.evaluated)) {
      add_hidden_subjects(run, std::move(rows->subjects), subjects);
    }
  }
  const auto* transaction =
      run.plan == nullptr ? nullptr : std::get_if<SqlTransaction>(&run.plan->sql_name);
  if (transaction != nullptr && run.effect() == policy::SessionEffect::None) {
    schema_.at_savepoint(*transaction);
  }
  if (run.effect() == policy::SessionEffect::Declare) {
    declare(run);
  }
  on_effect(run, out);
  end_record(run, std::move(subjects), "00000", out);
  release(run);
}

}  // namespace pgveil::proxy
