#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"

#include <algorithm>
#include <utility>

namespace pgveil::proxy {

namespace {

/// From this size on, a message that passes unchanged is passed on before all of it is there.
constexpr std::size_t kStreamFrom = 64 * 1024;

bool is_frontend_type(char type) {
  return std::string_view("QPBDECHSFdcfX").find(type) != std::string_view::npos;
}

bool fits_copy_in(char type) {
  return std::string_view("dcfSHX").find(type) != std::string_view::npos;
}

/// The server would end the session as well.
protocol::ErrorFields unexpected_in_copy(char type) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto code = static_cast<unsigned char>(type);
  std::string text = "unexpected message type 0x";
  text += kDigits[code >> 4];
  text += kDigits[code & 15];
  return protocol::make_error("FATAL", "08P01", text + " during COPY from stdin");
}

}  // namespace

void BrainCore::on_client_bytes(protocol::ByteView bytes, Actions& out) {
  if (!finished_ && !terminated_ && !client_eof_) {
    client_.feed(bytes);
    pump(out);
  }
}

void BrainCore::on_client_eof(Actions& out) {
  client_eof_ = true;
  pump(out);
}

bool BrainCore::wants_client_bytes() const {
  if (finished_ || terminated_ || client_eof_) {
    return false;
  }
  return client_starved_ || client_.pending().size() < limits_.max_held_bytes;
}

bool BrainCore::awaits_client() { return queue_.empty() && !work_.waiting && !piecewise_; }

bool BrainCore::is_idle() {
  return awaits_client() && !batch_open_ && block_ == protocol::BlockState::Idle;
}

void BrainCore::pump(Actions& out) {
  bool progress = !finished_;
  while (progress && !finished_) {
    progress = step_server(out);
    if (!finished_) {
      progress = step_client(out) || progress;
    }
  }
  client_.keep();
  server_.keep();
  if (finished_) {
    return;
  }
  // The twin needs the slice now; the server keeps its answer back until it is told.
  if (unsettled_ != nullptr && unsettled_->kind != PlanKind::Pass &&
      unsettled_->kind != PlanKind::InPlace && batch_open_) {
    ensure_flush(out);
  }
  if (std::exchange(records_wanted_, false) && !begins_.empty()) {
    const bool ends = std::ranges::any_of(
        out.jobs, [](const Job& job) { return std::holds_alternative<RecordEnd>(job); });
    if (!ends) {
      out.jobs.emplace_back(FlushRecords{});
    }
  }
  leave(out);
}

bool BrainCore::step_client(Actions& out) {
  if (terminated_ || work_.waiting || cancel_in_flight_ || poisoning_ ||
      copy_starting_ != nullptr || copy_converting_) {
    return false;
  }
  if (client_stream_left_ > 0) {
    return stream_client(out);
  }
  if (piecewise_ && !queue_.ignores_sync()) {
    return step_piecewise(out);  // but while a piece is a COPY, the client's data is due
  }
  if (queue_.size() >= limits_.max_pending_replies) {
    return false;
  }
  return step_client_frame(out) || (client_starved_ && !finished_ && hurry_copy(out));
}

bool BrainCore::step_client_frame(Actions& out) {
  const protocol::ByteView pending = client_.pending();
  const auto read = protocol::read_header(pending, protocol::Side::Frontend);
  if (!read) {
    close(out);
    return false;
  }
  const auto& header = *read;
  client_starved_ = !header;
  if (!header) {
    return false;
  }
  const char type = header->type;
  if (queue_.is_skipping() && type != 'S' && type != 'X' && is_frontend_type(type)) {
    drop_work(out);
    if (type == 'c' || type == 'f') {
      copy_drops_ = false;
    }
    client_stream_left_ = header->frame_size();
    client_stream_drops_ = true;
    client_stream_copies_ = false;
    return stream_client(out);
  }
  if (holds_for_unsettled(type)) {
    records_wanted_ = records_wanted_ || unsettled_->gate.holds();
    return false;
  }
  if (header->frame_size() > pending.size()) {
    if (start_client_stream(*header, out)) {
      return true;
    }
    client_starved_ = true;
    return false;
  }
  const protocol::MessageView message{
      type, pending.subspan(protocol::kFrameHeaderSize, header->body_size()),
      pending.first(header->frame_size())};
  if (on_client_message(message, out) == Taken::Wait) {
    return false;
  }
  if (finished_) {
    return false;
  }
  client_.take(header->frame_size());
  if (!piecewise_) {
    drop_work(out);
  }
  return true;
}

/// The message is done with. Runs that are still here were begun and not sent: the message failed.
void BrainCore::drop_work(Actions& out) {
  if (work_.is_fresh()) {
    return;
  }
  for (const auto& run : work_.runs) {
    if (run != nullptr) {
      end_record(*run, {}, "25P02", out);
      release(*run);
    }
  }
  work_ = Work();
}

bool BrainCore::stream_client(Actions& out) {
  const protocol::ByteView pending = client_.pending();
  const std::size_t count = std::min(pending.size(), client_stream_left_);
  client_starved_ = count < client_stream_left_;
  if (count == 0) {
    return false;
  }
  const protocol::ByteView bytes = pending.first(count);
  client_stream_left_ -= count;
  if (client_stream_copies_) {
    feed_copy(bytes, out);
  } else if (!client_stream_drops_) {
    protocol::put_bytes(out.to_server, bytes);
  }
  client_.take(count);
  return true;
}

bool BrainCore::start_client_stream(const protocol::FrameHeader& header, Actions& out) {
  client_stream_copies_ = false;
  if (header.type == 'd') {
    const CopyDataGoes goes = copy_data_goes();
    if (goes == CopyDataGoes::Waits) {
      ensure_flush(out);
      return false;
    }
    client_stream_copies_ = goes == CopyDataGoes::In;
    client_stream_drops_ = goes == CopyDataGoes::Nowhere;
    if (client_stream_copies_) {
      client_.take(protocol::kFrameHeaderSize);
    }
    client_stream_left_ = client_stream_copies_ ? header.body_size() : header.frame_size();
    (void)stream_client(out);
    return true;
  }
  if (header.frame_size() > limits_.max_message_bytes) {
    if (on_too_large(header, out) == Taken::Wait) {
      return false;
    }
    drop_work(out);
    client_stream_left_ = header.frame_size();
    client_stream_drops_ = true;
    return stream_client(out);
  }
  if (header.type != 'B' || header.frame_size() < kStreamFrom) {
    return false;
  }
  // Bind of a statement that passes: two names decide, the values need not be seen.
  protocol::Reader in(client_.pending().subspan(protocol::kFrameHeaderSize));
  const std::string_view portal_name = in.text();
  const std::string_view statement_name = in.text();
  if (!in.ok()) {
    return false;
  }
  const auto statement = names_.statement(statement_name);
  if (statement == nullptr || statement->kind() != PlanKind::Pass ||
      statement->upstream != significant(statement_name)) {
    return false;
  }
  std::optional<protocol::ErrorFields> refusal;
  const auto fresh = refresh(statement, refusal, out);
  if (fresh != statement) {
    return false;
  }
  auto portal = std::make_shared<Portal>();
  portal->settings_version = settings_version_;
  portal->settings = settings_;
  portal->name = significant(portal_name);
  portal->upstream = portal->name;
  portal->statement = fresh;
  names_.expect(portal);
  Owing entry;
  entry.kind = Owed::Bind;
  entry.name = portal->name;
  entry.portal = std::move(portal);
  owe(std::move(entry));
  batch_open_ = true;
  work_ = Work();
  client_stream_left_ = header.frame_size();
  client_stream_drops_ = false;
  return stream_client(out);
}

bool BrainCore::holds_for_unsettled(char type) {
  if (unsettled_ == nullptr || type == 'H') {
    return false;
  }
  if (unsettled_->splits_write()) {
    return true;  // what comes behind it must find what it stored
  }
  return type != 'S' || !batch_open_ || batch_executes_ != 1 || unsettled_synced_;
}

Taken BrainCore::on_client_message(const protocol::MessageView& message, Actions& out) {
  if (queue_.ignores_sync() && !fits_copy_in(message.type)) {
    fatal(unexpected_in_copy(message.type), out);
    return Taken::Yes;
  }
  if (work_.cancelled && message.type != 'S') {
    const auto error =
        protocol::make_error("ERROR", "57014", "canceling statement due to user request");
    for (const auto& run : work_.runs) {
      end_record(*run, {}, "57014", out);
    }
    return message.type == 'Q' ? refuse_query(error, FailsAt::Analysis, out)
                               : refuse_extended("-", error, FailsAt::Analysis, out);
  }
  copy_drops_ = copy_drops_ && fits_copy_in(message.type);
  switch (message.type) {
    case 'Q':
      return on_query(message, out);
    case 'P':
      return on_parse(message, out);
    case 'B':
      return on_bind(message, out);
    case 'D':
      return on_describe(message, out);
    case 'E':
      return on_execute(message, out);
    case 'C':
      return on_close(message, out);
    case 'S':
      return on_sync(message, out);
    case 'H':
      forward_to_server(message.frame, out);
      flush_sent_ = true;
      return Taken::Yes;
    case 'F':
      return on_function_call(message, out);
    case 'd':
    case 'c':
    case 'f':
      return on_copy_message(message, out);
    case 'X':
      return on_terminate(out);
    default:
      fatal(protocol::make_error("FATAL", "08P01",
                                 "invalid frontend message type " +
                                     std::to_string(static_cast<unsigned char>(message.type))),
            out);
      return Taken::Yes;
  }
}

Taken BrainCore::on_too_large(const protocol::FrameHeader& header, Actions& out) {
  const auto error =
      protocol::make_error("ERROR", "54000", "message is too large", {},
                           "max_message_bytes limits messages that pgveil must look into.");
  switch (header.type) {
    case 'Q':
    case 'F':
      return refuse_query(error, FailsAt::Analysis, out);
    case 'P':
    case 'B':
      return refuse_extended("-", error, FailsAt::Analysis, out);
    default:
      close(out);
      return Taken::Yes;
  }
}

Taken BrainCore::on_terminate(Actions& out) {
  protocol::encode_terminate(out.to_server);
  terminated_ = true;
  return Taken::Yes;
}

void BrainCore::leave(Actions& out) {
  const bool drained = client_starved_ && !work_.waiting && copy_starting_ == nullptr &&
                       !copy_converting_ && !poisoning_ && !cancel_in_flight_ &&
                       unsettled_ == nullptr && (!piecewise_ || queue_.ignores_sync());
  if (client_eof_ && !terminated_ && drained) {
    on_terminate(out);
  }
  if (server_eof_ && server_starved_) {
    if (!terminated_ && !client_eof_) {
      fatal(protocol::make_error("FATAL", "08006", "the server closed the connection"), out);
      return;
    }
    end_open_records("08006", out);
    close(out);
    return;
  }
  if (terminated_ && queue_.empty() && ends_.empty()) {
    close(out);
  }
}

void BrainCore::forward_to_server(protocol::ByteView bytes, Actions& out) {
  protocol::put_bytes(out.to_server, bytes);
}

void BrainCore::ensure_flush(Actions& out) {
  if (!flush_sent_ && batch_open_) {
    protocol::encode_flush(out.to_server);
    flush_sent_ = true;
  }
}

}  // namespace pgveil::proxy
