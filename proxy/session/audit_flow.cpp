#include "proxy/session/brain_core.hpp"

#include <algorithm>

namespace pgveil::proxy {

/// `ahead`: the statement is not sent before the record is durable.
void BrainCore::begin_record(Run& run, bool ahead, Actions& out) {
  BOOST_ASSERT(run.plan != nullptr);
  run.gate.wait();
  run.id = ++last_statement_;
  run.begin_ticket = next_ticket();
  begins_[static_cast<std::uint64_t>(run.begin_ticket)] = &run;
  RecordBegin job;
  job.ticket = run.begin_ticket;
  job.record.id = {identity_->session, run.id};
  // A read may be sent at once; what waits for the record are its rows (row_target).
  job.record.at_once = ahead || (run.kind != PlanKind::InPlace && run.kind != PlanKind::Pass);
  job.record.who = identity_;
  job.record.current_user = settings().current_user();
  job.record.application_name = application_name_;
  job.record.plan = run.plan;
  out.jobs.emplace_back(std::move(job));
}

/// Where a row goes: to the client, or, while the begin record is on its way, to where the first rows wait.
/// Null: no more of them.
protocol::Bytes* BrainCore::row_target(Run& run, Actions& out) {
  if (!run.gate.holds()) {
    return &out.to_client;
  }
  records_wanted_ = true;
  const bool full = run.held.size() >= std::min(limits_.max_held_bytes, std::size_t{64} * 1024);
  return run.writing || run.copy_out != nullptr || full ? nullptr : &run.held;
}

/// The statement is done and its rows wait for the begin record: the end record goes with it.
void BrainCore::end_record_early(Owing& entry, Run& run, Actions& out) {
  records_wanted_ = true;
  const bool whole = run.kind == PlanKind::InPlace || run.kind == PlanKind::Pass;
  if (!whole || run.writing || run.copy_out != nullptr || run.writes() || copy_run_ == &run) {
    return;
  }
  RowOpening* opener = entry.portal != nullptr ? entry.portal->opener.get() : run.opener.get();
  end_record(run, opener != nullptr ? opener->drain() : Subjects(), "00000", out);
}

/// Once per begin record; later calls do nothing.
void BrainCore::end_record(Run& run, Subjects subjects, std::string_view sqlstate, Actions& out) {
  if (services_.on_statement && run.plan != nullptr && !run.counted) {
    run.counted = true;
    services_.on_statement(*run.plan, run.rows);
  }
  if (!run.gate.is_recorded() || run.ended) {
    return;
  }
  run.ended = true;
  RecordEnd job;
  job.ticket = next_ticket();
  job.record.id = {identity_->session, run.id};
  job.record.rows = run.rows;
  job.record.subjects = std::move(subjects);
  job.record.sqlstate = sqlstate;
  run.end_ticket = job.ticket;
  if (run.gate.state() != RowGate::State::Shut) {
    ends_.insert(static_cast<std::uint64_t>(job.ticket));
  }  // else there is no log to wait for, and the client knows
  out.jobs.emplace_back(std::move(job));
}

void BrainCore::drain_subjects(Run& run, Subjects subjects, Actions& out) {
  if (!run.gate.is_recorded()) {
    return;
  }
  RecordEnd job;
  job.ticket = next_ticket();
  job.record.id = {identity_->session, run.id};
  job.record.last = false;
  job.record.rows = run.rows;
  job.record.subjects = std::move(subjects);
  ends_.insert(static_cast<std::uint64_t>(job.ticket));
  out.jobs.emplace_back(std::move(job));
}

/// A denial is recorded, but nothing waits for it: no data leaves.
void BrainCore::record_refusal(const std::shared_ptr<const PreparedPlan>& plan,
                               const protocol::ErrorFields& error,
                               Actions& out) {
  if (plan != nullptr && services_.on_statement) {
    services_.on_statement(*plan, 0);
  }
  if (plan == nullptr || plan->plan.evidence.tables.empty()) {
    return;
  }
  RecordBegin begin;
  begin.ticket = next_ticket();
  begin.record.id = {identity_->session, ++last_statement_};
  begin.record.who = identity_;
  begin.record.current_user = settings().current_user();
  begin.record.application_name = application_name_;
  begin.record.plan = plan;
  RecordEnd end;
  end.ticket = next_ticket();
  end.record.id = begin.record.id;
  end.record.sqlstate = error.sqlstate();
  out.jobs.emplace_back(std::move(begin));
  out.jobs.emplace_back(std::move(end));
}

/// The session ends with statements under way.
void BrainCore::end_open_records(std::string_view sqlstate, Actions& out) {
  for (const auto& run : work_.runs) {
    if (run != nullptr) {
      end_record(*run, {}, sqlstate, out);
    }
  }
  for (const Owing& entry : queue_.entries()) {
    for (const auto& run : entry.runs) {
      end_record(*run, {}, sqlstate, out);
    }
  }
}

void BrainCore::on_audit(Ticket ticket, bool durable, Actions& out) {
  if (finished_) {
    return;
  }
  const auto number = static_cast<std::uint64_t>(ticket);
  if (ends_.erase(number) > 0) {
    if (!durable) {
      fatal(audit_error("FATAL"), out);
      return;
    }
    pump(out);
    return;
  }
  const auto found = begins_.find(number);
  if (found == begins_.end()) {
    return;
  }
  Run& run = *found->second;
  begins_.erase(found);
  if (!durable) {
    run.gate.on_failed();
    run.held.clear();
    ends_.erase(static_cast<std::uint64_t>(run.end_ticket));  // the client hears of the begin
  } else {
    run.gate.on_durable();
    protocol::put_bytes(out.to_client, run.held);
    run.held = protocol::Bytes();
    const bool settles = run.kind == PlanKind::Pass || run.kind == PlanKind::InPlace;
    if (unsettled_ == &run && settles) {
      unsettled_ = nullptr;
      unsettled_synced_ = false;
    }
  }
  pump(out);
}

}  // namespace pgveil::proxy
