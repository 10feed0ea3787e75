#include "protocol/message/completion.hpp"
#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/sql_names.hpp"
#include "proxy/session/stale_plan.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

/// What it does is decided by the server when it runs: statements on their way may still change that, so
/// they have to be known to be done.
bool means_later(const Portal* portal) {
  if (portal == nullptr) {
    return true;  // a DECLARE may be making it
  }
  if (portal->statement == nullptr || portal->statement->planned.plan == nullptr) {
    return false;
  }
  return portal->statement->executes ||
         std::holds_alternative<SqlFetch>(portal->statement->planned.plan->sql_name);
}

}  // namespace

std::unique_ptr<Run> BrainCore::make_run(const Portal* portal) const {
  auto run = std::make_unique<Run>();
  if (portal == nullptr || portal->statement == nullptr) {
    return run;
  }
  run->kind = portal->kind();
  run->plan = portal->statement->planned.plan;
  if (run->kind == PlanKind::Split) {
    run->literals = portal->statement->planned.literals;
    run->literal_positions = portal->statement->planned.literal_positions;
  }
  if (run->kind == PlanKind::Local || run->effect() != policy::SessionEffect::None) {
    run->sql = portal->statement->text();
  }
  copy_into(*run);
  return run;
}

/// What must not run although it was bound.
std::optional<protocol::ErrorFields> BrainCore::unusable_portal(const Portal* portal) const {
  if (portal == nullptr) {
    return std::nullopt;
  }
  if (portal->by_sql && portal->kind() != PlanKind::Pass) {
    return protocol::make_error(
        "ERROR", "0A000", "a cursor of DECLARE over tagged columns is not executed by message", {},
        "Use FETCH.");
  }
  if (portal->copied) {
    return protocol::make_error("ERROR", "55000", "portal \"" + portal->name + "\" cannot be run");
  }
  if (portal->statement != nullptr && portal->statement->executes &&
      portal->settings_version != settings_version_) {
    return result_type_changed();
  }
  const PreparedPlan* plan =
      portal->statement == nullptr ? nullptr : portal->statement->planned.plan.get();
  const auto* fetch = plan == nullptr ? nullptr : std::get_if<SqlFetch>(&plan->sql_name);
  if (fetch == nullptr) {
    return std::nullopt;
  }
  auto cursor = names_.portal(fetch->name);
  if (cursor != nullptr && cursor->kind() == PlanKind::Pass) {
    cursor.reset();
  }
  if (cursor == fetch->cursor) {
    return std::nullopt;
  }
  return result_type_changed();
}

Taken BrainCore::on_execute(const protocol::MessageView& message, Actions& out) {
  const auto execute = protocol::decode_execute(message.body);
  if (!execute) {
    return refuse_extended("-", protocol::make_error("ERROR", "08P01", "invalid message format"),
                           FailsAt::Analysis, out);
  }
  const auto portal = names_.portal((*execute).portal);
  if (portal != nullptr && portal->gone) {
    protocol::encode_execute(out.to_server, {kMissing, 0});
    return refuse_missing(Owed::Execute, no_portal());
  }
  if (work_.runs.empty() && means_later(portal.get()) && !may_plan(out)) {
    return Taken::Wait;
  }
  if (auto error = unusable_portal(portal.get())) {
    return refuse_extended("-", *error, FailsAt::Analysis, out);
  }
  const bool from_buffer = portal != nullptr && portal->evaluated;
  if (work_.runs.empty()) {
    work_.runs.push_back(make_run(portal.get()));
    if (work_.runs[0]->has_evidence() && !from_buffer) {
      begin_record(*work_.runs[0], work_.runs[0]->writes(), out);
    }
  }
  Run& run = *work_.runs[0];
  if (run.writes() && run.gate.holds()) {
    return Taken::Wait;
  }
  if (run.gate.state() == RowGate::State::Shut) {
    end_record(run, {}, "58030", out);
    return refuse_extended("-", audit_error(), FailsAt::Analysis, out);
  }
  const bool evaluates = run.kind == PlanKind::Split || run.kind == PlanKind::Local;
  // A limit means nothing to a statement without rows; it must not stop the RETURNING that a plan added.
  const bool unlimited =
      evaluates || (run.kind == PlanKind::InPlace && run.plan != nullptr && !run.plan->columns);
  if (const SqlDeclare* declared = run.plan == nullptr ? nullptr : declares_buffered(*run.plan)) {
    send_hidden(companion_sql(*declared), Shown::ErrorsOnly, out);
  }
  const std::string upstream =
      portal == nullptr ? std::string((*execute).portal) : portal->upstream;
  if (upstream == (*execute).portal && !unlimited) {
    forward_to_server(message.frame, out);
  } else {
    protocol::encode_execute(out.to_server, {upstream, unlimited ? 0 : (*execute).row_limit});
  }
  ++batch_executes_;
  if ((evaluates && !from_buffer) || run.gate.holds()) {
    unsettled_ = &run;
    unsettled_synced_ = false;
  }
  Owing entry;
  entry.kind = Owed::Execute;
  entry.portal = portal;
  entry.row_limit = std::max((*execute).row_limit, 0);
  entry.only_execute = batch_executes_ == 1;
  entry.runs.push_back(std::move(work_.runs[0]));
  if (run.plan != nullptr && run.plan->copies_in()) {
    copy_starting_ = &run;
  }
  if (portal != nullptr) {
    portal->copied = run.copy_out != nullptr;
  }
  owe(std::move(entry));
  batch_open_ = true;
  return Taken::Yes;
}

/// The next rows of an answer that the twin made: as many as this Execute wants.
void BrainCore::serve_rows(Owing& entry, Actions& out) {
  Portal& portal = *entry.portal;
  const std::vector<std::size_t>& ends = portal.rows.row_ends;
  const std::size_t left = ends.size() - portal.next_row;
  const std::size_t limit = static_cast<std::size_t>(entry.row_limit);
  const std::size_t count = limit == 0 ? left : std::min(left, limit);
  const std::size_t from = portal.next_row == 0 ? 0 : ends[portal.next_row - 1];
  const std::size_t to = count == 0 ? from : ends[portal.next_row + count - 1];
  protocol::put_bytes(out.to_client,
                      protocol::ByteView(portal.rows.data_rows).subspan(from, to - from));
  portal.next_row += count;
  if (limit > 0 && count == limit) {
    protocol::encode_portal_suspended(out.to_client);
    return;
  }
  const std::string& tag = portal.rows.command_tag;
  const bool counts = tag.rfind("SELECT ", 0) == 0;
  protocol::encode_command_complete(out.to_client,
                                    counts ? "SELECT " + std::to_string(count) : tag);
  if (portal.next_row == ends.size()) {
    portal.rows.data_rows = protocol::Bytes();
    portal.rows.row_ends.clear();
    portal.next_row = 0;
  }
}

}  // namespace pgveil::proxy
