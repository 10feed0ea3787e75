#include "tests/sim/conversation.hpp"

#include "proxy/session/brain.hpp"
#include "tests/sim/model_server.hpp"
#include "tests/sim/scripted.hpp"

#include <algorithm>
#include <deque>
#include <iterator>

namespace pgveil::sim {

namespace {

class Choices {
 public:
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return at_ >= bytes_.size(); }

  std::size_t pick(std::size_t below) { return empty() ? 0 : bytes_[at_++] % below; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

std::string any_statement(Choices& choices) {
  const auto& all_of_them = model_statements();
  return all_of_them[choices.pick(all_of_them.size())];
}

Bytes any_message(Choices& choices) {
  const char* const names[] = {"", "a", "b"};
  const auto name = [&] { return names[choices.pick(3)]; };
  switch (choices.pick(14)) {
    case 0:
      return query(any_statement(choices));
    case 1:
      return query(any_statement(choices) + "; " + any_statement(choices));
    case 2:
      return query(any_statement(choices) + ";" + any_statement(choices) + ";" +
                   any_statement(choices));
    case 3: {
      const char* statement = name();
      return parse(statement, any_statement(choices));
    }
    case 4: {
      const std::string sql = any_statement(choices);
      return all({parse("", sql), bind("", ""), describe_portal(""), execute("")});
    }
    case 5: {
      const char* portal = name();
      return bind(portal, name());
    }
    case 6:
      return describe_statement(name());
    case 7:
      return describe_portal(name());
    case 8: {
      const char* portal = name();
      return execute(portal, static_cast<std::int32_t>(choices.pick(4)));
    }
    case 9:
      return close_statement(name());
    case 10:
      return close_portal(name());
    case 11:
      return flush();
    case 12:
      return all({copy_data("1\n"), choices.pick(4) == 0 ? copy_fail("no") : copy_done()});
    default:
      return sync();
  }
}

Bytes any_session(Choices& choices) {
  Bytes said;
  const std::size_t count = 1 + choices.pick(24);
  for (std::size_t i = 0; i < count; ++i) {
    protocol::put_bytes(said, any_message(choices));
  }
  // Whatever is open comes to its end.
  protocol::put_bytes(said, all({copy_done(), sync(), copy_done(), sync()}));
  return said;
}

ScriptedPlanner planner() {
  using Kind = policy::ServerOutput::Kind;
  ScriptedPlanner made;
  made.errors["bad"] = protocol::make_error("ERROR", "42703", "no such column");
  made.plans["deny"] = refused_plan("deny");
  made.plans["set"] = pass_plan(policy::SessionEffect::Settings);
  made.plans["commit"] = pass_plan(policy::SessionEffect::EndOfBlock);
  made.plans["rollback"] = pass_plan(policy::SessionEffect::EndOfBlock);
  made.plans["name"] = in_place_plan(
      {.sql = "name_up", .outputs = {Kind::Open, Kind::Subject}, .columns = {"c"}, .literals = {}});
  made.plans["write"] = in_place_plan({.sql = "write_up",
                                       .outputs = {},
                                       .columns = {},
                                       .literals = {},
                                       .verb = policy::Verb::Change});
  made.plans["split"] = split_plan("slice", {"c"});
  PreparedPlan failing = split_plan("slice", {"c"});
  failing.plan.evidence.normalized = "fail";
  made.plans["splitfail"] = failing;
  made.plans["local"] = local_plan({"c"});
  return made;
}

/// The session between the two, with jobs that take their time.
class Proxied {
 public:
  Proxied()
      : planner_(planner()),
        brain_({&planner_, &plans_, &values_, {}},
               proxy::SessionIdentity{1, "nurse", "d", "", "", false},
               {},
               proxy::SessionLimits()) {}

  void run(const Bytes& said, Choices& choices) {
    std::size_t at = 0;
    while (true) {
      const bool client_left = at < said.size();
      const bool server_left = server_at_ < server_.sent.size();
      if (!client_left && !server_left && jobs_.empty()) {
        return;
      }
      const std::size_t what = choices.pick(3);
      if (!jobs_.empty() && (what == 2 || (!client_left && !server_left))) {
        const std::size_t which = choices.pick(jobs_.size());
        const proxy::Job job = std::move(jobs_[which]);
        jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(which));
        std::visit([this](const auto& one) { finish(one); }, job);
      } else if (client_left && (what == 0 || !server_left)) {
        const std::size_t size = piece(choices, said.size() - at);
        const Bytes part(said.begin() + static_cast<std::ptrdiff_t>(at),
                         said.begin() + static_cast<std::ptrdiff_t>(at + size));
        at += size;
        brain_.on_client_bytes(part, actions_);
      } else if (server_left) {
        const std::size_t size = piece(choices, server_.sent.size() - server_at_);
        const auto from = server_.sent.begin() + static_cast<std::ptrdiff_t>(server_at_);
        const Bytes part(from, from + static_cast<std::ptrdiff_t>(size));
        server_at_ += size;
        brain_.on_server_bytes(part, actions_);
      }
      perform();
    }
  }

  bool each_begin_has_its_end() const { return brain_.is_finished() || begun_ == ended_; }

  Bytes seen;

 private:
  static std::size_t piece(Choices& choices, std::size_t left) {
    const std::size_t sizes[] = {1, 2, 5, 17, 60, 1'000'000};
    return std::min(left, sizes[choices.pick(6)]);
  }

  void perform() {
    protocol::put_bytes(seen, actions_.to_client);
    server_.feed(actions_.to_server);
    for (proxy::Job& job : actions_.jobs) {
      const auto* begin = std::get_if<proxy::RecordBegin>(&job);
      if (begin != nullptr && !begin->record.at_once) {
        unwanted_.push_back(std::move(job));
        continue;
      }
      if (begin != nullptr || std::holds_alternative<proxy::RecordEnd>(job) ||
          std::holds_alternative<proxy::FlushRecords>(job)) {
        std::ranges::move(unwanted_, std::back_inserter(jobs_));
        unwanted_.clear();
      }
      jobs_.push_back(std::move(job));
    }
    actions_.clear();
  }

  void finish(const proxy::StartPlan& job) {
    brain_.on_planned(job.ticket, proxy::plan_text(planner_, plans_, job.request), actions_);
  }

  void finish(const proxy::StartConvert&) {}

  void finish(const proxy::StartEvaluate& job) {
    const auto* split = std::get_if<policy::Split>(&job.request.plan->plan.decision);
    if (split == nullptr) {
      brain_.on_evaluated(job.ticket, twin_rows({"l"}, "SELECT 1"), actions_);
    } else if (split_fails(*job.request.plan)) {
      brain_.on_evaluated(job.ticket, protocol::make_error("ERROR", "22P01", "twin"), actions_);
    } else {
      brain_.on_evaluated(job.ticket, twin_rows({"x", "y", "z"}, "SELECT 3"), actions_);
    }
  }

  bool split_fails(const PreparedPlan& plan) const {
    return plan.plan.evidence.normalized == "fail";
  }

  void finish(const proxy::RecordBegin& job) {
    ++begun_;
    brain_.on_audit_durable(job.ticket, actions_);
  }

  void finish(const proxy::FlushRecords&) {}

  void finish(const proxy::RecordEnd& job) {
    ended_ += job.record.last ? 1 : 0;
    brain_.on_audit_durable(job.ticket, actions_);
  }

  void finish(const proxy::FollowSchema& job) { brain_.on_schema_followed(job.ticket, actions_); }

  void finish(const proxy::CancelTwin&) {}

  void finish(const proxy::CancelUpstream&) { brain_.on_cancel_sent(actions_); }

  void finish(const proxy::CloseSession&) {}

  ScriptedPlanner planner_;
  ScriptedValues values_;
  proxy::PlanCache plans_{64};
  proxy::Brain brain_;
  proxy::Actions actions_;
  ModelServer server_;
  std::size_t server_at_ = 0;
  std::deque<proxy::Job> jobs_;
  std::deque<proxy::Job> unwanted_;  // begin records that nobody waits for yet
  std::size_t begun_ = 0;
  std::size_t ended_ = 0;
};

/// Which message came in the middle of a COPY depends on what was made of it; what counts is the end.
Bytes without_copy_violation(const Bytes& stream) {
  const std::string_view text = protocol::as_text(stream);
  const std::size_t at = text.rfind("SFATAL");
  return at == std::string_view::npos
             ? stream
             : Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(at - 5));
}

/// Whether a row description comes before a failure depends on when PostgreSQL notices; both are right.
Bytes without_vain_descriptions(protocol::ByteView stream) {
  Bytes out;
  std::size_t last_description = 0;
  bool is_last = false;
  while (const auto header = protocol::peek_header(stream)) {
    if (header->frame_size() > stream.size()) {
      break;
    }
    if (header->type == 'E' && is_last) {
      out.resize(last_description);
    }
    if (header->type == 'T' && !is_last) {
      last_description = out.size();
    }
    is_last = header->type == 'T';
    protocol::put_bytes(out, stream.first(header->frame_size()));
    stream = stream.subspan(header->frame_size());
  }
  protocol::put_bytes(out, stream);
  return out;
}

}  // namespace

std::string difference(std::span<const std::uint8_t> bytes) {
  Choices choices(bytes);
  const Bytes said = any_session(choices);
  ModelServer alone;
  alone.feed(said);
  Proxied proxied;
  proxied.run(said, choices);
  std::string text;
  if (without_vain_descriptions(without_copy_violation(proxied.seen)) !=
      without_vain_descriptions(without_copy_violation(alone.sent))) {
    text = "the client said:\n" + print(said) + "directly it sees:\n" + print(alone.sent) +
           "through a session:\n" + print(proxied.seen);
  }
  if (protocol::as_text(proxied.seen).find("sealed:") != std::string_view::npos) {
    text += "a sealed cell was seen\n";
  }
  if (!proxied.each_begin_has_its_end()) {
    text += "a begin record has no end\n";
  }
  return text;
}

}  // namespace pgveil::sim
