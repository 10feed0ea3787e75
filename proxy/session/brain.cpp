#include "proxy/session/brain.hpp"

#include "proxy/session/brain_core.hpp"
#include "proxy/session/copy_in.hpp"

namespace pgveil::proxy {

BrainCore::~BrainCore() = default;

BrainCore::BrainCore(BrainServices services,
                     SessionIdentity identity,
                     const std::vector<std::pair<std::string, std::string>>& parameter_status,
                     SessionLimits limits)
    : services_(services),
      identity_(std::make_shared<const SessionIdentity>(std::move(identity))),
      limits_(limits),
      application_name_(identity_->application_name) {
  BOOST_ASSERT(services.planner != nullptr && services.plans != nullptr &&
               services.values != nullptr);
  SessionSettings known;
  known.session_authorization = identity_->login;
  for (const auto& [name, value] : parameter_status) {
    known.apply(name, value);
  }
  settings_ = std::make_shared<const SettingsInForce>(std::move(known));
}

Brain::Brain(BrainServices services,
             SessionIdentity identity,
             const std::vector<std::pair<std::string, std::string>>& parameter_status,
             SessionLimits limits)
    : core_(std::make_unique<BrainCore>(services, std::move(identity), parameter_status, limits)) {}

Brain::~Brain() = default;

void Brain::on_client_bytes(protocol::ByteView bytes, Actions& out) {
  core_->on_client_bytes(bytes, out);
}

void Brain::on_server_bytes(protocol::ByteView bytes, Actions& out) {
  core_->on_server_bytes(bytes, out);
}

void Brain::on_client_eof(Actions& out) { core_->on_client_eof(out); }

void Brain::on_server_eof(Actions& out) { core_->on_server_eof(out); }

void Brain::on_planned(Ticket ticket, PlannedText planned, Actions& out) {
  core_->on_planned(ticket, std::move(planned), out);
}

void Brain::on_converted(Ticket ticket, ConvertResult converted, Actions& out) {
  core_->on_converted(ticket, std::move(converted), out);
}

void Brain::on_evaluated(Ticket ticket, EvaluateResult result, Actions& out) {
  core_->on_evaluated(ticket, std::move(result), out);
}

void Brain::on_audit_durable(Ticket ticket, Actions& out) { core_->on_audit(ticket, true, out); }

void Brain::on_audit_failed(Ticket ticket, Actions& out) { core_->on_audit(ticket, false, out); }

void Brain::on_schema_followed(Ticket ticket, Actions& out) {
  core_->on_schema_followed(ticket, out);
}

void Brain::on_cancel_requested(Actions& out) { core_->on_cancel_requested(out); }

void Brain::on_cancel_sent(Actions& out) { core_->on_cancel_sent(out); }

void Brain::on_deadline(const protocol::ErrorFields& why, Actions& out) {
  core_->on_deadline(why, out);
}

bool Brain::wants_client_bytes() const { return core_->wants_client_bytes(); }

bool Brain::wants_server_bytes() const { return core_->wants_server_bytes(); }

bool Brain::is_idle() const { return core_->is_idle(); }

bool Brain::awaits_client() const { return core_->awaits_client(); }

protocol::BlockState Brain::block_state() const { return core_->block_state(); }

const SessionSettings& Brain::settings() const { return core_->settings(); }

bool Brain::is_finished() const { return core_->is_finished(); }

}  // namespace pgveil::proxy
