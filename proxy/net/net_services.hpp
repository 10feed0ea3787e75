#pragma once

/// Whom a server works with. Everything pointed to outlives the server.

#include "proxy/auth/verifiers.hpp"
#include "proxy/net/brain_port.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace pgveil::proxy {

enum class LogLevel { Info, Warning, Error };

struct NetServices {
  VerifierSource* verifiers = nullptr;
  BrainFactory make_brain;
  /// Jobs of sessions; called on workers. `plan` is plan_text over the planner and its cache.
  std::function<PlannedText(const TextPlanRequest&)> plan;
  Planner* planner = nullptr;
  Evaluator* evaluator = nullptr;
  Auditor* auditor = nullptr;

  /// Any of these may be empty. Called on I/O threads: they must not wait, nor throw.
  std::function<void(LogLevel, std::string_view)> log;
  /// "00000" is a login, anything else why there was none. The database user may not even exist.
  std::function<void(const SessionIdentity&, std::string_view sqlstate)> on_login;
  /// `reason`: "terminate" (the client ended it), "lost" (the client is gone), "idle_timeout", "shutdown",
  /// "server" (the server ended it).
  std::function<void(const SessionIdentity&, std::string_view reason)> on_logout;
  /// Of the login's role; 0: that of the limits. Asked again and again, so that a new policy counts for
  /// sessions that exist.
  std::function<std::chrono::milliseconds(const SessionIdentity&)> idle_timeout;
};

}  // namespace pgveil::proxy
