#include "proxy/net/target_session.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

/// Nothing: the server does not say.
std::optional<bool> reported(const ParameterStatuses& statuses, std::string_view name) {
  const auto at = std::ranges::find(statuses, name, &ParameterStatuses::value_type::first);
  return at == statuses.end() ? std::nullopt : std::optional(at->second == "on");
}

bool is_true(const std::optional<std::string>& answer) { return answer == "on" || answer == "t"; }

const char* refused_if(bool mismatch, const char* why) { return mismatch ? why : nullptr; }

}  // namespace

std::string_view target_question(TargetSession target, const ParameterStatuses& statuses) {
  const auto standby = reported(statuses, "in_hot_standby");
  switch (target) {
    case TargetSession::Any:
    case TargetSession::PreferStandby:
      return {};
    case TargetSession::ReadWrite:
    case TargetSession::ReadOnly:
      return standby && reported(statuses, "default_transaction_read_only")
                 ? ""
                 : "SHOW transaction_read_only";
    case TargetSession::Primary:
    case TargetSession::Standby:
      return standby ? "" : "SELECT pg_catalog.pg_is_in_recovery()";
  }
  return {};
}

const char* target_mismatch(TargetSession target,
                            const ParameterStatuses& statuses,
                            const std::optional<std::string>& answer) {
  const bool asked = !target_question(target, statuses).empty();
  const bool standby =
      asked ? is_true(answer) : reported(statuses, "in_hot_standby").value_or(false);
  const bool read_only =
      standby || (!asked && reported(statuses, "default_transaction_read_only").value_or(false));
  if (asked && !answer) {
    return "The server does not tell what kind of session it gives.";
  }
  switch (target) {
    case TargetSession::Any:
    case TargetSession::PreferStandby:
      return nullptr;
    case TargetSession::ReadWrite:
      return refused_if(read_only, "The session is read-only.");
    case TargetSession::ReadOnly:
      return refused_if(!read_only, "The session is not read-only.");
    case TargetSession::Primary:
      return refused_if(standby, "The server is in hot standby mode.");
    case TargetSession::Standby:
      return refused_if(!standby, "The server is not in hot standby mode.");
  }
  return nullptr;
}

}  // namespace pgveil::proxy
