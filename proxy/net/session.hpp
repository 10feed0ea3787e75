#pragma once

/// A session at work: two connections and a Brain between them. Four flows run independently, reading
/// and writing on each side; a side is not read while the other does not take its bytes, or while the
/// Brain does not want them. Private to proxy/net.
/// Threads: one IoThread; results of jobs are posted to it.

#include "proxy/net/core.hpp"
#include "proxy/net/stream.hpp"
#include "proxy/net/upstream.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

namespace pgveil::proxy {

/// A running evaluation, which may be cancelled before, while and after it runs.
class RunningEvaluation {
 public:
  void on_running(std::shared_ptr<CancelToken> token);
  void cancel();

 private:
  std::mutex mutex_;
  std::shared_ptr<CancelToken> token_;
  bool cancelled_ = false;
};

/// Empties a buffer, and gives back its memory if that is much.
void release(protocol::Bytes& buffer);

/// What is on its way to one peer.
struct Outbox {
  explicit Outbox(const asio::any_io_executor& executor) : changed(executor) {}

  void add(protocol::Bytes& bytes);

  [[nodiscard]] std::size_t size() const { return queued.size() - sent + writing.size(); }

  protocol::Bytes queued;
  std::size_t sent = 0;     // of `queued`, by writing at once
  protocol::Bytes writing;  // owned by the flow that writes
  Signal changed;
  bool broken = false;  // the peer takes nothing any more
};

class Session final : public Stoppable, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core,
          IoThread& thread,
          SessionIdentity identity,
          std::unique_ptr<Stream> client,
          std::unique_ptr<Upstream> upstream);

  /// Sends `greeting` to the client, behind which its BackendKeyData and ReadyForQuery go, and starts
  /// the flows, which keep the session alive. `client_rest`: what the client has sent already.
  /// Errors: NoRandomness.
  [[nodiscard]] crypto::Result<void> start(protocol::Bytes greeting,
                                           protocol::ByteView client_rest);

  void stop_when_idle() override;
  void stop_now() override;
  void abandon() override;
  void check_idleness(std::chrono::steady_clock::time_point now) override;

 private:
  friend struct JobRunner;
  using Clock = std::chrono::steady_clock;

  static asio::awaitable<void> read_client(std::shared_ptr<Session> self);
  static asio::awaitable<void> read_server(std::shared_ptr<Session> self);
  static asio::awaitable<void> write(std::shared_ptr<Session> self, Stream& to, Outbox& outbox);
  static asio::awaitable<void> watch_client(std::shared_ptr<Session> self);
  void spawn_flow(asio::awaitable<void> flow);

  void on_client_readable();
  void on_server_readable();
  void on_client_end(error_code ec);
  void on_server_end();
  [[nodiscard]] bool may_read_client() const;
  [[nodiscard]] bool may_read_server() const;
  /// Does what the Brain asked for in `actions_`.
  void perform();
  void run_jobs();
  void flush(Stream& to, Outbox& outbox, std::atomic<std::uint64_t>& counter);
  void end_with(const protocol::ErrorFields& why, std::string_view reason);
  /// Write out what is queued, then close.
  void begin_close();
  void flow_ended();
  void on_end();
  void client_lost();
  void ask_to_cancel(bool tell_brain);
  void on_cancel_request();
  void cancel(const std::shared_ptr<RunningEvaluation>& running);
  void cancel_evaluations();

  std::shared_ptr<Core> core_;
  IoThread& thread_;
  asio::any_io_executor executor_;
  SessionIdentity identity_;
  std::unique_ptr<Stream> client_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<BrainPort> brain_;
  Actions actions_;
  Outbox to_client_;
  Outbox to_server_;
  Signal client_gate_;
  Signal server_gate_;
  std::optional<Deadline> close_deadline_;
  std::map<Ticket, std::shared_ptr<RunningEvaluation>> evaluations_;
  std::shared_ptr<const protocol::Bytes> server_key_;
  protocol::Bytes own_key_;
  Clock::time_point last_activity_ = Clock::now();
  static constexpr std::string_view kTerminate = "terminate";
  std::string_view end_reason_ = kTerminate;  // a literal, for the audit log
  std::size_t flows_ = 0;
  std::atomic<std::size_t> results_under_way_{0};  // of jobs, on their way to this thread
  bool client_ended_ = false;
  bool server_ended_ = false;
  bool closing_ = false;    // write what is queued, read and drop the rest
  bool abandoned_ = false;  // sockets are closed
  bool stopping_ = false;   // end when idle
};

}  // namespace pgveil::proxy
