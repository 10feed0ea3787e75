#include "proxy/net/waiting.hpp"

namespace pgveil::proxy {

Deadline::Deadline(const asio::any_io_executor& executor,
                   std::chrono::milliseconds after,
                   std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor)) {
  state_->on_expiry = std::move(on_expiry);
  state_->timer.expires_after(after);
  state_->timer.async_wait([state = state_](error_code ec) {
    if (!ec && state->on_expiry) {
      state->expired = true;
      state->on_expiry();
    }
  });
}

Deadline::~Deadline() {
  state_->on_expiry = nullptr;
  state_->timer.cancel();
}

}  // namespace pgveil::proxy
