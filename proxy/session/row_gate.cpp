#include "proxy/session/row_gate.hpp"

#include <boost/assert.hpp>

namespace pgveil::proxy {

void RowGate::wait() {
  BOOST_ASSERT(state_ == State::NotNeeded);
  state_ = State::Waiting;
}

void RowGate::on_durable() {
  if (state_ == State::Waiting) {
    state_ = State::Open;
  }
}

void RowGate::on_failed() {
  if (state_ == State::Waiting) {
    state_ = State::Shut;
  }
}

protocol::ErrorFields audit_error(const char* severity) {
  return protocol::make_error(severity, "58030", "the audit log cannot be written", {},
                              "Statements that touch no protected column still work.");
}

}  // namespace pgveil::proxy
