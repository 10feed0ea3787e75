#include "crypto/md5_password.hpp"
#include "crypto/random.hpp"
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

/// What is known of the user. Waits on a worker: the source may ask the server.
asio::awaitable<VerifierAnswer> find_verifier(std::shared_ptr<Core> core, std::string user) {
  auto fetch = [core, user]() -> VerifierAnswer {
    try {
      return core->services.verifiers->fetch(user);
    } catch (const std::exception&) {
      return VerifierAnswer();
    }
  };
  co_return co_await on_worker(*core->login_workers, std::move(fetch));
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

asio::awaitable<std::optional<ClientProof>> run_scram(std::shared_ptr<Connection> connection,
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
  auto secret = std::make_shared<LoginSecret>();
  secret->scram = std::move(step.keys);
  proof.secret = std::move(secret);
  proof.method = scram.mechanism();
  const Authentication message{Authentication::Kind::SaslFinal, protocol::as_bytes(step.reply)};
  protocol::encode_authentication(proof.farewell, message);
  co_return proof;
}

asio::awaitable<std::optional<ClientProof>> prove_by_scram(std::shared_ptr<Connection> connection,
                                                           std::string user,
                                                           VerifierAnswer answer,
                                                           std::optional<ErrorFields>& error) {
  auto nonce = crypto::scram_nonce();
  if (!nonce) {
    co_return std::nullopt;
  }
  const bool known = answer.status == VerifierStatus::Found;
  Stream& client = *connection->client;
  ScramServer scram(user,
                    known ? std::move(answer.verifier)
                          : crypto::mock_scram_verifier(connection->core->mock_seed, user),
                    known, std::move(*nonce),
                    client.is_tls() ? own_end_point(client.tls()) : std::nullopt);
  co_return co_await run_scram(connection, scram, error);
}

/// The answer to a request for a password, without its NUL. Empty ones are wrong, as in PostgreSQL.
asio::awaitable<crypto::SecretBytes> read_password(std::shared_ptr<Connection> connection,
                                                   std::optional<ErrorFields>& error) {
  std::optional<protocol::Bytes> body = co_await read_answer(connection, error);
  connection->client_frames.wipe_taken();
  crypto::SecretBytes password;
  if (body) {
    const auto text = protocol::decode_password(*body);
    if (text) {
      password = crypto::SecretBytes::copy_of(protocol::as_bytes(*text));
    } else {
      error = make_error("FATAL", "08P01", "invalid password packet size");
    }
    crypto::wipe(*body);
  }
  co_return password;
}

bool is_answer(const crypto::SecretBytes& got, const std::string& wanted) {
  return crypto::ct_equal(crypto::ByteView(got.expose()), crypto::as_bytes(wanted));
}

asio::awaitable<std::optional<ClientProof>> prove_by_md5(std::shared_ptr<Connection> connection,
                                                         std::string user,
                                                         VerifierAnswer answer,
                                                         std::optional<ErrorFields>& error) {
  protocol::Bytes salt(4);
  if (!crypto::random_bytes(salt)) {
    co_return std::nullopt;
  }
  std::string question(protocol::as_text(salt));
  const bool sent =
      co_await send(connection, Authentication::Kind::Md5Password, std::move(question));
  if (!sent) {
    co_return std::nullopt;
  }
  const crypto::SecretBytes got = co_await read_password(connection, error);
  const auto wanted = crypto::md5_response(answer.md5, salt);
  if (error || got.empty()) {
    error = error ? std::move(error) : password_failed(user);
    co_return std::nullopt;
  }
  if (!wanted || !is_answer(got, *wanted)) {
    error = password_failed(user);
    co_return std::nullopt;
  }
  ClientProof proof;
  auto secret = std::make_shared<LoginSecret>();
  secret->md5 = std::move(answer.md5);
  proof.secret = std::move(secret);
  proof.method = "md5";
  co_return proof;
}

/// The server will check it.
asio::awaitable<std::optional<ClientProof>> take_password(std::shared_ptr<Connection> connection,
                                                          std::string user,
                                                          std::optional<ErrorFields>& error) {
  const bool sent =
      co_await send(connection, Authentication::Kind::CleartextPassword, std::string());
  if (!sent) {
    co_return std::nullopt;
  }
  crypto::SecretBytes got = co_await read_password(connection, error);
  if (error || got.empty()) {
    error = error ? std::move(error) : password_failed(user);
    co_return std::nullopt;
  }
  ClientProof proof;
  auto secret = std::make_shared<LoginSecret>();
  secret->password = std::move(got);
  proof.secret = std::move(secret);
  proof.method = "password";
  co_return proof;
}

}  // namespace

asio::awaitable<std::optional<ClientProof>> authenticate(std::shared_ptr<Connection> connection,
                                                         std::string user,
                                                         std::string& sqlstate) {
  const std::shared_ptr<Core> core = connection->core;
  const UpstreamOptions& upstream = core->options.upstream;
  VerifierAnswer answer = co_await find_verifier(core, user);
  const bool md5 = answer.status == VerifierStatus::FoundMd5;
  const bool readable = connection->client->is_tls() || connection->client->is_local();
  std::optional<ErrorFields> error;
  std::optional<ClientProof> proof;
  if (answer.status == VerifierStatus::Unavailable) {
    error = make_error("FATAL", "57P03", "logins cannot be checked at the moment", {},
                       "The source of password verifiers does not answer: try again.");
    core->log(LogLevel::Error, "the source of verifiers does not answer");
  } else if (md5 && upstream.allow_md5) {
    proof = co_await prove_by_md5(connection, user, std::move(answer), error);
  } else if (answer.status != VerifierStatus::Found && upstream.allow_cleartext && readable) {
    proof = co_await take_password(connection, user, error);
  } else {
    if (md5) {
      core->log(LogLevel::Warning,
                "a login failed: the stored password is an MD5 hash; set it again with "
                "password_encryption = scram-sha-256, or see allow_md5");
    }
    proof = co_await prove_by_scram(connection, user, std::move(answer), error);
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
