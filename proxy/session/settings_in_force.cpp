#include "proxy/session/settings_in_force.hpp"

#include <utility>

namespace pgveil::proxy {

SettingsInForce::SettingsInForce(SessionSettings settings)
    : value(std::move(settings)), plan_hash(value.plan_hash()) {
  for (const std::string_view name : setting_names()) {
    format.apply(name, *value.find(name));
  }
}

}  // namespace pgveil::proxy
