#include "proxy/audit/log.hpp"

#include "proxy/audit/files.hpp"
#include "proxy/audit/json_text.hpp"
#include "proxy/audit/line.hpp"
#include "proxy/audit/tail.hpp"

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <fcntl.h>
#include <future>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace pgveil::proxy {
namespace {

using audit::Errc;
using audit::Error;
using Clock = std::chrono::steady_clock;

constexpr mode_t kFileMode = 0640;
constexpr const char* kVersion = "0.1.0";

/// Where the chain stands; copied before a group, and put back if the group cannot be written.
struct ChainState {
  std::uint64_t next_seq = 1;
  crypto::Hash head{};
  std::uint64_t checkpoints = 0;
  std::uint64_t since_checkpoint = 0;
};

}  // namespace

class AuditLog::Writer {
 public:
  Writer(AuditOptions options, std::shared_ptr<const AuditKeys> keys)
      : options_(std::move(options)), keys_(std::move(keys)) {}

  ~Writer() {
    if (!thread_.joinable()) {
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  audit::Result<void> start() {
    std::error_code ec;
    std::filesystem::create_directories(options_.dir, ec);
    lock_ = FileHandle(
        ::open((options_.dir / "audit.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_.is_open()) {
      return Error{Errc::NoFolder, "audit: lock", options_.dir.string(), 0, errno};
    }
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
      return Error{Errc::InUse, "audit: lock", options_.dir.string(), 0, errno};
    }
    auto tail = read_tail(options_.dir);
    if (!tail) {
      return tail.error();
    }
    if (auto done = continue_from(*tail); !done) {
      return done;
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  struct Entry {
    std::string members;
    AuditTime time;
    Done done;
  };

  void append(Entry entry, When when) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(entry));
      wanted_ = wanted_ || when == When::Now;
    }
    if (when == When::Now) {
      wake_.notify_one();
    }
  }

  void flush_soon() {
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) {
        return;
      }
      wanted_ = true;
    }
    wake_.notify_one();
  }

  AuditStats stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  audit::Result<void> continue_from(const Tail& tail) {
    state_ = {tail.next_seq, tail.head, tail.checkpoints, tail.since_checkpoint};
    // Files begun by a crash, after the one that goes on.
    if (const auto files = audit_files(options_.dir)) {
      for (const AuditFile& file : *files) {
        if (!tail.file || file.first_seq > tail.file->first_seq) {
          std::error_code ec;
          std::filesystem::remove(file.path, ec);
        }
      }
    }
    int failed = 0;
    if (tail.file) {
      path_ = tail.file->path;
      file_ = FileHandle(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
      durable_size_ = tail.size;
      file_begun_ = Clock::now();
      if (!file_.is_open() || ::ftruncate(file_.get(), static_cast<off_t>(tail.size)) != 0) {
        failed = errno;
      }
    } else {
      failed = begin_file();
    }
    if (failed != 0) {
      return Error{Errc::Io, "audit: continue", options_.dir.string(), 0, failed};
    }
    const ChainState before = state_;
    JsonMembers start;
    start.text("kind", "start").text("version", kVersion).boolean("unclean", !tail.clean);
    if (tail.dropped != 0) {
      start.number("dropped_bytes", tail.dropped);
    }
    if (tail.lost_count != 0) {
      start.number("lost_count", tail.lost_count);
    }
    add(start.members(), std::chrono::system_clock::now());
    // Signed at once: what the start record says must not wait for the first interval.
    add_checkpoint();
    if (const int error = flush(); error != 0) {
      state_ = before;
      return Error{Errc::Io, "audit: write the start record", path_.string(), 0, error};
    }
    return {};
  }

  void run() {
    // A full disk quota is an error of write(), not the end of the process.
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    last_checkpoint_ = Clock::now();
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait_until(lock,
                       std::min(next_checkpoint(), Clock::now() + options_.checkpoint_interval),
                       [this] { return stopping_ || wanted_; });
      std::vector<Entry> group;
      group.swap(queue_);
      wanted_ = false;
      const bool last = stopping_;
      lock.unlock();
      if (last || !group.empty() || Clock::now() >= next_checkpoint()) {
        write_group(group, last);
      }
      if (!last) {
        rotate_if_due();
      }
      lock.lock();
      if (last && queue_.empty()) {
        return;
      }
    }
  }

  Clock::time_point next_checkpoint() const {
    return last_checkpoint_ + (state_.since_checkpoint > 0 ? options_.checkpoint_interval
                                                           : options_.idle_checkpoint_interval);
  }

  void write_group(std::vector<Entry>& group, bool last) {
    const ChainState before = state_;
    if (refused_ != 0) {
      JsonMembers resumed;
      resumed.text("kind", "resumed")
          .number("refused", refused_)
          .text("since", print_audit_time(refused_since_));
      add(resumed.members(), std::chrono::system_clock::now());
    }
    for (const Entry& entry : group) {
      add(entry.members, entry.time);
      if (state_.since_checkpoint >= options_.checkpoint_records) {
        add_checkpoint();
      }
    }
    if (last) {
      add("\"kind\":\"stop\"", std::chrono::system_clock::now());
      add_checkpoint();
    } else if (Clock::now() >= next_checkpoint()) {
      add_checkpoint();
    }
    const bool written = !buffer_.empty() && flush() == 0;
    if (!written) {
      take_back(before, group.size());
    } else {
      refused_ = 0;
    }
    for (Entry& entry : group) {
      if (entry.done) {
        entry.done(written);
      }
    }
  }

  void add(std::string_view members, AuditTime time) {
    last_line_ = buffer_.size();
    append_line(buffer_, state_.next_seq, time, members, state_.head);
    ++state_.next_seq;
    ++state_.since_checkpoint;
    ++buffered_;
  }

  void add_checkpoint() {
    const AuditTime now = std::chrono::system_clock::now();
    const Checkpoint checkpoint{state_.checkpoints + 1, print_audit_time(now), state_.next_seq - 1,
                                crypto::hex_encode(state_.head)};
    const auto signature = keys_->signer().sign(checkpoint_text(checkpoint));
    if (!signature) {
      return;  // the records stand without it; the next one is due at once
    }
    JsonMembers members;
    members.text("kind", "checkpoint")
        .number("number", checkpoint.number)
        .number("count", checkpoint.count)
        .text("head", checkpoint.head)
        .text("signature", crypto::base64_encode(*signature));
    add(members.members(), now);
    state_.checkpoints = checkpoint.number;
    state_.since_checkpoint = 0;
    checkpoint_line_ = buffer_.substr(last_line_);
  }

  /// Writes and syncs the buffer; 0, or the system's error number and nothing has changed.
  int flush() {
    const Clock::time_point began = Clock::now();
    int failed = broken_ ? reopen() : 0;
    if (failed == 0) {
      failed = write_all(file_.get(), buffer_);
    }
    const Clock::time_point sync_began = Clock::now();
    if (failed == 0 && options_.fsync && ::fdatasync(file_.get()) != 0) {
      failed = errno;
      broken_ = true;  // the page cache may have dropped what it could not write: open again
    }
    const std::uint64_t records = std::exchange(buffered_, 0);
    if (failed != 0) {
      if (::ftruncate(file_.get(), static_cast<off_t>(durable_size_)) != 0) {
        broken_ = true;
      }
      buffer_.clear();
      checkpoint_line_.clear();
      return failed;
    }
    durable_size_ += buffer_.size();
    buffer_.clear();
    const bool checkpoint = !checkpoint_line_.empty();
    if (checkpoint) {
      publish_head();
      last_checkpoint_ = began;
    }
    {
      const std::lock_guard lock(mutex_);
      stats_.records += records;
      stats_.checkpoints += checkpoint ? 1 : 0;
      ++stats_.syncs;
      stats_.failing = false;
    }
    if (options_.on_sync) {
      options_.on_sync(records, Clock::now() - sync_began);
    }
    return 0;
  }

  int reopen() {
    FileHandle again(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!again.is_open() || ::ftruncate(again.get(), static_cast<off_t>(durable_size_)) != 0) {
      return errno;
    }
    file_ = std::move(again);
    broken_ = false;
    return 0;
  }

  void take_back(const ChainState& before, std::uint64_t records) {
    state_ = before;
    // Not again before the next group or interval: a full disk must not make a busy loop.
    last_checkpoint_ = Clock::now();
    if (records == 0) {
      return;
    }
    if (refused_ == 0) {
      refused_since_ = std::chrono::system_clock::now();
    }
    refused_ += records;
    {
      const std::lock_guard lock(mutex_);
      stats_.refused += records;
      stats_.failing = true;
    }
    if (options_.on_failure) {
      options_.on_failure(records);
    }
  }

  /// Best effort: what it protects against is somebody else cutting the log.
  void publish_head() {
    const std::filesystem::path target = head_file(options_.dir);
    std::filesystem::path fresh = target;
    fresh += ".new";
    const FileHandle fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode));
    if (fd.is_open() && write_all(fd.get(), checkpoint_line_) == 0) {
      ::rename(fresh.c_str(), target.c_str());
    }
    checkpoint_line_.clear();
  }

  void rotate_if_due() {
    const bool due = durable_size_ >= options_.rotate_bytes ||
                     Clock::now() - file_begun_ >= options_.rotate_interval;
    if (!due || Clock::now() < rotate_not_before_) {
      return;
    }
    if (begin_file() != 0) {
      rotate_not_before_ = Clock::now() + options_.checkpoint_interval;
    }
  }

  /// Starts a new file with a file record, which names the chain before it. On failure the old file
  /// goes on.
  int begin_file() {
    const ChainState before = state_;
    const std::filesystem::path path = options_.dir / audit_file_name(state_.next_seq);
    FileHandle fresh(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kFileMode));
    if (!fresh.is_open()) {
      return errno;
    }
    JsonMembers members;
    members.text("kind", "file")
        .number("format", 1)
        .text("previous", crypto::hex_encode(state_.head))
        .text("verify_key", crypto::base64_encode(keys_->signer().verify_key()));
    add(members.members(), std::chrono::system_clock::now());
    const std::string line = std::exchange(buffer_, {});
    buffered_ = 0;
    int failed = write_all(fresh.get(), line);
    if (failed == 0 && options_.fsync && ::fdatasync(fresh.get()) != 0) {
      failed = errno;
    }
    if (failed == 0 && options_.fsync) {
      failed = sync_folder(options_.dir);
    }
    if (failed != 0) {
      std::error_code ec;
      std::filesystem::remove(path, ec);
      state_ = before;
      return failed;
    }
    file_ = std::move(fresh);
    path_ = path;
    durable_size_ = line.size();
    file_begun_ = Clock::now();
    broken_ = false;
    const std::lock_guard lock(mutex_);
    ++stats_.records;
    return 0;
  }

  AuditOptions options_;
  std::shared_ptr<const AuditKeys> keys_;
  FileHandle lock_;

  // The writing thread's own.
  FileHandle file_;
  std::filesystem::path path_;
  std::uint64_t durable_size_ = 0;
  bool broken_ = false;  // file_ must be opened again before use
  Clock::time_point file_begun_;
  Clock::time_point last_checkpoint_;
  Clock::time_point rotate_not_before_;
  ChainState state_;
  std::string buffer_;
  std::uint64_t buffered_ = 0;
  std::size_t last_line_ = 0;  // where it begins in the buffer
  std::string checkpoint_line_;
  std::uint64_t refused_ = 0;
  AuditTime refused_since_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::vector<Entry> queue_;
  bool wanted_ = false;  // somebody waits for what is in the queue
  bool stopping_ = false;
  AuditStats stats_;

  std::thread thread_;
};

AuditLog::AuditLog(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}

AuditLog::~AuditLog() = default;

audit::Result<std::unique_ptr<AuditLog>> AuditLog::open(AuditOptions options,
                                                        std::shared_ptr<const AuditKeys> keys) {
  auto writer = std::make_unique<Writer>(std::move(options), keys);
  if (const auto started = writer->start(); !started) {
    return started.error();
  }
  std::unique_ptr<AuditLog> log(new AuditLog(std::move(writer)));
  log->keys_ = std::move(keys);
  return log;
}

void AuditLog::append(const AuditEvent& event, Done done, When when) {
  const AuditTime now = std::chrono::system_clock::now();
  auto members = encode_event(event, *keys_);
  if (!members) {
    if (done) {
      done(false);
    }
    return;
  }
  writer_->append({*std::move(members), now, std::move(done)}, when);
}

void AuditLog::flush() { writer_->flush_soon(); }

bool AuditLog::append_and_wait(const AuditEvent& event) {
  std::promise<bool> durable;
  append(event, [&durable](bool is) { durable.set_value(is); });
  return durable.get_future().get();
}

AuditStats AuditLog::stats() const { return writer_->stats(); }

}  // namespace pgveil::proxy
