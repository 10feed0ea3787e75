#include "proxy/net/session.hpp"

#include "crypto/random.hpp"
#include "protocol/message/login.hpp"
#include "proxy/net/session_jobs.hpp"

#include <boost/asio/co_spawn.hpp>

namespace pgveil::proxy {

namespace {

constexpr std::chrono::milliseconds kCloseTimeout{5'000};
constexpr int kReadsPerTurn = 4;
constexpr std::string_view kServer = "server";

protocol::ErrorFields shutting_down() {
  return protocol::make_error("FATAL", "57P01",
                              "terminating connection due to administrator command");
}

}  // namespace

Session::Session(std::shared_ptr<Core> core,
                 IoThread& thread,
                 SessionIdentity identity,
                 std::unique_ptr<Stream> client,
                 std::unique_ptr<Upstream> upstream)
    : core_(std::move(core)),
      thread_(thread),
      executor_(thread.context.get_executor()),
      identity_(std::move(identity)),
      client_(std::move(client)),
      upstream_(std::move(upstream)),
      brain_(core_->services.make_brain(identity_, upstream_->statuses)),
      to_client_(executor_),
      to_server_(executor_),
      client_gate_(executor_),
      server_gate_(executor_),
      server_key_(std::make_shared<const protocol::Bytes>(upstream_->key)),
      // Four bytes, as protocol 3.0 has them, however long the server's is.
      own_key_(upstream_->key.empty() ? 0 : 4) {}

crypto::Result<void> Session::start(protocol::Bytes greeting, protocol::ByteView client_rest) {
  auto random = crypto::random_bytes(own_key_);
  if (!random) {
    return random;
  }
  const std::shared_ptr<Session> self = shared_from_this();
  if (!own_key_.empty()) {
    protocol::encode_backend_key_data(greeting, {upstream_->pid, own_key_});
    auto on_request = [weak = weak_from_this(), executor = executor_] {
      asio::post(executor, [weak] {
        if (const auto session = weak.lock()) {
          session->on_cancel_request();
        }
      });
    };
    core_->cancels.add(upstream_->pid, own_key_, std::move(on_request));
  }
  protocol::put_bytes(greeting, upstream_->ready);
  to_client_.add(greeting);
  thread_.connections[identity_.session] = self;
  count(core_->counters.sessions_open);
  count(core_->counters.sessions_started);
  if (core_->services.on_login) {
    core_->services.on_login(identity_, "00000");
  }

  spawn_flow(read_client(self));
  spawn_flow(read_server(self));
  spawn_flow(write(self, *client_, to_client_));
  spawn_flow(write(self, *upstream_->stream, to_server_));
  asio::co_spawn(executor_, watch_client(self), [self](std::exception_ptr error) {
    if (error) {
      self->abandon();
    }
  });
  if (!upstream_->rest.empty()) {
    brain_->on_server_bytes(upstream_->rest, actions_);
    release(upstream_->rest);
  }
  if (!client_rest.empty()) {
    brain_->on_client_bytes(client_rest, actions_);
  }
  perform();
  return {};
}

void Session::spawn_flow(asio::awaitable<void> flow) {
  ++flows_;
  asio::co_spawn(executor_, std::move(flow), [self = shared_from_this()](std::exception_ptr error) {
    if (error) {
      self->core_->log(LogLevel::Error, "a session was ended by an exception");
      self->abandon();
    }
    self->flow_ended();
  });
}

// ---------------------------------------------------------------- events

bool Session::may_read_client() const {
  return closing_ || (brain_->wants_client_bytes() &&
                      to_server_.size() <= core_->options.limits.max_session_buffer);
}

bool Session::may_read_server() const {
  return closing_ || (brain_->wants_server_bytes() &&
                      to_client_.size() <= core_->options.limits.max_session_buffer);
}

void Session::on_client_readable() {
  error_code ec;
  for (int turn = 0; turn < kReadsPerTurn && !ec; ++turn) {
    const protocol::ByteView got = client_->take(thread_.scratch, ec);
    count(core_->counters.client_bytes_read, got.size());
    if (!got.empty() && !closing_) {
      brain_->on_client_bytes(got, actions_);
    }
    if (got.size() < thread_.scratch.size() || !may_read_client()) {
      break;
    }
  }
  last_activity_ = Clock::now();
  perform();
  if (ec && ec != asio::error::would_block) {
    on_client_end(ec);
  }
}

void Session::on_server_readable() {
  error_code ec;
  const bool was_closing = closing_;
  if (!brain_->awaits_client()) {
    last_activity_ = Clock::now();  // an answer; notifications do not count
  }
  for (int turn = 0; turn < kReadsPerTurn && !ec; ++turn) {
    const protocol::ByteView got = upstream_->stream->take(thread_.scratch, ec);
    count(core_->counters.server_bytes_read, got.size());
    if (!got.empty() && !closing_) {
      brain_->on_server_bytes(got, actions_);
    }
    if (got.size() < thread_.scratch.size() || !may_read_server()) {
      break;
    }
  }
  perform();
  if (closing_ && !was_closing && !client_ended_ && end_reason_ == kTerminate) {
    end_reason_ = kServer;  // a FATAL of its own
  }
  if (ec && ec != asio::error::would_block) {
    on_server_end();
  }
}

void Session::on_client_end(error_code ec) {
  client_ended_ = true;
  if (closing_ || abandoned_) {
    return;
  }
  if (ec != asio::error::eof) {
    client_lost();
    return;
  }
  brain_->on_client_eof(actions_);
  perform();
}

void Session::on_server_end() {
  server_ended_ = true;
  if (closing_ || abandoned_) {
    return;
  }
  to_server_.broken = true;
  end_reason_ = client_ended_ ? end_reason_ : kServer;
  brain_->on_server_eof(actions_);
  perform();
}

void Session::client_lost() {
  if (abandoned_) {
    return;
  }
  if (!closing_) {
    end_reason_ = "lost";
    if (!brain_->is_idle()) {
      ask_to_cancel(false);
    }
  }
  abandon();
}

void Session::on_cancel_request() {
  if (!closing_ && !abandoned_) {
    brain_->on_cancel_requested(actions_);
    perform();
  }
}

void Session::ask_to_cancel(bool tell_brain) {
  // The coroutine does not hold the session: it may go on when the session is over.
  auto done = [weak = weak_from_this(), tell_brain](std::exception_ptr) {
    const auto session = weak.lock();
    if (tell_brain && session && !session->abandoned_) {
      session->brain_->on_cancel_sent(session->actions_);
      session->perform();
    }
  };
  asio::co_spawn(executor_, cancel_upstream(core_, upstream_->address, upstream_->pid, server_key_),
                 std::move(done));
}

void Session::check_idleness(Clock::time_point now) {
  if (closing_ || abandoned_) {
    return;
  }
  if (!brain_->awaits_client()) {
    last_activity_ = now;
    return;
  }
  const auto limit = core_->idle_timeout(identity_);
  if (limit.count() > 0 && now - last_activity_ >= limit) {
    end_with(protocol::make_error("FATAL", "57P05",
                                  "terminating connection due to idle-session timeout"),
             "idle_timeout");
  }
}

// ---------------------------------------------------------------- actions

void Session::perform() {
  if (abandoned_) {
    actions_.clear();
    return;
  }
  to_client_.add(actions_.to_client);
  to_server_.add(actions_.to_server);
  run_jobs();
  flush(*client_, to_client_, core_->counters.client_bytes_written);
  flush(*upstream_->stream, to_server_, core_->counters.server_bytes_written);
  if (may_read_client()) {
    client_gate_.notify();
  }
  if (may_read_server()) {
    server_gate_.notify();
  }
  if (stopping_ && !closing_ && brain_->is_idle()) {
    end_with(shutting_down(), "shutdown");
  }
}

void Session::flush(Stream& to, Outbox& outbox, std::atomic<std::uint64_t>& counter) {
  if (outbox.queued.empty() || !outbox.writing.empty()) {
    return;
  }
  error_code ec;  // comes again to the flow that writes
  const std::size_t size = to.write_now(protocol::ByteView(outbox.queued).subspan(outbox.sent), ec);
  count(counter, size);
  outbox.sent += size;
  if (outbox.sent == outbox.queued.size()) {
    release(outbox.queued);
    outbox.sent = 0;
  } else {
    outbox.changed.notify();
  }
}

void Session::end_with(const protocol::ErrorFields& why, std::string_view reason) {
  if (closing_ || abandoned_) {
    return;
  }
  end_reason_ = reason;
  stopping_ = false;
  brain_->on_deadline(why, actions_);
  perform();
}

void Session::begin_close() {
  closing_ = true;
  close_deadline_.emplace(executor_, kCloseTimeout, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) {
      session->abandon();
    }
  });
  to_client_.changed.notify();
  to_server_.changed.notify();
  client_gate_.notify();
  server_gate_.notify();
}

void Session::stop_when_idle() {
  stopping_ = true;
  if (!closing_ && !abandoned_ && brain_->is_idle()) {
    end_with(shutting_down(), "shutdown");
  }
}

void Session::stop_now() { end_with(shutting_down(), "shutdown"); }

void Session::abandon() {
  if (std::exchange(abandoned_, true)) {
    return;
  }
  client_->close();
  upstream_->stream->close();
  to_client_.changed.notify();
  to_server_.changed.notify();
  client_gate_.notify();
  server_gate_.notify();
  cancel_evaluations();
}

void Session::flow_ended() {
  --flows_;
  if (flows_ == 0) {
    on_end();
  }
}

void Session::on_end() {
  abandon();
  close_deadline_.reset();
  core_->cancels.remove(upstream_->pid, own_key_);
  count_down(core_->counters.sessions_open);
  if (core_->services.on_logout) {
    core_->services.on_logout(identity_, end_reason_);
  }
  thread_.forget(identity_.session);
}

}  // namespace pgveil::proxy
