#include "protocol/message/login.hpp"
#include "proxy/auth/scram_message.hpp"
#include "proxy/net/connection.hpp"

#include <array>

namespace pgveil::proxy {

namespace {

using protocol::Authentication;
using protocol::ErrorFields;
using protocol::make_error;

/// The body of the client's next `p`, or nothing: gone, or something else was sent.
asio::awaitable<std::optional<protocol::Bytes>> read_answer(std::shared_ptr<Connection> connection,
                                                            std::optional<ErrorFields>& error) {
  std::array<std::byte, 1'024> scratch{};
  for (;;) {
    const auto message = connection->client_frames.next();
    if (!message) {
      co_return std::nullopt;
    }
    if (*message && (**message).type == 'p') {
      const protocol::ByteView body = (**message).body;
      co_return protocol::Bytes(body.begin(), body.end());
    }
    if (*message) {
      error = make_error("FATAL", "08P01",
                         "expected SASL response, got message type " +
                             std::to_string(static_cast<unsigned char>((**message).type)));
      co_return std::nullopt;
    }
    error_code ec = co_await connection->client->wait_readable();
    if (ec) {
      co_return std::nullopt;
    }
    const protocol::ByteView got = connection->client->take(scratch, ec);
    if (ec && ec != asio::error::would_block) {
      co_return std::nullopt;
    }
    connection->client_frames.append(got);
  }
}

asio::awaitable<bool> send(std::shared_ptr<Connection> connection,
                           Authentication::Kind kind,
                           std::string text) {
  protocol::Bytes out;
  const Authentication message{kind, protocol::as_bytes(text)};
  protocol::encode_authentication(out, message);
  const error_code ec = co_await connection->client->write_all(out);
  co_return !ec;
}

struct Verifier {
  crypto::ScramVerifier verifier;
  bool known = false;
  bool unavailable = false;
};

/// The user's verifier, or a mock one. Waits on a worker: the source may ask the server.
asio::awaitable<Verifier> find_verifier(std::shared_ptr<Core> core, std::string user) {
  auto fetch = [core, user]() -> VerifierAnswer {
    try {
      return core->services.verifiers->fetch(user);
    } catch (const std::exception&) {
      return VerifierAnswer();
    }
  };
  VerifierAnswer answer = co_await on_worker(*core->login_workers, std::move(fetch));
  Verifier verifier;
  verifier.known = answer.status == VerifierStatus::Found;
  verifier.unavailable = answer.status == VerifierStatus::Unavailable;
  verifier.verifier = verifier.known ? std::move(answer.verifier)
                                     : crypto::mock_scram_verifier(core->mock_seed, user);
  co_return verifier;
}

/// The client's first SCRAM message. An absent one is asked for with an empty challenge.
asio::awaitable<std::optional<std::string>> read_first(std::shared_ptr<Connection> connection,
                                                       ScramServer& scram,
                                                       std::optional<ErrorFields>& error) {
  std::optional<protocol::Bytes> body = co_await read_answer(connection, error);
  if (!body) {
    co_return std::nullopt;
  }
  const auto initial = protocol::decode_sasl_initial_response(*body);
  if (!initial) {
    error = make_error("FATAL", "08P01", "invalid message format");
    co_return std::nullopt;
  }
  if (!scram.select((*initial).mechanism)) {
    error =
        make_error("FATAL", "08P01", "client selected an invalid SASL authentication mechanism");
    co_return std::nullopt;
  }
  if ((*initial).response) {
    co_return std::string(protocol::as_text(*(*initial).response));
  }
  const bool sent = co_await send(connection, Authentication::Kind::SaslContinue, std::string());
  if (!sent) {
    co_return std::nullopt;
  }
  body = co_await read_answer(connection, error);
  if (!body) {
    co_return std::nullopt;
  }
  co_return std::string(protocol::as_text(*body));
}

asio::awaitable<std::optional<ClientProof>> run(std::shared_ptr<Connection> connection,
                                                ScramServer& scram,
                                                std::optional<ErrorFields>& error) {
  protocol::Bytes offer;
  protocol::encode_sasl_mechanisms(offer, scram.mechanisms());
  const error_code ec = co_await connection->client->write_all(offer);
  if (ec) {
    co_return std::nullopt;
  }
  const std::optional<std::string> first = co_await read_first(connection, scram, error);
  if (!first) {
    co_return std::nullopt;
  }
  ScramServer::Step step = scram.on_first(*first);
  if (step.error) {
    error = std::move(step.error);
    co_return std::nullopt;
  }
  const bool sent =
      co_await send(connection, Authentication::Kind::SaslContinue, std::move(step.reply));
  if (!sent) {
    co_return std::nullopt;
  }
  const std::optional<protocol::Bytes> final = co_await read_answer(connection, error);
  if (!final) {
    co_return std::nullopt;
  }
  step = scram.on_final(protocol::as_text(*final));
  if (step.error) {
    error = std::move(step.error);
    co_return std::nullopt;
  }
  ClientProof proof;
  proof.keys = std::make_shared<const ScramKeys>(std::move(*step.keys));
  const Authentication message{Authentication::Kind::SaslFinal, protocol::as_bytes(step.reply)};
  protocol::encode_authentication(proof.farewell, message);
  co_return proof;
}

}  // namespace

asio::awaitable<std::optional<ClientProof>> authenticate(std::shared_ptr<Connection> connection,
                                                         std::string user,
                                                         std::string& sqlstate) {
  const std::shared_ptr<Core> core = connection->core;
  Verifier verifier = co_await find_verifier(core, user);
  std::optional<ErrorFields> error;
  std::optional<ClientProof> proof;
  if (verifier.unavailable) {
    error = make_error("FATAL", "57P03", "logins cannot be checked at the moment", {},
                       "The source of password verifiers does not answer: try again.");
    core->log(LogLevel::Error, "the source of verifiers does not answer");
  } else if (auto nonce = crypto::scram_nonce()) {
    Stream& client = *connection->client;
    ScramServer scram(user, std::move(verifier.verifier), verifier.known, std::move(*nonce),
                      client.is_tls() ? own_end_point(client.tls()) : std::nullopt);
    proof = co_await run(connection, scram, error);
  }
  if (proof) {
    co_return proof;
  }
  sqlstate = error ? std::string(error->sqlstate()) : "08006";
  if (error) {
    co_await send_error(connection, std::move(*error));
  }
  co_return std::nullopt;
}

}  // namespace pgveil::proxy
