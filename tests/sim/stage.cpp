#include "tests/sim/stage.hpp"

#include "protocol/frame.hpp"
#include "protocol/message/query.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pgveil::sim {

namespace {

/// Flush comes earlier when the bytes behind it are not there yet; it never changes an answer.
Bytes without_flush(protocol::ByteView stream) {
  Bytes out;
  while (const auto header = protocol::peek_header(stream)) {
    if (header->frame_size() > stream.size()) {
      break;
    }
    if (header->type != 'H') {
      protocol::put_bytes(out, stream.first(header->frame_size()));
    }
    stream = stream.subspan(header->frame_size());
  }
  protocol::put_bytes(out, stream);
  return out;
}

}  // namespace

Stage::Stage(const Script& script, std::size_t chunk)
    : script_(script), chunk_(chunk), planner_(script.planner_) {
  server_settings.session_authorization = "nurse";
  proxy::SessionIdentity identity;
  identity.session = 1;
  identity.login = "nurse";
  identity.database = "clinic";
  brain_ = std::make_unique<proxy::Brain>(
      proxy::BrainServices{&planner_, &plans_, &values_, {}}, identity,
      std::vector<std::pair<std::string, std::string>>{{"session_authorization", "nurse"}},
      script.limits_);
}

void Stage::client(const Bytes& bytes) {
  const std::size_t step = chunk_ == kWhole ? bytes.size() : chunk_;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto piece = protocol::ByteView(bytes).subspan(at, std::min(step, bytes.size() - at));
    brain_->on_client_bytes(Bytes(piece.begin(), piece.end()), actions_);
    perform();
  }
}

void Stage::server(const Bytes& bytes) {
  const std::size_t step = chunk_ == kWhole ? bytes.size() : chunk_;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto piece = protocol::ByteView(bytes).subspan(at, std::min(step, bytes.size() - at));
    brain_->on_server_bytes(Bytes(piece.begin(), piece.end()), actions_);
    perform();
  }
}

void Stage::client_eof() {
  brain_->on_client_eof(actions_);
  perform();
}

void Stage::server_eof() {
  brain_->on_server_eof(actions_);
  perform();
}

void Stage::expect_client(const Bytes& bytes) {
  EXPECT_EQ(to_client_, bytes) << "to the client:\n"
                               << print(to_client_) << "expected:\n"
                               << print(bytes);
  to_client_.clear();
}

void Stage::expect_server(const Bytes& bytes) {
  const bool cut = chunk_ != kWhole;
  const Bytes sent = cut ? without_flush(to_server_) : to_server_;
  const Bytes expected = cut ? without_flush(bytes) : bytes;
  EXPECT_EQ(sent, expected) << "to the server:\n"
                            << print(sent) << "expected:\n"
                            << print(expected);
  to_server_.clear();
}

void Stage::perform() {
  while (!actions_.empty() || !settings_answer_.empty()) {
    proxy::Actions now;
    std::swap(now, actions_);
    protocol::put_bytes(to_client_, now.to_client);
    protocol::put_bytes(all_to_client_, now.to_client);
    take_upstream(now.to_server);
    for (const proxy::Job& job : now.jobs) {
      std::visit([this](const auto& one) { do_job(one); }, job);
    }
    if (!settings_answer_.empty()) {
      Bytes answer;
      std::swap(answer, settings_answer_);
      brain_->on_server_bytes(answer, actions_);
    }
  }
}

/// The question for settings is answered here.
void Stage::take_upstream(protocol::ByteView bytes) {
  if (script_.manual_settings_) {
    protocol::put_bytes(to_server_, bytes);
    return;
  }
  while (!bytes.empty()) {
    const auto header = protocol::peek_header(bytes);
    if (!header || header->frame_size() > bytes.size()) {
      protocol::put_bytes(to_server_, bytes);
      return;
    }
    const auto frame = bytes.first(header->frame_size());
    bytes = bytes.subspan(frame.size());
    if (!answer_settings(frame, header->type)) {
      protocol::put_bytes(to_server_, frame);
    }
  }
}

bool Stage::answer_settings(protocol::ByteView frame, char type) {
  const std::string_view text = protocol::as_text(frame);
  if ((type == 'S' || type == 'H') && settings_sync_) {
    settings_sync_ = false;
    if (type == 'S') {
      protocol::put_bytes(settings_answer_, ready(static_cast<char>(brain_->block_state())));
    }
    return true;
  }
  if (text.find("pgveil_settings") == std::string_view::npos) {
    return false;
  }
  settings_sync_ = true;
  if (type == 'P') {
    settings_sql_ = text;
    protocol::put_bytes(settings_answer_, parse_complete());
  } else if (type == 'B') {
    protocol::put_bytes(settings_answer_, bind_complete());
  } else if (type == 'C') {
    protocol::put_bytes(settings_answer_, close_complete());
  } else if (type == 'E') {
    Values values;
    for (const std::string_view name : proxy::setting_names()) {
      if (settings_sql_.find("SHOW ") == std::string::npos ||
          settings_sql_.find("SHOW " + std::string(name) + '\0') != std::string::npos) {
        values.emplace_back(*server_settings.find(name));
      }
    }
    protocol::put_bytes(settings_answer_, row(values));
    protocol::put_bytes(settings_answer_, complete("SELECT 1"));
  }
  return true;
}

void Stage::do_job(const proxy::StartPlan& job) {
  plan_jobs_.push_back(job);
  if (!script_.manual_plans_) {
    finish_plans();
  }
}

void Stage::finish_plans() {
  while (!plan_jobs_.empty()) {
    const proxy::StartPlan job = plan_jobs_.front();
    plan_jobs_.pop_front();
    brain_->on_planned(job.ticket, proxy::plan_text(planner_, plans_, job.request), actions_);
  }
  perform();
}

void Stage::do_job(const proxy::StartConvert& job) { convert_jobs_.push_back(job); }

void Stage::finish_conversion(const std::string& value) {
  ASSERT_FALSE(convert_jobs_.empty());
  const proxy::StartConvert job = convert_jobs_.front();
  convert_jobs_.pop_front();
  proxy::ConvertResult result;
  for (std::size_t i = 0; i < job.conversions.size(); ++i) {
    const auto bytes = protocol::as_bytes(value);
    result.emplace_back(Bytes(bytes.begin(), bytes.end()));
  }
  brain_->on_converted(job.ticket, result, actions_);
  perform();
}

void Stage::do_job(const proxy::StartEvaluate& job) {
  twin_sql = job.request.sql;
  evaluate_jobs_.push_back(job);
}

void Stage::finish_evaluation(const proxy::EvaluateResult& result) {
  ASSERT_FALSE(evaluate_jobs_.empty());
  const proxy::StartEvaluate job = evaluate_jobs_.front();
  evaluate_jobs_.pop_front();
  brain_->on_evaluated(job.ticket, result, actions_);
  perform();
}

void Stage::do_job(const proxy::RecordBegin& job) {
  begins.push_back(job.record);
  audit_jobs_.push_back(job.ticket);
  if (!script_.manual_audit_ && job.record.at_once) {
    finish_audit(true);
  }
}

void Stage::do_job(const proxy::FlushRecords&) {
  if (!script_.manual_audit_) {
    finish_audit(true);
  }
}

void Stage::do_job(const proxy::RecordEnd& job) {
  ends.push_back(job.record);
  audit_jobs_.push_back(job.ticket);
  if (!script_.manual_audit_) {
    finish_audit(true);
  }
}

void Stage::finish_audit(bool durable) {
  std::deque<proxy::Ticket> jobs;
  std::swap(jobs, audit_jobs_);
  for (const proxy::Ticket ticket : jobs) {
    if (durable) {
      brain_->on_audit_durable(ticket, actions_);
    } else {
      brain_->on_audit_failed(ticket, actions_);
    }
  }
  perform();
}

void Stage::do_job(const proxy::FollowSchema& job) {
  planner_.schema_changed(job.statement, job.settings);
  brain_->on_schema_followed(job.ticket, actions_);
}

void Stage::do_job(const proxy::CancelTwin&) { asked = Ask::CancelTwin; }

void Stage::do_job(const proxy::CancelUpstream&) { asked = Ask::CancelUpstream; }

void Stage::do_job(const proxy::CloseSession&) { asked = Ask::Close; }

void Stage::cancel() {
  brain_->on_cancel_requested(actions_);
  perform();
}

void Stage::cancel_sent() {
  brain_->on_cancel_sent(actions_);
  perform();
}

void Stage::deadline(const std::string& sqlstate) {
  brain_->on_deadline(protocol::make_error("FATAL", sqlstate, "terminating connection"), actions_);
  perform();
}

void Stage::break_off(bool client_first) {
  if (client_first) {
    client_eof();
  }
  server_eof();
  for (int round = 0; round < 4; ++round) {
    finish_plans();
    while (!convert_jobs_.empty()) {
      finish_conversion("x");
    }
    while (!evaluate_jobs_.empty()) {
      finish_evaluation(protocol::make_error("ERROR", "57P03", "the twin is gone"));
    }
    finish_audit(true);
    cancel_sent();
  }
}

void Stage::check_promises() {
  EXPECT_EQ(protocol::as_text(all_to_client_).find("sealed:"), std::string_view::npos)
      << "a sealed cell reached the client:\n"
      << print(all_to_client_);
  if (!brain_->is_finished() && !brain_->is_idle()) {
    return;
  }
  for (const proxy::BeginRecord& begin : begins) {
    const auto count = std::ranges::count_if(
        ends, [&](const proxy::EndRecord& end) { return end.last && end.id == begin.id; });
    EXPECT_EQ(count, 1) << "end records of statement " << begin.id.statement;
  }
}

}  // namespace pgveil::sim
