#pragma once

/// The other side of SCRAM-SHA-256: pgveil logs in to the server with the keys that a client's proof
/// gave away, without a password. The server must hold the very verifier that we hold (same salt and
/// iterations), and must prove that it knows the ServerKey, or it is not our server.
///
/// Call order: first, on_server_first, on_server_final. Threads: one at a time.
/// Source: RFC 5802, RFC 7677; channel binding tls-server-end-point: RFC 5929.

#include "proxy/auth/scram_server.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgveil::proxy {

class ScramClient {
 public:
  enum class Failure {
    Malformed,
    VerifierDiffers,  // the server's salt or count is not ours: our copy is old, or another password's
    Impostor,         // the signature is wrong
    Refused           // the server says e=
  };

  /// `keys` is borrowed for the conversation. `end_point`: binding of the connection to the server;
  /// present: the mechanism is PLUS. `binding_possible`: we could have bound, but the server did not
  /// offer it (flag `y`).
  ScramClient(const ScramKeys& keys,
              std::string nonce,
              std::optional<crypto::Bytes> end_point,
              bool binding_possible);

  [[nodiscard]] std::string_view mechanism() const;
  [[nodiscard]] std::string first();
  /// The client-final message, or why there is none: nothing more may be sent then.
  [[nodiscard]] std::optional<std::string> on_server_first(std::string_view text);
  /// Whether the server has proved itself.
  [[nodiscard]] bool on_server_final(std::string_view text);

  /// After a refusal of one of the above.
  [[nodiscard]] Failure failure() const { return failure_; }

 private:
  const ScramKeys& keys_;
  std::string nonce_;
  std::optional<crypto::Bytes> end_point_;
  std::string gs2_header_;
  std::string bare_;
  std::string auth_message_;
  Failure failure_ = Failure::Malformed;
};

}  // namespace pgveil::proxy
