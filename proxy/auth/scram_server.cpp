#include "proxy/auth/scram_server.hpp"

#include "proxy/auth/scram_message.hpp"

namespace pgveil::proxy {

namespace {

protocol::ErrorFields malformed() {
  return protocol::make_error("FATAL", "08P01", "malformed SCRAM message");
}

protocol::ErrorFields error_of(ScramErrc code) {
  switch (code) {
    case ScramErrc::AuthorizationIdentity:
      return protocol::make_error("FATAL", "0A000",
                                  "client uses authorization identity, but it is not supported");
    case ScramErrc::Extension:
      return protocol::make_error("FATAL", "0A000",
                                  "client requires an unsupported SCRAM extension");
    case ScramErrc::UnknownBinding:
      return protocol::make_error("FATAL", "08P01", "unsupported SCRAM channel-binding type");
    case ScramErrc::Malformed:
    case ScramErrc::ServerRefused:
      break;
  }
  return malformed();
}

protocol::ErrorFields downgraded() {
  return protocol::make_error("FATAL", "28000", "SCRAM channel binding negotiation error",
                              "The client supports SCRAM channel binding but thinks the server "
                              "does not.  However, this server does support channel binding.");
}

}  // namespace

protocol::ErrorFields password_failed(std::string_view user) {
  return protocol::make_error(
      "FATAL", "28P01", "password authentication failed for user \"" + std::string(user) + "\"");
}

ScramServer::ScramServer(std::string user,
                         crypto::ScramVerifier verifier,
                         bool known,
                         std::string nonce,
                         std::optional<crypto::Bytes> end_point)
    : user_(std::move(user)),
      verifier_(std::move(verifier)),
      known_(known),
      nonce_(std::move(nonce)),
      end_point_(std::move(end_point)) {}

std::vector<std::string_view> ScramServer::mechanisms() const {
  if (end_point_) {
    return {kScramPlus, kScram};
  }
  return {kScram};
}

std::string_view ScramServer::mechanism() const { return plus_ ? kScramPlus : kScram; }

bool ScramServer::select(std::string_view mechanism) {
  plus_ = end_point_ && mechanism == kScramPlus;
  return plus_ || mechanism == kScram;
}

ScramServer::Step ScramServer::fail(protocol::ErrorFields error) {
  state_ = State::Ended;
  Step step;
  step.error = std::move(error);
  return step;
}

ScramServer::Step ScramServer::on_first(std::string_view client_first) {
  BOOST_ASSERT(state_ == State::Start);
  const auto first = parse_client_first(client_first);
  if (!first) {
    return fail(error_of(first.error().code));
  }
  if (plus_ != ((*first).flag == BindingFlag::Used)) {
    return fail(malformed());
  }
  if ((*first).flag == BindingFlag::NotOffered && end_point_) {
    return fail(downgraded());
  }
  gs2_header_ = (*first).gs2_header;
  nonce_ = std::string((*first).nonce) + nonce_;

  Step step;
  step.reply = print_server_first({nonce_, verifier_.salt, verifier_.iterations});
  auth_message_ = std::string((*first).bare) + "," + step.reply;
  state_ = State::Challenged;
  return step;
}

ScramServer::Step ScramServer::on_final(std::string_view client_final) {
  BOOST_ASSERT(state_ == State::Challenged);
  const auto final = parse_client_final(client_final);
  if (!final) {
    return fail(error_of(final.error().code));
  }
  const crypto::ByteView header = crypto::as_bytes(gs2_header_);
  crypto::Bytes expected(header.begin(), header.end());
  if (plus_) {
    expected.insert(expected.end(), end_point_->begin(), end_point_->end());
  }
  if (!crypto::ct_equal((*final).binding, expected)) {
    return fail(protocol::make_error("FATAL", "28000", "SCRAM channel binding check failed"));
  }
  if (!crypto::ct_equal(crypto::as_bytes((*final).nonce), crypto::as_bytes(nonce_))) {
    return fail(malformed());
  }
  const std::string auth_message = auth_message_ + "," + std::string((*final).without_proof);
  auto client_key =
      crypto::scram_recover_client_key(verifier_.stored_key, (*final).proof, auth_message);
  if (!client_key || !known_) {
    return fail(password_failed(user_));
  }
  state_ = State::Ended;
  Step step;
  step.reply =
      print_server_final(crypto::scram_server_signature(verifier_.server_key, auth_message));
  step.keys.emplace();
  step.keys->client_key = std::move(*client_key);
  step.keys->server_key = std::move(verifier_.server_key);
  step.keys->salt = verifier_.salt;
  step.keys->iterations = verifier_.iterations;
  return step;
}

}  // namespace pgveil::proxy
