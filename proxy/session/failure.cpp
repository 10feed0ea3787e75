#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"

namespace pgveil::proxy {

namespace {

const policy::SqlTemplate* server_sql(const PreparedPlan& plan) {
  if (const auto* in_place = std::get_if<policy::InPlace>(&plan.plan.decision)) {
    return &in_place->server_sql;
  }
  if (const auto* split = std::get_if<policy::Split>(&plan.plan.decision)) {
    return &split->server_sql;
  }
  return nullptr;
}

}  // namespace

ScrubContext BrainCore::scrub_context(const Owing& entry) const {
  ScrubContext context;
  const Run* run = entry.run();
  const PreparedPlan* plan = nullptr;
  if (run != nullptr) {
    plan = run->plan.get();
    context.shift = run->shift;
    context.rewritten = run->kind != PlanKind::Pass;
  }
  if (plan == nullptr && entry.statement != nullptr) {
    plan = entry.statement->planned.plan.get();
  }
  if (plan == nullptr && entry.portal != nullptr && entry.portal->statement != nullptr) {
    plan = entry.portal->statement->planned.plan.get();
  }
  if (entry.shift) {
    context.shift = entry.shift;
  }
  if (plan != nullptr) {
    context.tagged = plan->plan.touches_tagged;
    context.rewritten = context.rewritten || kind_of(*plan) != PlanKind::Pass;
    if (const policy::SqlTemplate* sql = server_sql(*plan)) {
      if (entry.statement != nullptr && entry.statement->expansion.empty()) {
        const PlannedStatement& planned = entry.statement->planned;
        context.literals = {sql, &planned.literals, &planned.literal_positions, 0};
      } else if (run != nullptr && entry.statement == nullptr && !run->writing) {
        context.literals = {sql, &run->literals, &run->literal_positions, run->sent_at};
      }
    }
  }
  context.rewritten = context.rewritten || entry.instead != nullptr;
  if (entry.shown == Shown::ErrorsOnly) {
    context.tagged = context.rewritten = true;  // of a statement of ours
  }
  return context;
}

/// The server calls statements and portals by names that the client does not know.
protocol::ErrorFields BrainCore::under_client_names(protocol::ErrorFields error,
                                                    const Owing& entry) {
  const auto rename = [&](const std::string& upstream, const std::string& name) {
    std::string message(error.get('M'));
    const std::string quoted = '"' + upstream + '"';
    const std::size_t at = message.find(quoted);
    if (upstream != name && at != std::string::npos) {
      error.set('M', message.replace(at, quoted.size(), '"' + name + '"'));
    }
  };
  if (entry.statement != nullptr) {
    rename(entry.statement->upstream, entry.statement->name);
  }
  if (entry.portal != nullptr) {
    rename(entry.portal->upstream, entry.portal->name);
    if (entry.portal->statement != nullptr) {
      rename(entry.portal->statement->upstream, entry.portal->statement->name);
    }
  }
  return error;
}

/// An error of ours about a statement that the server did without one. The server must fail too, else the
/// client would see an error of a transaction that commits. How, depends on what was sent behind it:
///   nothing: a Parse that fails, in the same batch
///   only its Sync, and nothing but this statement before: if a block is open, it is made to fail before
///     the client hears of ReadyForQuery
///   anything else: it may have been done already. The session ends.
void BrainCore::fail_locally(Owing& entry, protocol::ErrorFields error, Actions& out) {
  Run* run = entry.run();
  BOOST_ASSERT(run != nullptr);
  const bool is_query = entry.kind == Owed::Query;
  const std::size_t behind = queue_.size() - 1;
  const bool alone = behind == 0 && (!is_query || entry.runs.size() == 1);
  const bool only_synced =
      !is_query && behind == 1 && queue_.back().kind == Owed::Sync && entry.only_execute;
  if (!alone && !only_synced) {
    error.set('S', "FATAL");
    error.set('V', "FATAL");
    fatal(error, out);
    return;
  }
  Subjects subjects;
  if (RowOpening* opener =
          entry.portal != nullptr ? entry.portal->opener.get() : run->opener.get()) {
    subjects = opener->drain();
  }
  end_record(*run, std::move(subjects), error.sqlstate(), out);
  release(*run);
  if (entry.shown != Shown::Nothing) {
    protocol::encode_error_response(out.to_client, error);
  }
  entry.failed = true;
  poisoning_ = true;
  failed_since_idle_ = true;
  if (!is_query && alone) {
    send_failing_parse("pgveil_refused", FailsAt::Analysis, out);
    protocol::encode_flush(out.to_server);
    Owing failing;
    failing.kind = Owed::Parse;
    failing.shown = Shown::Nothing;
    owe(std::move(failing));
    batch_open_ = true;
  }
}

/// The block that the client knows to have failed still stands at the server.
void BrainCore::poison(Actions& out) {
  BOOST_ASSERT(poisoning_);
  protocol::encode_query(out.to_server, {failing_sql(FailsAt::Analysis)});
  Owing entry;
  entry.kind = Owed::Query;
  entry.shown = Shown::Nothing;
  owe(std::move(entry));
}

void BrainCore::after_error(std::deque<Owing> dropped, std::string_view sqlstate, Actions& out) {
  failed_since_idle_ = true;
  if (settings_touched_) {
    settings_known_ = false;
  }
  for (const Owing& entry : dropped) {
    for (const auto& run : entry.runs) {
      end_record(*run, {}, sqlstate, out);
      release(*run);
    }
  }
  if (!dropped.empty()) {
    expect_again();
  }
}

void BrainCore::send_failing_parse(std::string_view name, FailsAt at, Actions& out) {
  protocol::encode_parse(out.to_server, {name, failing_sql(at), {}});
}

void BrainCore::on_deadline(const protocol::ErrorFields& why, Actions& out) {
  if (!finished_) {
    fatal(why, out);
  }
}

/// Ends the session with a word to the client, unless the client is in the middle of a message.
void BrainCore::fatal(const protocol::ErrorFields& error, Actions& out) {
  end_open_records(error.sqlstate(), out);
  if (server_stream_left_ == 0) {
    protocol::encode_error_response(out.to_client, error);
  }
  close(out);
}

void BrainCore::protocol_violation(const char* message, Actions& out) {
  fatal(protocol::make_error("FATAL", "08P01", message), out);
}

void BrainCore::close(Actions& out) {
  if (!finished_) {
    finished_ = true;
    if (!terminated_ && !server_eof_ && client_stream_left_ == 0) {
      protocol::encode_terminate(out.to_server);
    }
    out.jobs.emplace_back(CloseSession{});
  }
}

}  // namespace pgveil::proxy
