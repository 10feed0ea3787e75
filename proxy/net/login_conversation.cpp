#include "proxy/net/login_conversation.hpp"

#include "crypto/md5_password.hpp"
#include "proxy/auth/scram_message.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

using protocol::Authentication;
using protocol::ErrorFields;

ErrorFields cannot_answer(std::string_view method) {
  return protocol::make_error(
      "FATAL", "28000",
      "the database server asks for " + std::string(method) + ", which pgveil cannot answer", {},
      "Let pg_hba.conf ask for scram-sha-256 and store a SCRAM verifier for the user; or see "
      "allow_md5 "
      "and allow_cleartext in pgveil's configuration.");
}

void append(protocol::Bytes& to, protocol::ByteView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

protocol::ErrorFields lost_during_login() {
  return protocol::make_error("FATAL", "08006",
                              "the connection to the database server was lost during login");
}

LoginConversation::LoginConversation(std::shared_ptr<const LoginSecret> secret,
                                     std::string user,
                                     std::optional<crypto::Bytes> end_point,
                                     bool is_private)
    : secret_(std::move(secret)),
      user_(std::move(user)),
      end_point_(std::move(end_point)),
      is_private_(is_private) {}

void LoginConversation::on_message(const protocol::MessageView& message, protocol::Bytes& out) {
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
        error_ = lost_during_login();
      }
      state_ = State::Ready;
      return;
    default:
      error_ = lost_during_login();
  }
}

void LoginConversation::on_authentication(protocol::ByteView body, protocol::Bytes& out) {
  const auto message = protocol::decode_authentication(body);
  if (!message) {
    error_ = lost_during_login();
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
      return on_cleartext(out);
    case Authentication::Kind::Md5Password:
      return on_md5((*message).data, out);
    case Authentication::Kind::Gss:
    case Authentication::Kind::GssContinue:
    case Authentication::Kind::Sspi:
      error_ = cannot_answer("GSSAPI or SSPI authentication");
      return;
  }
}

void LoginConversation::on_accepted() {
  // A server that has asked must also have proved itself.
  if (state_ != State::Asked && state_ != State::Verified) {
    error_ = lost_during_login();
    return;
  }
  if (state_ == State::Asked && secret_ && !secret_->password.empty()) {
    // Nobody has checked it.
    error_ =
        protocol::make_error("FATAL", "28000", "the database server did not ask for the password",
                             {}, "Let pg_hba.conf ask for one: trust would let anybody in.");
    return;
  }
  state_ = State::Accepted;
}

void LoginConversation::on_cleartext(protocol::Bytes& out) {
  if (state_ != State::Asked || !secret_ || secret_->password.empty() || !is_private_) {
    error_ =
        state_ == State::Asked ? cannot_answer("a password in clear text") : lost_during_login();
    return;
  }
  protocol::encode_password(out, protocol::as_text(secret_->password.expose()));
  state_ = State::Verified;
}

void LoginConversation::on_md5(protocol::ByteView salt, protocol::Bytes& out) {
  if (state_ != State::Asked || salt.size() != 4) {
    error_ = lost_during_login();
    return;
  }
  std::optional<std::string> answer;
  if (secret_ && !secret_->md5.empty()) {
    answer = crypto::md5_response(secret_->md5, salt);
  } else if (secret_ && !secret_->password.empty() && is_private_) {
    const auto verifier = crypto::make_md5_verifier(secret_->password, user_);
    answer = verifier ? crypto::md5_response(*verifier, salt) : std::nullopt;
  }
  if (!answer) {
    error_ = cannot_answer("an MD5 password");
    return;
  }
  protocol::encode_password(out, *answer);
  state_ = State::Verified;
}

void LoginConversation::on_mechanisms(protocol::ByteView data, protocol::Bytes& out) {
  const auto names = protocol::decode_sasl_mechanisms(data);
  auto nonce = crypto::scram_nonce();
  if (!names || !nonce || state_ != State::Asked) {
    error_ = lost_during_login();
    return;
  }
  const auto offers = [&](std::string_view name) {
    return std::ranges::find(*names, name) != (*names).end();
  };
  if (secret_ && !secret_->password.empty()) {
    // A user whom the verifiers do not know and the server checks by SCRAM: whether there is such a
    // user must not be told.
    error_ = password_failed(user_);
    return;
  }
  if (!secret_ || !secret_->scram || !offers(kScram)) {
    error_ =
        cannot_answer(secret_ && !secret_->md5.empty() ? "SCRAM for a user with an MD5 password"
                                                       : "another kind of SASL authentication");
    return;
  }
  const bool plus = end_point_ && offers(kScramPlus);
  scram_.emplace(*secret_->scram, std::move(*nonce), plus ? end_point_ : std::nullopt,
                 end_point_.has_value());
  const std::string first = scram_->first();
  protocol::encode_sasl_initial_response(out, {scram_->mechanism(), protocol::as_bytes(first)});
  state_ = State::Challenged;
}

void LoginConversation::on_challenge(std::string_view text, protocol::Bytes& out) {
  if (state_ != State::Challenged) {
    error_ = lost_during_login();
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

void LoginConversation::on_final(std::string_view text) {
  if (state_ != State::Proved) {
    error_ = lost_during_login();
    return;
  }
  if (!scram_->on_server_final(text)) {
    refuse();
    return;
  }
  state_ = State::Verified;
}

void LoginConversation::refuse() {
  switch (scram_->failure()) {
    case ScramClient::Failure::VerifierDiffers:
      verifier_differs_ = true;
      error_ = password_failed(user_);
      error_->set('H', "The password may have changed a moment ago: connect again.");
      return;
    case ScramClient::Failure::Impostor:
      error_ = protocol::make_error("FATAL", "08006",
                                    "the database server could not prove that it knows this user");
      return;
    case ScramClient::Failure::Malformed:
    case ScramClient::Failure::Refused:
      error_ = lost_during_login();
      return;
  }
}

void LoginConversation::on_status(const protocol::MessageView& message) {
  const auto status = protocol::decode_parameter_status(message.body);
  if (!status) {
    error_ = lost_during_login();
    return;
  }
  upstream_->statuses.emplace_back((*status).name, (*status).value);
  append(upstream_->greeting, message.frame);
}

void LoginConversation::on_key(protocol::ByteView body) {
  const auto data = protocol::decode_backend_key_data(body);
  if (!data) {
    error_ = lost_during_login();
    return;
  }
  upstream_->pid = (*data).pid;
  upstream_->key.assign((*data).key.begin(), (*data).key.end());
}

void LoginConversation::on_error(protocol::ByteView body) {
  auto error = protocol::decode_error_fields(body);
  cannot_connect_now_ = error && (*error).sqlstate() == "57P03";
  error_ = error ? std::move(*error) : lost_during_login();
}

}  // namespace pgveil::proxy
