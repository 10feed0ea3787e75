#include "proxy/twin/supervisor.hpp"

#include <unistd.h>

namespace pgveil::proxy::twin {
namespace {

constexpr std::chrono::milliseconds kWatchInterval{50};
constexpr std::chrono::milliseconds kRetryInterval{500};

}  // namespace

Result<Done> Twin::Supervisor::start() {
  if (::geteuid() == 0) {
    return Error{Errc::Root, "start the twin", {}};
  }
  {
    const std::lock_guard lock(mutex_);
    stopping_ = false;
    requested_ = 1;
    answered_ = 0;
  }
  thread_ = std::thread([this] { run(); });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return answered_ >= 1; });
  if (last_failure_) {
    const Error failure = *last_failure_;
    lock.unlock();
    stop();
    return failure;
  }
  return Done{};
}

void Twin::Supervisor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

Result<Done> Twin::Supervisor::refresh() {
  std::unique_lock lock(mutex_);
  if (stopping_ || !thread_.joinable()) {
    return Error{Errc::NotReady, "refresh", {}};
  }
  const std::uint64_t mine = ++requested_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return stopping_ || answered_ >= mine; });
  if (answered_ < mine) {
    return Error{Errc::NotReady, "refresh", {}};
  }
  return last_failure_ ? Result<Done>(*last_failure_) : Result<Done>(Done{});
}

void Twin::Supervisor::on_swap(std::function<void(std::uint64_t)> callback) {
  const std::lock_guard lock(callback_mutex_);
  on_swap_ = std::move(callback);
}

std::shared_ptr<Generation> Twin::Supervisor::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Twin::Supervisor::run() {
  if (auto prepared = prepare(); !prepared) {
    answer(1, prepared.error());
  } else {
    watch();
  }
  std::shared_ptr<Generation> last;
  {
    const std::lock_guard lock(mutex_);
    last.swap(current_);
  }
  if (last) {
    last->retire();
  }
  last.reset();
  directory_.reset();
}

Result<Done> Twin::Supervisor::prepare() {
  remove_stale_directories(config_.base_dir);
  auto directory = TwinDirectory::create(config_.base_dir);
  if (!directory) {
    return directory.error();
  }
  directory_.emplace(std::move(*directory));
  return make_pristine(config_, directory_->path() / "pristine");
}

Result<Done> Twin::Supervisor::rebuild(bool read_again) {
  if (read_again || !schema_) {
    auto schema = read_upstream(config_);
    if (!schema) {
      return schema.error();
    }
    schema_ = std::move(*schema);
  }
  ++built_;
  auto generation = Generation::build(config_, *schema_, directory_->path() / "pristine",
                                      directory_->path() / ("g" + std::to_string(built_)), built_);
  if (!generation) {
    return generation.error();
  }
  std::shared_ptr<Generation> old;
  {
    const std::lock_guard lock(mutex_);
    old = std::exchange(current_, *generation);
  }
  if (old) {
    old->retire();
  }
  const std::lock_guard lock(callback_mutex_);
  if (on_swap_) {
    on_swap_(built_);
  }
  return Done{};
}

void Twin::Supervisor::answer(std::uint64_t request, Result<Done> result) {
  {
    const std::lock_guard lock(mutex_);
    answered_ = request;
    last_failure_.reset();
    if (!result) {
      last_failure_ = result.error();
    }
  }
  changed_.notify_all();
}

void Twin::Supervisor::watch() {
  auto retry_at = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (requested_ > answered_) {
      const std::uint64_t request = requested_;
      lock.unlock();
      answer(request, rebuild(true));
      lock.lock();
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (current_ && !current_->alive()) {
      std::shared_ptr<Generation> dead;
      dead.swap(current_);
      lock.unlock();
      dead->retire();
      dead.reset();
      lock.lock();
      retry_at = now;
    }
    if (!current_ && now >= retry_at) {
      lock.unlock();
      const bool failed = !rebuild(false);
      lock.lock();
      if (failed) {
        retry_at = std::chrono::steady_clock::now() + kRetryInterval;
      }
      continue;
    }
    changed_.wait_for(lock, kWatchInterval);
  }
}

}  // namespace pgveil::proxy::twin
