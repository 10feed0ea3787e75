#pragma once

/// Settings in force and what is derived from them. Made once per change, since copying, hashing and
/// reading them costs more than the rest of what a short statement needs. Immutable: a session, its
/// portals and the keys of its plans share one.
/// Threads: any.

#include "protocol/value/session_format.hpp"
#include "proxy/session/settings.hpp"

#include <cstddef>
#include <memory>

namespace pgveil::proxy {

struct SettingsInForce {
  explicit SettingsInForce(SessionSettings settings);

  SessionSettings value;
  protocol::value::SessionFormat format;  // what the native codecs need of them
  std::size_t plan_hash;                  // of what SessionSettings::plans_alike compares
};

using SettingsPtr = std::shared_ptr<const SettingsInForce>;

}  // namespace pgveil::proxy
