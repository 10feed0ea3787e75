#pragma once

/// The session logic as proxy/net sees it: proxy/session's Brain, or a double in tests. The contract is
/// Brain's (proxy/session/brain.hpp).

#include "proxy/session/brain.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pgveil::proxy {

class BrainPort {
 public:
  virtual ~BrainPort() = default;

  virtual void on_client_bytes(protocol::ByteView bytes, Actions& out) = 0;
  virtual void on_server_bytes(protocol::ByteView bytes, Actions& out) = 0;
  virtual void on_client_eof(Actions& out) = 0;
  virtual void on_server_eof(Actions& out) = 0;
  virtual void on_planned(Ticket ticket, PlannedText planned, Actions& out) = 0;
  virtual void on_converted(Ticket ticket, ConvertResult converted, Actions& out) = 0;
  virtual void on_evaluated(Ticket ticket, EvaluateResult result, Actions& out) = 0;
  virtual void on_audit_durable(Ticket ticket, Actions& out) = 0;
  virtual void on_audit_failed(Ticket ticket, Actions& out) = 0;
  virtual void on_schema_followed(Ticket ticket, Actions& out) = 0;
  virtual void on_cancel_requested(Actions& out) = 0;
  virtual void on_cancel_sent(Actions& out) = 0;
  virtual void on_deadline(const protocol::ErrorFields& why, Actions& out) = 0;

  [[nodiscard]] virtual bool wants_client_bytes() const = 0;
  [[nodiscard]] virtual bool wants_server_bytes() const = 0;
  [[nodiscard]] virtual bool is_idle() const = 0;
  [[nodiscard]] virtual bool awaits_client() const = 0;
};

/// name, value; as the server reported them at login.
using ParameterStatuses = std::vector<std::pair<std::string, std::string>>;

using BrainFactory =
    std::function<std::unique_ptr<BrainPort>(SessionIdentity, const ParameterStatuses&)>;

/// Real Brains. What `services` points to outlives the server.
[[nodiscard]] BrainFactory brains(BrainServices services, SessionLimits limits);

}  // namespace pgveil::proxy
