#pragma once

/// Our login at the server as a machine: messages of the server in, messages to it out.
///
///   Asked ──R 10──▶ Challenged ──R 11──▶ Proved ──R 12──▶ Verified ──R 0──▶ Accepted ──Z──▶ Ready
///
/// A server that trusts says R 0 at once; one that asks for a password in clear or by MD5 goes on from Asked
/// to Verified. A server that has asked must also have proved itself.
/// Private to proxy/net. Source: PostgreSQL, "Start-up", "SASL Authentication".

#include "protocol/frame.hpp"
#include "protocol/message/login.hpp"
#include "proxy/auth/scram_client.hpp"
#include "proxy/net/upstream.hpp"

namespace pgveil::proxy {

class LoginConversation {
 public:
  /// `secret` may be null. `end_point`: the server's certificate, hashed; absent without TLS.
  /// `is_private`: nobody but the server can read along, so that it may have a password in clear.
  LoginConversation(std::shared_ptr<const LoginSecret> secret,
                    std::string user,
                    std::optional<crypto::Bytes> end_point,
                    bool is_private);

  /// Takes one message; what is to be sent is appended to `out`.
  void on_message(const protocol::MessageView& message, protocol::Bytes& out);

  [[nodiscard]] bool is_ready() const { return state_ == State::Ready; }

  [[nodiscard]] const std::optional<protocol::ErrorFields>& error() const { return error_; }

  /// The error is that of the server, and says that it starts or stops: another one may do.
  [[nodiscard]] bool cannot_connect_now() const { return cannot_connect_now_; }

  /// The salt or count is another than that of our verifier: it changed.
  [[nodiscard]] bool verifier_differs() const { return verifier_differs_; }

  /// Once ready.
  [[nodiscard]] std::unique_ptr<Upstream> take() { return std::move(upstream_); }

 private:
  enum class State { Asked, Challenged, Proved, Verified, Accepted, Ready };

  void on_authentication(protocol::ByteView body, protocol::Bytes& out);
  void on_accepted();
  void on_cleartext(protocol::Bytes& out);
  void on_md5(protocol::ByteView salt, protocol::Bytes& out);
  void on_mechanisms(protocol::ByteView data, protocol::Bytes& out);
  void on_challenge(std::string_view text, protocol::Bytes& out);
  void on_final(std::string_view text);
  void refuse();
  void on_status(const protocol::MessageView& message);
  void on_key(protocol::ByteView body);
  void on_error(protocol::ByteView body);

  State state_ = State::Asked;
  std::shared_ptr<const LoginSecret> secret_;
  std::string user_;
  std::optional<crypto::Bytes> end_point_;
  std::optional<ScramClient> scram_;
  std::optional<protocol::ErrorFields> error_;
  bool is_private_;
  bool cannot_connect_now_ = false;
  bool verifier_differs_ = false;
  std::unique_ptr<Upstream> upstream_ = std::make_unique<Upstream>();
};

/// FATAL 08006: the server is gone, or speaks something else.
[[nodiscard]] protocol::ErrorFields lost_during_login();

}  // namespace pgveil::proxy
