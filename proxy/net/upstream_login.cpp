#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"
#include "proxy/net/login_conversation.hpp"
#include "proxy/net/target_session.hpp"
#include "proxy/net/upstream.hpp"

#include <array>

namespace pgveil::proxy {

namespace {

using protocol::ErrorFields;

/// What the logins at one server, or at all of them, came to.
struct LoginTrial {
  enum class Next { Stop, Address, Host };

  std::unique_ptr<Upstream> upstream;  // null: see below
  ErrorFields error;
  Next next = Next::Stop;  // what to try after the error
};

/// What all trials of one login have in common.
struct LoginRequest {
  std::shared_ptr<const protocol::StartupMessage> startup;
  std::shared_ptr<const LoginSecret> secret;
  TargetSession target = TargetSession::Any;
};

using Request = std::shared_ptr<const LoginRequest>;

/// Whether nobody but the server can read what is sent: it has shown a certificate, or is on this host.
bool is_private(Stream& stream, UpstreamOptions::SslMode sslmode) {
  using Mode = UpstreamOptions::SslMode;
  return (stream.is_tls() && (sslmode == Mode::VerifyCa || sslmode == Mode::VerifyFull)) ||
         stream.is_local();
}

/// More bytes of the server into `frames`; false: it is gone.
asio::awaitable<bool> read_more(Stream& stream, protocol::FrameBuffer& frames) {
  std::array<std::byte, 4'096> scratch{};
  for (;;) {
    error_code ec = co_await stream.wait_readable();
    if (ec) {
      co_return false;
    }
    const protocol::ByteView got = stream.take(scratch, ec);
    if (ec != asio::error::would_block) {
      frames.append(got);
      co_return !ec;
    }
  }
}

/// Feeds the conversation until it is ready or has failed.
asio::awaitable<void> converse(Stream& stream,
                               LoginConversation& login,
                               protocol::FrameBuffer& frames) {
  for (;;) {
    protocol::Bytes out;
    auto next = frames.next();
    while (next && *next) {
      login.on_message(**next, out);
      if (login.is_ready() || login.error()) {
        co_return;
      }
      next = frames.next();
    }
    if (!next) {
      co_return;
    }
    if (!out.empty()) {
      const error_code ec = co_await stream.write_all(out);
      crypto::wipe(out);
      if (ec) {
        co_return;
      }
    }
    const bool more = co_await read_more(stream, frames);
    if (!more) {
      co_return;
    }
  }
}

/// The first cell of the answer to a query of ours; nothing: an error, NULL, or the server is gone.
asio::awaitable<std::optional<std::string>> ask(Stream& stream,
                                                protocol::FrameBuffer& frames,
                                                std::string_view sql) {
  protocol::Bytes query;
  protocol::encode_query(query, {sql});
  const error_code ec = co_await stream.write_all(query);
  std::optional<std::string> answer;
  while (!ec) {
    auto next = frames.next();
    while (next && *next) {
      if ((**next).type == 'Z') {
        co_return answer;
      }
      if ((**next).type == 'D') {
        std::vector<protocol::Cell> cells;
        if (protocol::decode_data_row((**next).body, cells) && !cells.empty() && cells.front()) {
          answer = std::string(protocol::as_text(*cells.front()));
        }
      }
      next = frames.next();
    }
    const bool more = next && co_await read_more(stream, frames);
    if (!more) {
      break;
    }
  }
  co_return std::nullopt;
}

/// A server that lets us in and is none of those wanted.
asio::awaitable<const char*> mismatch(Upstream& upstream,
                                      protocol::FrameBuffer& frames,
                                      TargetSession target) {
  std::optional<std::string> answer;
  const std::string_view question = target_question(target, upstream.statuses);
  if (!question.empty()) {
    answer = co_await ask(*upstream.stream, frames, question);
  }
  const char* why = target_mismatch(target, upstream.statuses, answer);
  if (why != nullptr) {
    protocol::Bytes farewell;
    protocol::encode_terminate(farewell);
    (void)co_await upstream.stream->write_all(farewell);
  }
  co_return why;
}

asio::awaitable<LoginTrial> log_in_at(std::shared_ptr<Core> core,
                                      UpstreamAddress address,
                                      Request request) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  LoginTrial trial;
  OpenedUpstream opened = co_await open_upstream(core, address);
  if (const auto* error = std::get_if<ErrorFields>(&opened)) {
    trial.error = *error;
    trial.next = LoginTrial::Next::Address;
    co_return trial;
  }
  const std::string user = *request->startup->find("user");
  std::unique_ptr<Stream> stream = std::move(std::get<std::unique_ptr<Stream>>(opened));
  const Deadline deadline(executor, core->options.limits.login_timeout,
                          [raw = stream.get()] { raw->close(); });
  LoginConversation login(request->secret, user,
                          stream->is_tls() ? peer_end_point(stream->tls()) : std::nullopt,
                          is_private(*stream, core->options.upstream.sslmode));
  protocol::FrameBuffer frames(protocol::Side::Backend);
  protocol::Bytes packet;
  protocol::encode_startup_packet(packet, *request->startup);
  const error_code ec = co_await stream->write_all(packet);
  if (!ec) {
    co_await converse(*stream, login, frames);
  }
  if (login.verifier_differs()) {
    core->services.verifiers->forget(user);
  }
  if (login.error() || !login.is_ready()) {
    trial.error = login.error() ? *login.error() : lost_during_login();
    const bool others = !login.error() || login.cannot_connect_now();
    trial.next = others ? LoginTrial::Next::Host : LoginTrial::Next::Stop;
    co_return trial;
  }
  trial.upstream = login.take();
  trial.upstream->stream = std::move(stream);
  const char* why = co_await mismatch(*trial.upstream, frames, request->target);
  if (why != nullptr) {
    trial.upstream.reset();
    trial.error = cannot_connect(why);
    trial.next = LoginTrial::Next::Host;
    co_return trial;
  }
  const protocol::ByteView rest = frames.pending();
  trial.upstream->rest.assign(rest.begin(), rest.end());
  trial.upstream->address = std::move(address);
  co_return trial;
}

/// The addresses of one host, in order.
asio::awaitable<LoginTrial> log_in_at_host(std::shared_ptr<Core> core,
                                           UpstreamHost host,
                                           Request request) {
  LoginTrial trial;
  trial.next = LoginTrial::Next::Host;
  trial.error = cannot_connect("Its name is not known.");
  const std::vector<UpstreamAddress> addresses = co_await resolve_upstream(core, host);
  for (const UpstreamAddress& address : addresses) {
    trial = co_await log_in_at(core, address, request);
    if (trial.upstream || trial.next != LoginTrial::Next::Address) {
      break;
    }
  }
  co_return trial;
}

asio::awaitable<LoginTrial> log_in_somewhere(std::shared_ptr<Core> core, Request request) {
  LoginTrial trial;
  for (const UpstreamHost& host : core->options.upstream.hosts) {
    trial = co_await log_in_at_host(core, host, request);
    if (trial.upstream || trial.next == LoginTrial::Next::Stop) {
      break;
    }
  }
  co_return trial;
}

}  // namespace

asio::awaitable<UpstreamLogin> log_in_upstream(
    std::shared_ptr<Core> core,
    std::shared_ptr<const protocol::StartupMessage> startup,
    std::shared_ptr<const LoginSecret> secret) {
  auto request = std::make_shared<LoginRequest>();
  request->startup = std::move(startup);
  request->secret = std::move(secret);
  request->target = core->options.upstream.target_session_attrs;
  const bool prefers = request->target == TargetSession::PreferStandby;
  if (prefers) {
    request->target = TargetSession::Standby;
  }
  LoginTrial trial = co_await log_in_somewhere(core, request);
  if (prefers && !trial.upstream && trial.next != LoginTrial::Next::Stop) {
    request->target = TargetSession::Any;
    trial = co_await log_in_somewhere(core, request);
  }
  if (!trial.upstream) {
    co_return std::move(trial.error);
  }
  co_return std::move(trial.upstream);
}

}  // namespace pgveil::proxy
