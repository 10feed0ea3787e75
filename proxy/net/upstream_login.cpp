#include "protocol/message/completion.hpp"
#include "protocol/message/login.hpp"
#include "proxy/auth/scram_client.hpp"
#include "proxy/auth/scram_message.hpp"
#include "proxy/net/upstream.hpp"

#include <algorithm>
#include <array>

namespace pgveil::proxy {

namespace {

using protocol::Authentication;
using protocol::ErrorFields;

ErrorFields lost() {
  return protocol::make_error("FATAL", "08006",
                              "the connection to the database server was lost during login");
}

ErrorFields cannot_answer(std::string_view method) {
  return protocol::make_error(
      "FATAL", "28000",
      "the database server asks for " + std::string(method) + ", which pgveil cannot answer", {},
      "Let pg_hba.conf ask for scram-sha-256, and store a SCRAM verifier for the user.");
}

/// The login as a machine: messages of the server in, messages to it out.
///   Asked ──R 10──▶ Challenged ──R 11──▶ Proved ──R 12──▶ Verified ──R 0──▶ Accepted ──Z──▶ Ready
/// A server that trusts says R 0 at once.
class LoginConversation {
 public:
  LoginConversation(std::shared_ptr<const ScramKeys> keys,
                    std::string user,
                    std::optional<crypto::Bytes> end_point)
      : keys_(std::move(keys)), user_(std::move(user)), end_point_(std::move(end_point)) {}

  /// Takes one message. Sets `error_` or appends to `out`.
  void on_message(const protocol::MessageView& message, protocol::Bytes& out) {
    switch (message.type) {
      case 'R':
        return on_authentication(message.body, out);
      case 'S':
        return on_status(message);
      case 'K':
        return on_key(message.body);
      case 'E':
        return on_error(message.body);
      case 'N':
        append(upstream_->greeting, message.frame);
        return;
      case 'v':
        return;  // we asked for 3.0 and for no options
      case 'Z':
        append(upstream_->ready, message.frame);
        if (state_ != State::Accepted) {
          error_ = lost();
        }
        state_ = State::Ready;
        return;
      default:
        error_ = lost();
    }
  }

  [[nodiscard]] bool is_ready() const { return state_ == State::Ready; }

  [[nodiscard]] const std::optional<ErrorFields>& error() const { return error_; }

  [[nodiscard]] bool verifier_differs() const { return verifier_differs_; }

  [[nodiscard]] std::unique_ptr<Upstream> take() { return std::move(upstream_); }

 private:
  enum class State { Asked, Challenged, Proved, Verified, Accepted, Ready };

  static void append(protocol::Bytes& to, protocol::ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
  }

  void on_authentication(protocol::ByteView body, protocol::Bytes& out) {
    const auto message = protocol::decode_authentication(body);
    if (!message) {
      error_ = lost();
      return;
    }
    const std::string_view text = protocol::as_text((*message).data);
    switch ((*message).kind) {
      case Authentication::Kind::Ok:
        return on_accepted();
      case Authentication::Kind::Sasl:
        return on_mechanisms((*message).data, out);
      case Authentication::Kind::SaslContinue:
        return on_challenge(text, out);
      case Authentication::Kind::SaslFinal:
        return on_final(text);
      case Authentication::Kind::CleartextPassword:
        error_ = cannot_answer("a password in clear text");
        return;
      case Authentication::Kind::Md5Password:
        error_ = cannot_answer("an MD5 password");
        return;
      case Authentication::Kind::Gss:
      case Authentication::Kind::GssContinue:
      case Authentication::Kind::Sspi:
        error_ = cannot_answer("GSSAPI or SSPI authentication");
        return;
    }
  }

  void on_accepted() {
    // A server that has asked must also have proved itself.
    if (state_ != State::Asked && state_ != State::Verified) {
      error_ = lost();
      return;
    }
    state_ = State::Accepted;
  }

  void on_mechanisms(protocol::ByteView data, protocol::Bytes& out) {
    const auto names = protocol::decode_sasl_mechanisms(data);
    auto nonce = crypto::scram_nonce();
    if (!names || !nonce || state_ != State::Asked) {
      error_ = lost();
      return;
    }
    const auto offers = [&](std::string_view name) {
      return std::ranges::find(*names, name) != (*names).end();
    };
    if (!keys_ || !offers(kScram)) {
      error_ = cannot_answer("another kind of SASL authentication");
      return;
    }
    const bool plus = end_point_ && offers(kScramPlus);
    scram_.emplace(*keys_, std::move(*nonce), plus ? end_point_ : std::nullopt,
                   end_point_.has_value());
    const std::string first = scram_->first();
    protocol::encode_sasl_initial_response(out, {scram_->mechanism(), protocol::as_bytes(first)});
    state_ = State::Challenged;
  }

  void on_challenge(std::string_view text, protocol::Bytes& out) {
    if (state_ != State::Challenged) {
      error_ = lost();
      return;
    }
    const auto final = scram_->on_server_first(text);
    if (!final) {
      refuse();
      return;
    }
    protocol::encode_sasl_response(out, protocol::as_bytes(*final));
    state_ = State::Proved;
  }

  void on_final(std::string_view text) {
    if (state_ != State::Proved) {
      error_ = lost();
      return;
    }
    if (!scram_->on_server_final(text)) {
      refuse();
      return;
    }
    state_ = State::Verified;
  }

  void refuse() {
    switch (scram_->failure()) {
      case ScramClient::Failure::VerifierDiffers:
        verifier_differs_ = true;
        error_ = password_failed(user_);
        error_->set('H', "The password may have changed a moment ago: connect again.");
        return;
      case ScramClient::Failure::Impostor:
        error_ = protocol::make_error(
            "FATAL", "08006", "the database server could not prove that it knows this user");
        return;
      case ScramClient::Failure::Malformed:
      case ScramClient::Failure::Refused:
        error_ = lost();
        return;
    }
  }

  void on_status(const protocol::MessageView& message) {
    const auto status = protocol::decode_parameter_status(message.body);
    if (!status) {
      error_ = lost();
      return;
    }
    upstream_->statuses.emplace_back((*status).name, (*status).value);
    append(upstream_->greeting, message.frame);
  }

  void on_key(protocol::ByteView body) {
    const auto data = protocol::decode_backend_key_data(body);
    if (!data) {
      error_ = lost();
      return;
    }
    upstream_->pid = (*data).pid;
    upstream_->key.assign((*data).key.begin(), (*data).key.end());
  }

  void on_error(protocol::ByteView body) {
    auto error = protocol::decode_error_fields(body);
    error_ = error ? std::move(*error) : lost();
  }

  State state_ = State::Asked;
  std::shared_ptr<const ScramKeys> keys_;
  std::string user_;
  std::optional<crypto::Bytes> end_point_;
  std::optional<ScramClient> scram_;
  std::optional<ErrorFields> error_;
  bool verifier_differs_ = false;
  std::unique_ptr<Upstream> upstream_ = std::make_unique<Upstream>();
};

/// Feeds the conversation until it is ready or has failed.
asio::awaitable<void> converse(Stream& stream, LoginConversation& login, protocol::Bytes& rest) {
  protocol::FrameBuffer frames(protocol::Side::Backend);
  std::array<std::byte, 4'096> scratch{};
  while (!login.is_ready() && !login.error()) {
    error_code ec = co_await stream.wait_readable();
    if (ec) {
      co_return;
    }
    const protocol::ByteView got = stream.take(scratch, ec);
    if (ec == asio::error::would_block) {
      continue;
    }
    frames.append(got);
    protocol::Bytes out;
    auto next = frames.next();
    while (next && *next) {
      login.on_message(**next, out);
      if (login.is_ready() || login.error()) {
        break;
      }
      next = frames.next();
    }
    if (ec || !next) {
      co_return;
    }
    if (!out.empty()) {
      ec = co_await stream.write_all(out);
      if (ec) {
        co_return;
      }
    }
  }
  const protocol::ByteView pending = frames.pending();
  rest.assign(pending.begin(), pending.end());
}

}  // namespace

asio::awaitable<UpstreamLogin> log_in_upstream(
    std::shared_ptr<Core> core,
    std::shared_ptr<const protocol::StartupMessage> startup,
    std::shared_ptr<const ScramKeys> keys) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  OpenedUpstream opened = co_await open_upstream(core);
  if (const auto* error = std::get_if<ErrorFields>(&opened)) {
    co_return *error;
  }
  const std::string user = *startup->find("user");
  std::unique_ptr<Stream> stream = std::move(std::get<std::unique_ptr<Stream>>(opened));
  const Deadline deadline(executor, core->options.limits.login_timeout,
                          [raw = stream.get()] { raw->close(); });
  LoginConversation login(keys, user,
                          stream->is_tls() ? peer_end_point(stream->tls()) : std::nullopt);

  protocol::Bytes packet;
  protocol::encode_startup_packet(packet, *startup);
  protocol::Bytes rest;
  const error_code ec = co_await stream->write_all(packet);
  if (!ec) {
    co_await converse(*stream, login, rest);
  }
  if (login.verifier_differs()) {
    core->services.verifiers->forget(user);
  }
  if (login.error()) {
    co_return *login.error();
  }
  if (!login.is_ready()) {
    co_return lost();
  }
  std::unique_ptr<Upstream> upstream = login.take();
  upstream->stream = std::move(stream);
  upstream->rest = std::move(rest);
  co_return std::move(upstream);
}

}  // namespace pgveil::proxy
