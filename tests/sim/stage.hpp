#pragma once

/// One replay of a Script: a Brain, what it sent, and the jobs that are not done yet.

#include "tests/sim/script.hpp"

#include <deque>
#include <memory>

namespace pgveil::sim {

class Stage {
 public:
  static constexpr std::size_t kWhole = 0;

  Stage(const Script& script, std::size_t chunk);

  proxy::Brain& brain() { return *brain_; }

  ScriptedPlanner& planner() { return planner_; }

  void client(const Bytes& bytes);
  void server(const Bytes& bytes);
  void client_eof();
  void server_eof();
  void expect_client(const Bytes& bytes);
  void expect_server(const Bytes& bytes);
  void finish_audit(bool durable);
  void finish_plans();
  void finish_conversion(const std::string& value);
  void finish_evaluation(const proxy::EvaluateResult& result);
  void cancel();
  void cancel_sent();
  void deadline(const std::string& sqlstate);
  /// Both sides go; jobs under way come to their end.
  void break_off(bool client_first);
  void check_promises();

  std::vector<proxy::BeginRecord> begins;
  std::vector<proxy::EndRecord> ends;
  Ask asked = Ask::None;
  std::string twin_sql;
  proxy::SessionSettings server_settings;

 private:
  void perform();
  void take_upstream(protocol::ByteView bytes);
  bool answer_settings(protocol::ByteView frame, char type);
  void do_job(const proxy::StartPlan& job);
  void do_job(const proxy::StartConvert& job);
  void do_job(const proxy::StartEvaluate& job);
  void do_job(const proxy::RecordBegin& job);
  void do_job(const proxy::RecordEnd& job);

  void do_job(const proxy::FlushRecords& job);

  void do_job(const proxy::FollowSchema& job);
  void do_job(const proxy::CancelTwin& job);
  void do_job(const proxy::CancelUpstream& job);
  void do_job(const proxy::CloseSession& job);

  const Script& script_;
  std::size_t chunk_;
  ScriptedPlanner planner_;
  ScriptedValues values_;
  proxy::PlanCache plans_{64};
  std::unique_ptr<proxy::Brain> brain_;
  proxy::Actions actions_;
  Bytes to_client_;  // not expected yet
  Bytes to_server_;
  Bytes all_to_client_;
  Bytes settings_answer_;  // of the server, to be fed
  std::string settings_sql_;
  bool settings_sync_ = false;
  std::deque<proxy::StartPlan> plan_jobs_;
  std::deque<proxy::StartConvert> convert_jobs_;
  std::deque<proxy::StartEvaluate> evaluate_jobs_;
  std::deque<proxy::Ticket> audit_jobs_;
};

}  // namespace pgveil::sim
