#pragma once

/// One session between a client and its server, from the first ReadyForQuery to the end, without I/O:
/// bytes and results go in, Actions come out.
///
/// The rule above all: every message of the client becomes exactly one message upstream (rewritten, or
/// one that fails there), whose replies are transformed on the way back. So names, transaction state and
/// the order of replies are the server's own. `reply_queue.hpp` has one entry per owed reply.
///
/// Driving it: start-up, TLS and both logins are done; the client has had its first ReadyForQuery.
///   brain.on_client_bytes(got, actions);  perform(actions);  actions.clear();
/// - Bytes may be cut anywhere. While `wants_client_bytes()` is false, do not read the client (more is
///   accepted, but memory grows); the same for the server. Both may change with every call.
/// - Jobs run on workers; their results come back by ticket, in any order.
/// - `to_client` and `to_server` are written in the background, each bounded by the driver: when one
///   side does not take its bytes, stop reading the *other* side.
/// - After CloseSession every call is ignored.
/// Client EOF is Terminate behind what was sent before; server EOF ends the session (FATAL 08006 if the
/// server did not say why).
/// Source: PostgreSQL, "Message Flow"; src/backend/tcop/postgres.c.
/// Threads: one at a time.

#include "protocol/message/completion.hpp"
#include "proxy/session/actions.hpp"
#include "proxy/session/value_service.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pgveil::proxy {

struct SessionLimits {
  std::size_t max_message_bytes = std::size_t{64}
                                  << 20;              // a message that must be looked at as a whole
  std::size_t max_held_bytes = std::size_t{1} << 20;  // of each side, while it waits for something
  std::size_t max_result_bytes = std::size_t{256} << 20;  // of one answer made by the twin
  std::size_t max_pending_replies = 65'536;  // client messages sent ahead of their replies
};

/// Shared by all sessions; outlives them. Only the cheap functions of the planner are called.
struct BrainServices {
  const Planner* planner = nullptr;
  PlanCache* plans = nullptr;
  ValueService* values = nullptr;
  /// A planned statement has ended, or was refused; for metrics. Cheap; called on the driver's thread.
  std::function<void(const PreparedPlan& plan, std::uint64_t rows)> on_statement;
};

class BrainCore;

class Brain {
 public:
  /// `parameter_status`: what the server reported at login. `settings` starts from it; the rest is asked
  /// before the first statement is planned.
  Brain(BrainServices services,
        SessionIdentity identity,
        const std::vector<std::pair<std::string, std::string>>& parameter_status,
        SessionLimits limits);
  ~Brain();
  Brain(const Brain&) = delete;
  Brain& operator=(const Brain&) = delete;

  void on_client_bytes(protocol::ByteView bytes, Actions& out);
  void on_server_bytes(protocol::ByteView bytes, Actions& out);
  void on_client_eof(Actions& out);
  void on_server_eof(Actions& out);

  void on_planned(Ticket ticket, PlannedText planned, Actions& out);
  void on_converted(Ticket ticket, ConvertResult converted, Actions& out);
  void on_evaluated(Ticket ticket, EvaluateResult result, Actions& out);
  void on_audit_durable(Ticket ticket, Actions& out);
  void on_audit_failed(Ticket ticket, Actions& out);
  void on_schema_followed(Ticket ticket, Actions& out);
  /// A CancelRequest with this session's key arrived.
  void on_cancel_requested(Actions& out);
  void on_cancel_sent(Actions& out);
  /// The driver ends the session: time-out (57P05), shutdown (57P01) … The error should be FATAL.
  void on_deadline(const protocol::ErrorFields& why, Actions& out);

  [[nodiscard]] bool wants_client_bytes() const;
  [[nodiscard]] bool wants_server_bytes() const;
  /// Nothing is owed to the client and no transaction is open.
  [[nodiscard]] bool is_idle() const;
  /// Nothing is owed to the client, though a transaction may be open: the next move is the client's.
  [[nodiscard]] bool awaits_client() const;
  [[nodiscard]] protocol::BlockState block_state() const;
  [[nodiscard]] const SessionSettings& settings() const;
  [[nodiscard]] bool is_finished() const;

 private:
  std::unique_ptr<BrainCore> core_;
};

}  // namespace pgveil::proxy
