#include "proxy/auth/verifiers.hpp"

namespace pgveil::proxy {

namespace {

using Clock = std::chrono::steady_clock;

class CachedVerifiers final : public VerifierSource {
 public:
  CachedVerifiers(std::unique_ptr<VerifierSource> source,
                  std::chrono::milliseconds keep,
                  std::function<Clock::time_point()> now,
                  std::size_t max_entries)
      : source_(std::move(source)), keep_(keep), now_(std::move(now)), max_entries_(max_entries) {}

  VerifierAnswer fetch(std::string_view user) override {
    if (auto kept = find(user)) {
      return std::move(*kept);
    }
    VerifierAnswer answer = source_->fetch(user);
    if (answer.status != VerifierStatus::Unavailable) {
      const std::scoped_lock lock(mutex_);
      if (entries_.size() >= max_entries_) {
        entries_.clear();
      }
      entries_.insert_or_assign(std::string(user), Entry{answer.duplicate(), now_() + keep_});
    }
    return answer;
  }

  void forget(std::string_view user) override {
    {
      const std::scoped_lock lock(mutex_);
      const auto at = entries_.find(user);
      if (at != entries_.end()) {
        entries_.erase(at);
      }
    }
    source_->forget(user);
  }

  void forget_all() override {
    {
      const std::scoped_lock lock(mutex_);
      entries_.clear();
    }
    source_->forget_all();
  }

 private:
  struct Entry {
    VerifierAnswer answer;
    Clock::time_point until;
  };

  std::unique_ptr<VerifierAnswer> find(std::string_view user) {
    const std::scoped_lock lock(mutex_);
    const auto at = entries_.find(user);
    if (at == entries_.end() || at->second.until <= now_()) {
      return nullptr;
    }
    return std::make_unique<VerifierAnswer>(at->second.answer.duplicate());
  }

  std::mutex mutex_;
  std::unique_ptr<VerifierSource> source_;
  std::chrono::milliseconds keep_;
  std::function<Clock::time_point()> now_;
  std::size_t max_entries_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace

std::unique_ptr<VerifierSource> cached_verifiers(std::unique_ptr<VerifierSource> source,
                                                 std::chrono::milliseconds keep,
                                                 std::function<Clock::time_point()> now,
                                                 std::size_t max_entries) {
  return std::make_unique<CachedVerifiers>(std::move(source), keep, std::move(now), max_entries);
}

}  // namespace pgveil::proxy
