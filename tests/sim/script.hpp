#pragma once

/// A conversation, listed once and replayed: as it is, cut at every byte, broken off after every step.
///
///   Script script;
///   script.plans().plans["SELECT dob FROM p"] = in_place_plan(…);
///   script.client(query("SELECT dob FROM p")).expect_server(query("SELECT dob, id FROM p"));
///   script.server(…).expect_client(…);
///   script.run();                      // also: check_every_chunking(), check_every_disconnect()
///
/// Jobs are done at once unless the script holds them (`manual_audit`, `manual_evaluation`, `manual_plans`).
/// The question for settings that starts every session is answered by the harness and not shown, unless
/// `manual_settings`.
/// Whatever was sent must have been expected when the script ends. Always checked: no sealed cell reaches
/// the client, and every begin record gets its end.

#include "proxy/session/brain.hpp"
#include "tests/sim/messages.hpp"
#include "tests/sim/scripted.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pgveil::sim {

class Stage;

enum class Ask { None, CancelTwin, CancelUpstream, Close };

class Script {
 public:
  explicit Script(proxy::SessionLimits limits = {});

  /// The table of plans, before the first step.
  ScriptedPlanner& plans() { return planner_; }

  Script& manual_audit();
  Script& manual_evaluation();
  Script& manual_plans();
  Script& manual_settings();

  Script& client(Bytes bytes);
  Script& server(Bytes bytes);
  Script& client_eof();
  Script& server_eof();
  Script& expect_client(Bytes bytes);
  Script& expect_server(Bytes bytes);
  Script& expect_silence();
  /// Nothing may have gone upstream either.
  Script& expect_nothing_upstream();
  Script& expect_finished();
  Script& expect_begins(std::size_t count);  // begin records so far
  Script& expect_ends(std::vector<std::string> sqlstates);
  Script& expect_subjects(std::vector<std::string> subjects);  // of all end records so far
  Script& expect_asked(Ask ask);
  Script& expect_wants_server(bool wants);
  Script& expect_wants_client(bool wants);
  Script& audit_is_durable();  // everything that was asked to be recorded
  Script& audit_fails();
  Script& planned();
  Script& converts_to(std::string value);  // the next conversions
  Script& twin_answers(proxy::EvaluateResult result);
  Script& expect_twin_sql(std::string sql);
  Script& cancel();
  Script& cancel_sent();
  Script& deadline(std::string sqlstate);
  Script& server_says(std::string name, std::string value);  // answers to the question for settings
  Script& epoch(std::uint64_t policy);
  Script& then_plan(std::string sql, PreparedPlan plan);
  Script& expect_planned_under(std::string setting, std::string value);

  void run();
  void check_every_chunking();
  void check_every_disconnect();

 private:
  friend class Stage;
  using Step = std::function<void(Stage&)>;
  Script& step(Step step);

  proxy::SessionLimits limits_;
  ScriptedPlanner planner_;
  bool manual_audit_ = false;
  bool manual_evaluation_ = false;
  bool manual_plans_ = false;
  bool manual_settings_ = false;
  std::vector<Step> steps_;
};

}  // namespace pgveil::sim
