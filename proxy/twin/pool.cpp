#include "proxy/twin/pool.hpp"

#include "proxy/twin/mirror.hpp"

#include <algorithm>

namespace pgveil::proxy::twin {

ConnectionPool::Lease::~Lease() {
  if (pool_ == nullptr) {
    return;
  }
  if (broken_) {
    pool_->give_back(std::nullopt);
  } else {
    pool_->give_back(std::move(connection_));
  }
}

Result<ConnectionPool::Lease> ConnectionPool::lease(const SessionState& state) {
  const auto same = [&](const TwinConnection& connection) {
    return connection.applied && connection.applied->role == state.role &&
           connection.applied->settings == state.settings;
  };
  std::unique_lock lock(mutex_);
  const auto end = std::chrono::steady_clock::now() + settings_.lease_timeout;
  while (!closed_) {
    while (!idle_.empty()) {
      // The one used last is warm; one with the right settings saves a statement.
      const auto found = std::find_if(idle_.rbegin(), idle_.rend(), same);
      const auto chosen = found != idle_.rend() ? std::prev(found.base()) : std::prev(idle_.end());
      TwinConnection connection = std::move(*chosen);
      idle_.erase(chosen);
      if (!connection.stale()) {
        return Lease(*this, std::move(connection));
      }
      --open_;
    }
    if (open_ < settings_.limit) {
      ++open_;
      lock.unlock();
      auto opened = TwinConnection::open(settings_.socket_path, kDataRole, settings_.database,
                                         settings_.options);
      if (opened) {
        return Lease(*this, std::move(*opened));
      }
      give_back(std::nullopt);
      return opened.error();
    }
    if (returned_.wait_until(lock, end) == std::cv_status::timeout) {
      return Error{Errc::NotReady, "wait for a connection to the twin", {}};
    }
  }
  return Error{Errc::NotReady, "lease a connection", {}};
}

void ConnectionPool::give_back(std::optional<TwinConnection> connection) {
  {
    const std::lock_guard lock(mutex_);
    if (connection && !closed_) {
      idle_.push_back(std::move(*connection));
      connection.reset();
    } else {
      --open_;
    }
  }
  returned_.notify_one();
}

void ConnectionPool::close() {
  std::vector<TwinConnection> idle;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    idle.swap(idle_);
    open_ -= static_cast<unsigned>(idle.size());
  }
  returned_.notify_all();
}

}  // namespace pgveil::proxy::twin
