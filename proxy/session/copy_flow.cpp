#include "protocol/message/copy.hpp"
#include "proxy/session/brain_core.hpp"
#include "proxy/session/copy_in.hpp"

#include <algorithm>

namespace pgveil::proxy {

/// COPY of tagged columns.
///
/// Out: the server runs the query in its place; replies.cpp and evaluation.cpp give its rows to the run's
/// CopyOut.
/// In: the server is sent a COPY of our own. From its Execute on the client's messages wait for
/// CopyInResponse; then CopyData goes through `copy_in_`. A row that is wrong makes us end the server's
/// COPY with a CopyFail that bears our mark, and the error that answers it is replaced, so an earlier
/// error of the server still comes first, as in PostgreSQL. What the client sends behind an error is dropped:
/// the server would ignore it, and must not see it.

bool BrainCore::on_copy_started(Owing& entry, Actions& out) {
  Run* run = entry.run();
  if (run == nullptr || run->plan == nullptr || !run->plan->copies_in()) {
    return false;
  }
  const CopyPlan& plan = *run->plan->copy;
  protocol::CopyResponse response;
  response.format = plan.options.binary() ? 1 : 0;
  response.column_formats.assign(plan.columns.size(),
                                 plan.options.binary() ? std::int16_t{1} : std::int16_t{0});
  protocol::encode_copy_in_response(out.to_client, response);
  copy_in_ = std::make_unique<CopyIn>(run->plan, *services_.values,
                                      entry.portal != nullptr ? entry.portal->settings : settings_,
                                      limits_.max_message_bytes);
  copy_run_ = run;
  copy_starting_ = nullptr;
  copy_failed_ = copy_client_done_ = false;
  queue_.begin_copy_in();
  return true;
}

/// What happens to a CopyData that comes now.
BrainCore::CopyDataGoes BrainCore::copy_data_goes() {
  if (copy_in_ != nullptr) {
    return CopyDataGoes::In;
  }
  if (copy_drops_) {
    return CopyDataGoes::Nowhere;
  }
  return is_sent_refused() ? CopyDataGoes::Waits : CopyDataGoes::Upstream;
}

/// What is answered next of the last Query, or something of the last batch, is refused, and the answer is
/// still to come: data that is sent ahead belongs to that.
bool BrainCore::is_sent_refused() {
  if (queue_.ignores_sync()) {
    return false;
  }
  const auto& entries = queue_.entries();
  auto entry = std::find_if(entries.rbegin(), entries.rend(),
                            [](const Owing& one) { return one.kind != Owed::Sync; });
  for (; entry != entries.rend() && entry->kind != Owed::Sync; ++entry) {
    const Run* run = entry->run();
    const bool refused =
        entry->instead != nullptr || (run != nullptr && run->kind == PlanKind::Refuse);
    if (refused || entry->kind == Owed::Query) {
      return refused && !entry->failed;
    }
  }
  return false;
}

/// An error was shown: data that comes now belongs to what failed, unless something was sent behind it.
void BrainCore::drop_copy_data() {
  copy_drops_ = std::ranges::all_of(queue_.entries(), [](const Owing& entry) {
    return entry.kind == Owed::Sync || entry.kind == Owed::CopyEnd || entry.failed;
  });
}

Taken BrainCore::on_copy_message(const protocol::MessageView& message, Actions& out) {
  const bool is_data = message.type == 'd';
  switch (copy_data_goes()) {
    case CopyDataGoes::In:
      break;
    case CopyDataGoes::Nowhere:
      copy_drops_ = is_data;
      return Taken::Yes;
    case CopyDataGoes::Waits:
      ensure_flush(out);
      return Taken::Wait;
    case CopyDataGoes::Upstream:
      if (!is_data) {
        queue_.end_copy_in();
        flush_sent_ = false;  // the COPY has its answer still to come
      }
      forward_to_server(message.frame, out);
      return Taken::Yes;
  }
  if (is_data) {
    feed_copy(message.body, out);
    return Taken::Yes;
  }
  if (message.type == 'f') {
    if (!copy_failed_) {
      advance_copy(true, out);  // a row that is wrong comes first
      if (copy_converting_) {
        return Taken::Wait;
      }
    }
    if (!copy_failed_) {
      queue_.end_copy_in();
      forward_to_server(message.frame, out);
      flush_sent_ = false;
    }
    copy_client_done_ = true;
    return Taken::Yes;
  }
  copy_client_done_ = true;
  if (!copy_failed_) {
    copy_in_->finish();
    advance_copy(true, out);
  }
  return Taken::Yes;
}

void BrainCore::feed_copy(protocol::ByteView data, Actions& out) {
  if (copy_in_ != nullptr && !copy_failed_) {
    copy_in_->feed(data);
    advance_copy(false, out);
  }
}

/// Goes on with the rows that are there; `last`: no more of them have come yet.
void BrainCore::advance_copy(bool last, Actions& out) {
  switch (copy_in_->step(out.to_server, last)) {
    case CopyIn::Step::NeedsData:
      break;
    case CopyIn::Step::NeedsTwin:
      copy_converting_ = next_ticket();
      out.jobs.emplace_back(
          StartConvert{*copy_converting_, copy_in_->take_conversions(), settings()});
      return;
    case CopyIn::Step::Ended:
      if (copy_client_done_) {
        queue_.end_copy_in();
        protocol::encode_copy_done(out.to_server);
        flush_sent_ = false;
      }
      break;
    case CopyIn::Step::Failed:
      copy_failed_ = true;
      queue_.end_copy_in();
      protocol::encode_copy_fail(out.to_server, kMissing);
      flush_sent_ = false;
      return;
  }
  if (copy_in_->subjects().wants_drain()) {
    drain_subjects(*copy_run_, copy_in_->subjects().drain(), out);
  }
}

/// Rows that wait for company although the client has sent nothing more. True: something was done.
bool BrainCore::hurry_copy(Actions& out) {
  if (copy_in_ == nullptr || copy_failed_ || copy_client_done_ || copy_converting_) {
    return false;
  }
  const std::size_t before = out.to_server.size();
  advance_copy(true, out);
  return out.to_server.size() != before;
}

bool BrainCore::on_copy_converted(Ticket ticket, ConvertResult& converted, Actions& out) {
  if (finished_ || !copy_converting_ || *copy_converting_ != ticket) {
    return false;
  }
  copy_converting_.reset();
  copy_in_->on_converted(std::move(converted));
  advance_copy(true, out);
  pump(out);
  return true;
}

/// The server's error about the COPY under way, as the client gets it.
void BrainCore::on_copy_error(const Owing& entry,
                              const protocol::ErrorFields& server,
                              protocol::ErrorFields& shown) {
  if (copy_in_ == nullptr || entry.run() != copy_run_) {
    return;
  }
  const bool ours =
      server.sqlstate() == "57014" && server.get('M').find(kMissing) != std::string_view::npos;
  if (ours && copy_failed_) {
    shown = copy_in_->error();
  } else if (auto context = copy_in_->client_context(server.get('W')); !context.empty()) {
    shown.set('W', std::move(context));
  }
}

/// The run is over.
void BrainCore::leave_copy(const Run& run) {
  if (copy_starting_ == &run) {
    copy_starting_ = nullptr;
    copy_drops_ = true;  // if data was sent ahead
  }
  if (copy_run_ == &run) {
    copy_drops_ = !copy_client_done_;
    copy_in_.reset();
    copy_run_ = nullptr;
    copy_converting_.reset();
  }
}

}  // namespace pgveil::proxy
