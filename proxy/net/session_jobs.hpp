#pragma once

/// What a session has others do: workers plan, evaluate and convert, the audit log records. Results are
/// posted back to the session's thread; a session that is over ignores them. Private to proxy/net.

#include "proxy/net/session.hpp"

namespace pgveil::proxy {

/// One call per job of Actions.
struct JobRunner {
  std::shared_ptr<Session> session;

  void operator()(StartPlan job) const;
  void operator()(StartConvert job) const;
  void operator()(StartEvaluate job) const;
  void operator()(RecordBegin job) const;
  void operator()(RecordEnd job) const;
  void operator()(const FlushRecords& job) const;
  void operator()(FollowSchema job) const;
  void operator()(const CancelTwin& job) const;
  void operator()(const CancelUpstream& job) const;
  void operator()(const CloseSession& job) const;

  /// Posts `then(session)` to the session's thread. Any thread.
  template <class Then>
  static void deliver(std::shared_ptr<Session> to, Then then);
  /// `work(session)` on a worker, its result to `then(session, result)`.
  template <class Work, class Then>
  void run(Work work, Then then) const;
  [[nodiscard]] std::function<void(bool)> record_done(Ticket ticket) const;
};

}  // namespace pgveil::proxy
