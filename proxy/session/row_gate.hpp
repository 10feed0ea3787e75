#pragma once

/// Holds the rows of one statement until its begin record is durable.
///   NotNeeded: nothing to record, rows pass
///   Waiting ──durable──▶ Open: rows pass      Waiting ──failed──▶ Shut: 58030, no row ever passes
/// The rows themselves wait in the session's input buffer, which is bounded: while the gate is Waiting the
/// session does not look at the server's next message.

#include "protocol/message/errors.hpp"

namespace pgveil::proxy {

class RowGate {
 public:
  enum class State { NotNeeded, Waiting, Open, Shut };

  /// The begin record is on its way. Once per statement (asserted).
  void wait();
  void on_durable();
  void on_failed();

  [[nodiscard]] State state() const { return state_; }

  [[nodiscard]] bool holds() const { return state_ == State::Waiting; }

  /// A begin record was asked for, so an end record is owed.
  [[nodiscard]] bool is_recorded() const { return state_ != State::NotNeeded; }

 private:
  State state_ = State::NotNeeded;
};

/// 58030: what a client gets whose statement could not be recorded.
[[nodiscard]] protocol::ErrorFields audit_error(const char* severity = "ERROR");

}  // namespace pgveil::proxy
