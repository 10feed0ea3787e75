#include "proxy/catalog/follower.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace pgveil::proxy::catalog {

using twin::Done;

CatalogFollower::CatalogFollower(twin::Twin& twin, Options options)
    : twin_(twin),
      options_(std::move(options)),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

CatalogFollower::~CatalogFollower() {
  stop();
  ::close(wake_fd_);
}

Result<Done> CatalogFollower::start() {
  auto connected = connect();
  if (!connected) {
    return connected.error();
  }
  auto print = fingerprint(*upstream_);
  if (!print) {
    return print.error();
  }
  auto started = twin_.ready() ? twin_.refresh() : twin_.start();
  if (!started) {
    return started.error();
  }
  fingerprint_ = *print;
  if (auto followed = follow(); !followed) {
    return followed.error();
  }
  twin_.on_swap([this](std::uint64_t) { wake(); });
  thread_ = std::thread([this] { run(); });
  return Done{};
}

void CatalogFollower::stop() {
  if (!thread_.joinable()) {
    return;
  }
  twin_.on_swap({});
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
  answered_changed_.notify_all();
}

std::shared_ptr<const policy::Catalog> CatalogFollower::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<Done> CatalogFollower::check_now() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++requested_;
  wake();
  answered_changed_.wait(lock, [&] { return stopping_ || answered_ >= mine; });
  if (answered_ < mine) {
    return Error{twin::Errc::NotReady, "check the schema", {}};
  }
  return last_failure_ ? Result<Done>(*last_failure_) : Result<Done>(Done{});
}

Result<Done> CatalogFollower::check_unless_within(std::chrono::milliseconds age) {
  {
    const std::lock_guard lock(mutex_);
    if (std::chrono::steady_clock::now() - checked_at_ < age) {
      return Done{};
    }
  }
  return check_now();
}

void CatalogFollower::wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof(one));
}

Result<Done> CatalogFollower::connect() {
  auto connection = twin::ControlConnection::open(twin_.config().upstream);
  if (!connection) {
    return connection.error();
  }
  if (auto listening = (*connection).query("LISTEN pgveil"); !listening) {
    return listening.error();
  }
  upstream_.emplace(std::move(*connection));
  return Done{};
}

// The fingerprint is taken before the dump: what changes in between is found by the next comparison.
Result<Done> CatalogFollower::follow() {
  if (!upstream_) {
    if (auto connected = connect(); !connected) {
      return connected.error();
    }
  }
  auto print = fingerprint(*upstream_);
  if (!print) {
    upstream_.reset();
    return print.error();
  }
  if (*print != fingerprint_) {
    if (auto refreshed = twin_.refresh(); !refreshed) {
      return refreshed.error();
    }
  }
  const std::uint64_t generation = twin_.generation();
  if (*print == fingerprint_ && generation == generation_) {
    return Done{};
  }
  auto model = twin::ControlConnection::open(twin_.admin_conninfo(twin::Database::Model));
  if (!model) {
    return model.error();
  }
  auto loaded = load_catalog(*model, *upstream_, epoch_ + 1);
  if (!loaded) {
    return loaded.error();
  }
  ++epoch_;
  fingerprint_ = *print;
  generation_ = generation;
  {
    const std::lock_guard lock(mutex_);
    current_ = *loaded;
  }
  if (options_.on_catalog) {
    options_.on_catalog(*loaded);
  }
  return Done{};
}

void CatalogFollower::run() {
  while (true) {
    if (upstream_) {
      if (upstream_->wait_for_notify(options_.interval, wake_fd_) ==
          twin::ControlConnection::Wait::Lost) {
        upstream_.reset();
      }
    } else {
      std::this_thread::sleep_for(std::min(options_.interval, std::chrono::milliseconds(500)));
    }
    std::uint64_t count = 0;
    (void)!::read(wake_fd_, &count, sizeof(count));
    std::uint64_t request = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) {
        return;
      }
      request = requested_;
      checked_at_ = std::chrono::steady_clock::now();
    }
    auto followed = follow();
    {
      const std::lock_guard lock(mutex_);
      answered_ = request;
      last_failure_.reset();
      if (!followed) {
        last_failure_ = followed.error();
      }
    }
    answered_changed_.notify_all();
  }
}

}  // namespace pgveil::proxy::catalog
