#include "protocol/message/rows.hpp"
#include "proxy/session/brain_core.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

constexpr std::size_t kStreamFrom = 64 * 1024;

bool is_row(char type) { return type == 'D' || type == 'd'; }

}  // namespace

void BrainCore::on_server_bytes(protocol::ByteView bytes, Actions& out) {
  if (!finished_ && !server_eof_) {
    server_.feed(bytes);
    pump(out);
  }
}

void BrainCore::on_server_eof(Actions& out) {
  if (!finished_) {
    server_eof_ = true;
    pump(out);
  }
}

bool BrainCore::wants_server_bytes() const {
  if (finished_ || server_eof_) {
    return false;
  }
  return server_starved_ || server_.pending().size() < limits_.max_held_bytes;
}

bool BrainCore::forwards_rows() {
  if (queue_.empty()) {
    return false;
  }
  const Owing& entry = queue_.front();
  if (entry.shown == Shown::Nothing || entry.failed || entry.settings) {
    return false;
  }
  if (entry.kind != Owed::Execute && entry.kind != Owed::Query) {
    return false;
  }
  const Run* run = entry.run();
  return run != nullptr && run->kind == PlanKind::Pass &&
         (run->gate.state() == RowGate::State::NotNeeded ||
          run->gate.state() == RowGate::State::Open);
}

/// Bytes of the whole rows at the front that pass as they are.
std::size_t BrainCore::plain_rows(protocol::ByteView pending) {
  if (pending.empty() || !is_row(static_cast<char>(pending[0])) || !forwards_rows()) {
    return 0;
  }
  std::size_t size = 0;
  while (true) {
    const auto header = protocol::read_header(pending.subspan(size), protocol::Side::Backend);
    if (!header || !*header || !is_row((*header)->type) ||
        (*header)->frame_size() > pending.size() - size) {
      return size;
    }
    size += (*header)->frame_size();
    ++queue_.front().run()->rows;
  }
}

bool BrainCore::step_server(Actions& out) {
  if (server_stream_left_ > 0) {
    return stream_server(out);
  }
  const protocol::ByteView pending = server_.pending();
  if (const std::size_t rows = plain_rows(pending); rows > 0) {
    protocol::put_bytes(out.to_client, pending.first(rows));
    server_.take(rows);
    return true;
  }
  const auto read = protocol::read_header(pending, protocol::Side::Backend);
  if (!read) {
    protocol_violation("the server sent a message of impossible length", out);
    return false;
  }
  const auto& header = *read;
  server_starved_ = !header;
  if (!header) {
    return false;
  }
  if (header->frame_size() > pending.size()) {
    if (is_row(header->type) && header->frame_size() > kStreamFrom && forwards_rows()) {
      ++queue_.front().run()->rows;
      server_stream_left_ = header->frame_size();
      return stream_server(out);
    }
    if (header->frame_size() > limits_.max_message_bytes) {
      fatal(protocol::make_error("FATAL", "54000", "a row is too large", {},
                                 "max_message_bytes limits rows that hold protected values."),
            out);
      return false;
    }
    server_starved_ = true;
    return false;
  }
  const protocol::MessageView message{
      header->type, pending.subspan(protocol::kFrameHeaderSize, header->body_size()),
      pending.first(header->frame_size())};
  if (on_server_message(message, out) == Taken::Wait || finished_) {
    return false;
  }
  server_.take(header->frame_size());
  return true;
}

bool BrainCore::stream_server(Actions& out) {
  const protocol::ByteView pending = server_.pending();
  const std::size_t count = std::min(pending.size(), server_stream_left_);
  server_starved_ = count < server_stream_left_;
  if (count == 0) {
    return false;
  }
  protocol::put_bytes(out.to_client, pending.first(count));
  server_.take(count);
  server_stream_left_ -= count;
  return true;
}

/// Behind rows that wait for their record only more of them are looked at, and their end.
bool BrainCore::overtakes_held_rows(char type) {
  const Run* run = queue_.empty() ? nullptr : queue_.front().run();
  return run != nullptr && !run->held.empty() && type != 'D' && type != 'C' && type != 's';
}

Taken BrainCore::on_server_message(const protocol::MessageView& message, Actions& out) {
  const ReplyMeans means = queue_.means(message.type);
  if (overtakes_held_rows(message.type)) {
    records_wanted_ = true;
    return Taken::Wait;
  }
  switch (means) {
    case ReplyMeans::Async:
      return on_async(message, out);
    case ReplyMeans::Fails:
      return on_error(message, out);
    case ReplyMeans::Unexpected:
      protocol_violation("the server sent a message that nothing asked for", out);
      return Taken::Yes;
    case ReplyMeans::Continues:
    case ReplyMeans::Ends:
      break;
  }
  Owing& entry = queue_.front();
  bool was_settings = false;
  switch (message.type) {
    case 'Z':
      return on_ready(message, out);
    case 't':
    case 'T':
    case 'n':
      return on_description(entry, message, out);
    case 'D':
      return on_row(entry, message, out);
    case 'G':
    case 'H':
      return on_copy_response(entry, message, out);
    case 'd':
    case 'c':
    case 'V':
      show(message, out);
      return Taken::Yes;
    case 'C':
    case 'I':
    case 's':
      return on_statement_end(entry, message, out);
    default:  // 1, 2, 3
      if (entry.instead != nullptr) {
        protocol_violation("a statement that must fail did not", out);
        return Taken::Yes;
      }
      confirm(entry, out);
      if (entry.shown == Shown::All) {
        show(message, out);
      }
      was_settings = entry.settings;
      queue_.pop();
      if (was_settings && probe_ && (queue_.empty() || !queue_.front().settings)) {
        settings_answered();  // inside the client's batch: no ReadyForQuery ends the question
      }
      return Taken::Yes;
  }
}

void BrainCore::show(const protocol::MessageView& message, Actions& out) {
  const Owing& entry = queue_.front();
  if (entry.shown != Shown::Nothing && !entry.failed) {
    protocol::put_bytes(out.to_client, message.frame);
  }
}

Taken BrainCore::on_async(const protocol::MessageView& message, Actions& out) {
  if (message.type == 'S') {
    const auto status = protocol::decode_parameter_status(message.body);
    if (!status) {
      protocol_violation("the server sent a malformed ParameterStatus", out);
      return Taken::Yes;
    }
    if ((*status).name == "application_name") {
      application_name_ = (*status).value;
    }
    SessionSettings changed = settings();
    if (changed.apply((*status).name, (*status).value)) {
      set_settings(std::move(changed));
    }
  }
  if (message.type == 'N' && !queue_.empty()) {
    const Owing& entry = queue_.front();
    if (entry.shown == Shown::Nothing || entry.failed) {
      return Taken::Yes;
    }
    const ScrubContext context = scrub_context(entry);
    const bool adopts_block = piecewise_ && piecewise_->adopts_block;
    if (context.tagged || context.rewritten || context.shift || adopts_block) {
      auto notice = protocol::decode_error_fields(message.body);
      if (!notice) {
        protocol_violation("the server sent a malformed notice", out);
        return Taken::Yes;
      }
      if (adopts_block && (*notice).sqlstate() == "25001") {
        return Taken::Yes;  // "there is already a transaction in progress"
      }
      if (const auto clean = scrub_notice(std::move(*notice), context)) {
        protocol::encode_notice_response(out.to_client, *clean);
      }
      return Taken::Yes;
    }
  }
  protocol::put_bytes(out.to_client, message.frame);
  return Taken::Yes;
}

Taken BrainCore::on_error(const protocol::MessageView& message, Actions& out) {
  const auto decoded = protocol::decode_error_fields(message.body);
  if (!decoded) {
    protocol_violation("the server sent a malformed error", out);
    return Taken::Yes;
  }
  const bool idle = queue_.empty();
  if ((*decoded).ends_session()) {
    protocol::encode_error_response(
        out.to_client,
        scrub_error(*decoded, idle ? ScrubContext() : scrub_context(queue_.front())));
    end_open_records((*decoded).sqlstate(), out);
    close(out);
    return Taken::Yes;
  }
  if (idle) {
    protocol_violation("the server sent an error that nothing asked for", out);
    return Taken::Yes;
  }
  Owing& entry = queue_.front();
  protocol::ErrorFields shown =
      scrub_error(under_client_names(*decoded, entry), scrub_context(entry));
  on_copy_error(entry, *decoded, shown);
  const Run* run = entry.run();
  if (is_provoked(*decoded)) {
    if (entry.instead != nullptr) {
      shown = *entry.instead;
    } else if (run != nullptr && run->kind == PlanKind::Refuse) {
      shown = run->refusal;
    }
  }
  // A probe inside the client's batch has failed that batch, so the client is told.
  const bool failed_batch = entry.settings && queue_.back().kind != Owed::Sync;
  if ((entry.shown != Shown::Nothing || failed_batch) && !entry.failed) {
    protocol::encode_error_response(out.to_client, shown);
  }
  if (entry.settings && failed_batch) {
    probe_.reset();
  }
  if (entry.shown == Shown::Nothing && entry.kind == Owed::Parse && !entry.settings) {
    poisoning_ = false;  // the client may go on: up to its Sync everything is skipped
  }
  const std::string sqlstate(shown.sqlstate());
  if (entry.kind == Owed::Query) {
    for (const auto& part : entry.runs) {
      end_record(*part, {}, sqlstate, out);
      release(*part);
    }
    entry.failed = true;
  }
  after_error(queue_.fail(), sqlstate, out);
  if (is_provoked(*decoded)) {
    drop_copy_data();
  }
  return Taken::Yes;
}

Taken BrainCore::on_ready(const protocol::MessageView& message, Actions& out) {
  Owing& entry = queue_.front();
  if (!ends_.empty()) {
    return Taken::Wait;
  }
  const auto state = protocol::decode_ready_for_query(message.body);
  if (!state) {
    protocol_violation("the server sent a malformed ReadyForQuery", out);
    return Taken::Yes;
  }
  if (entry.kind == Owed::Sync && entry.shown == Shown::Nothing && !entry.settings) {
    queue_.pop();  // the ROLLBACK of a block of our own follows
    return Taken::Yes;
  }
  if (poisoning_ && entry.shown == Shown::All && *state == protocol::BlockState::InBlock) {
    queue_.pop();
    poison(out);
    return Taken::Yes;
  }
  if (*state == protocol::BlockState::Idle && !entry.settings) {
    end_block(!failed_since_idle_, out);
    if (!schema_following_.empty()) {
      return Taken::Wait;  // once the client knows, every session does
    }
  }
  const bool is_poison = poisoning_ && entry.kind == Owed::Query && entry.shown == Shown::Nothing;
  poisoning_ = false;
  const bool was_probe = entry.settings;
  if (entry.shown == Shown::All || is_poison) {
    protocol::put_bytes(out.to_client, message.frame);
    cancel_requested_ = false;
  }
  queue_.pop();
  block_ = *state;
  if (was_probe && probe_) {
    settings_answered();
    if (!settings_known_ && block_ != protocol::BlockState::Failed && ++probe_failures_ >= 3) {
      fatal(protocol::make_error("FATAL", "XX000", "the server does not tell its settings"), out);
    }
    return Taken::Yes;
  }
  if (block_ != protocol::BlockState::Idle) {
    return Taken::Yes;
  }
  if (names_.end_of_transaction()) {
    expect_again();
  }
  if (settings_touched_) {
    settings_known_ = false;
    settings_touched_ = false;
  }
  failed_since_idle_ = false;
  return Taken::Yes;
}

}  // namespace pgveil::proxy
