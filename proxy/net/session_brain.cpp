#include "proxy/net/brain_port.hpp"

namespace pgveil::proxy {

namespace {

class SessionBrain final : public BrainPort {
 public:
  SessionBrain(BrainServices services,
               SessionIdentity identity,
               const ParameterStatuses& statuses,
               SessionLimits limits)
      : brain_(services, std::move(identity), statuses, limits) {}

  void on_client_bytes(protocol::ByteView bytes, Actions& out) override {
    brain_.on_client_bytes(bytes, out);
  }

  void on_server_bytes(protocol::ByteView bytes, Actions& out) override {
    brain_.on_server_bytes(bytes, out);
  }

  void on_client_eof(Actions& out) override { brain_.on_client_eof(out); }

  void on_server_eof(Actions& out) override { brain_.on_server_eof(out); }

  void on_planned(Ticket ticket, PlannedText planned, Actions& out) override {
    brain_.on_planned(ticket, std::move(planned), out);
  }

  void on_converted(Ticket ticket, ConvertResult converted, Actions& out) override {
    brain_.on_converted(ticket, std::move(converted), out);
  }

  void on_evaluated(Ticket ticket, EvaluateResult result, Actions& out) override {
    brain_.on_evaluated(ticket, std::move(result), out);
  }

  void on_audit_durable(Ticket ticket, Actions& out) override {
    brain_.on_audit_durable(ticket, out);
  }

  void on_audit_failed(Ticket ticket, Actions& out) override {
    brain_.on_audit_failed(ticket, out);
  }

  void on_schema_followed(Ticket ticket, Actions& out) override {
    brain_.on_schema_followed(ticket, out);
  }

  void on_cancel_requested(Actions& out) override { brain_.on_cancel_requested(out); }

  void on_cancel_sent(Actions& out) override { brain_.on_cancel_sent(out); }

  void on_deadline(const protocol::ErrorFields& why, Actions& out) override {
    brain_.on_deadline(why, out);
  }

  bool wants_client_bytes() const override { return brain_.wants_client_bytes(); }

  bool wants_server_bytes() const override { return brain_.wants_server_bytes(); }

  bool is_idle() const override { return brain_.is_idle(); }

  bool awaits_client() const override { return brain_.awaits_client(); }

 private:
  Brain brain_;
};

}  // namespace

BrainFactory brains(BrainServices services, SessionLimits limits) {
  return [services, limits](SessionIdentity identity, const ParameterStatuses& statuses) {
    return std::make_unique<SessionBrain>(services, std::move(identity), statuses, limits);
  };
}

}  // namespace pgveil::proxy
