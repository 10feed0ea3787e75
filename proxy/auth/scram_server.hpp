#pragma once

/// Our side of SCRAM-SHA-256 when a client logs in to pgveil. It does not tell whether a user exists:
/// unknown users get a mock verifier and the whole exchange.
///
///   Start ──on_first──▶ Challenged ──on_final──▶ Ended
///
/// Call order: mechanisms (to offer), select, on_first, on_final. Any failure ends it.
/// Threads: one at a time. Source: RFC 5802; PostgreSQL, src/backend/libpq/auth-scram.c.

#include "crypto/scram.hpp"
#include "protocol/message/errors.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy {

/// With these pgveil logs in to the server as the user, without a password. ClientKey is as good as the
/// password for this verifier: kept in locked memory, wiped when dropped.
struct ScramKeys {
  crypto::SecretBytes client_key;
  crypto::SecretBytes server_key;
  crypto::Bytes salt;  // of the verifier: the server's must be the same
  std::uint32_t iterations = 0;
};

class ScramServer {
 public:
  /// What to do next. Exactly one of the three is set: text for the client and nothing else (Continue),
  /// text and keys (the client has proved who it is), or an error that ends the login.
  struct Step {
    std::string reply;
    std::optional<ScramKeys> keys;
    std::optional<protocol::ErrorFields> error;
  };

  /// `known`: false for a mock verifier; then no proof is right. `nonce`: ours, fresh and printable.
  /// `end_point`: the binding of the client's TLS connection; absent: PLUS is not offered.
  ScramServer(std::string user,
              crypto::ScramVerifier verifier,
              bool known,
              std::string nonce,
              std::optional<crypto::Bytes> end_point);

  [[nodiscard]] std::vector<std::string_view> mechanisms() const;
  /// The one chosen.
  [[nodiscard]] std::string_view mechanism() const;
  /// Whether the client chose what was offered.
  [[nodiscard]] bool select(std::string_view mechanism);
  [[nodiscard]] Step on_first(std::string_view client_first);
  [[nodiscard]] Step on_final(std::string_view client_final);

 private:
  enum class State { Start, Challenged, Ended };

  [[nodiscard]] Step fail(protocol::ErrorFields error);

  State state_ = State::Start;
  std::string user_;
  crypto::ScramVerifier verifier_;
  bool known_;
  bool plus_ = false;
  std::string nonce_;  // ours; with the client's in front once challenged
  std::optional<crypto::Bytes> end_point_;
  std::string gs2_header_;
  std::string auth_message_;  // client-first-bare , server-first
};

/// FATAL 28P01, the same for a wrong password and for a user who does not exist.
[[nodiscard]] protocol::ErrorFields password_failed(std::string_view user);

}  // namespace pgveil::proxy
