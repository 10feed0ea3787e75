#include "bench/guard/session_paths.hpp"

#include "crypto/keyring.hpp"
#include "protocol/frame.hpp"
#include "protocol/message/completion.hpp"
#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"
#include "protocol/value/codec.hpp"
#include "proxy/audit/keys.hpp"
#include "proxy/audit/line.hpp"
#include "proxy/audit/session_auditor.hpp"
#include "proxy/session/brain.hpp"
#include "proxy/session/keyring_values.hpp"

#include <boost/assert.hpp>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace pgveil::bench {

namespace {

using protocol::Bytes;
using namespace proxy;

constexpr std::uint32_t kInt4 = 23;
constexpr std::uint32_t kText = 25;
const std::string kPatient =
    "SELECT id, mrn, last_name, first_name, dob, city FROM patients WHERE id = $1";
const std::string kBalance = "SELECT abalance FROM pgbench_accounts WHERE aid = $1";
const std::string kBalanceOf = "SELECT abalance FROM pgbench_accounts WHERE aid = ";

protocol::RowDescription columns_of(std::initializer_list<const char*> names) {
  protocol::RowDescription columns;
  for (const char* name : names) {
    protocol::ColumnDescription column;
    column.name = name;
    column.type_oid = kText;
    columns.push_back(column);
  }
  return columns;
}

std::shared_ptr<PreparedPlan> pass_plan(std::vector<std::uint32_t> types) {
  auto plan = std::make_shared<PreparedPlan>();
  plan->epochs = {1, 1};
  plan->plan.decision = policy::Pass{};
  plan->plan.cacheable = true;
  plan->cacheable_by_shape = true;
  plan->parameter_types = std::move(types);
  plan->columns = columns_of({"abalance"});
  return plan;
}

std::shared_ptr<PreparedPlan> patient_plan() {
  auto plan = std::make_shared<PreparedPlan>();
  plan->epochs = {1, 1};
  policy::InPlace in_place;
  in_place.server_sql.text = {kPatient};
  policy::ServerParameter id;
  id.client_index = 1;
  id.declared_type = kInt4;
  in_place.server_parameters = {id};
  in_place.outputs.resize(6);
  for (std::size_t i = 1; i < 5; ++i) {
    in_place.outputs[i].kind = policy::ServerOutput::Kind::Open;
    in_place.outputs[i].field = policy::FieldId{1};
    in_place.outputs[i].base_type = kText;
  }
  policy::ServerOutput subject;
  subject.kind = policy::ServerOutput::Kind::Subject;
  in_place.outputs.push_back(subject);
  plan->plan.decision = std::move(in_place);
  plan->plan.cacheable = true;
  plan->plan.touches_tagged = true;
  plan->parameter_types = {kInt4};
  plan->columns = columns_of({"id", "mrn", "last_name", "first_name", "dob", "city"});
  policy::Evidence& evidence = plan->plan.evidence;
  evidence.verb = policy::Verb::Read;
  evidence.tables = {"public.patients"};
  for (const char* name : {"dob", "first_name", "last_name", "mrn"}) {
    evidence.columns.push_back({"public.patients", name, policy::SeenColumn::How::Clear});
  }
  evidence.subjects = {"public.patients.id"};
  evidence.normalized = kPatient;
  plan->audit_evidence = encode_evidence(evidence);
  return plan;
}

class Plans : public Planner {
 public:
  SplitResult split(std::string_view sql) override {
    return std::vector<StatementText>{{0, sql.size()}};
  }

  PlanResult plan(const PlanRequest& request) override {
    if (request.sql == kPatient) {
      return patient_plan();
    }
    auto plan = pass_plan(request.sql == kBalance ? std::vector<std::uint32_t>{kInt4}
                                                  : std::vector<std::uint32_t>());
    if (request.sql != kBalance) {
      plan->literals = {request.sql.substr(kBalanceOf.size())};
    }
    return plan;
  }

  std::string role_key(std::string_view, std::string_view) const override {
    return "12345678901234567890";
  }

  Epochs epochs() const override { return {1, 1}; }

  void schema_changed(std::string_view, const SessionSettings&) override {}
};

Bytes row_of(const std::vector<Bytes>& values) {
  std::vector<protocol::Cell> cells(values.begin(), values.end());
  Bytes out;
  protocol::encode_data_row(out, cells);
  return out;
}

Bytes bytes_of(std::string_view text) {
  const auto view = protocol::as_bytes(text);
  return {view.begin(), view.end()};
}

/// A server that answers each message, and a driver that does each job at once.
class Conversation {
 public:
  Conversation(std::shared_ptr<const crypto::Keyring> keys, Bytes row)
      : row_(std::move(row)),
        values_([keys] { return keys; }, {}, {}),
        brain_({&planner_, &plans_, &values_, {}}, identity(), {}, {}) {}

  void client(const Bytes& bytes) {
    brain_.on_client_bytes(bytes, actions_);
    perform();
  }

  [[nodiscard]] std::size_t answered() const { return answered_; }

 private:
  static SessionIdentity identity() {
    SessionIdentity who;
    who.session = 7;
    who.login = "dr_adams";
    who.database = "clinic";
    who.application_name = "clinic desk";
    who.client_address = "10.1.2.3:45678";
    who.tls = true;
    return who;
  }

  void perform() {
    while (!actions_.empty()) {
      std::swap(now_, actions_);
      answered_ += now_.to_client.size();
      for (Job& job : now_.jobs) {
        std::visit([this](auto& one) { run(one); }, job);
      }
      answer(now_.to_server);
      now_.clear();
    }
  }

  void run(StartPlan& job) {
    brain_.on_planned(job.ticket, plan_text(planner_, plans_, job.request), actions_);
  }

  void run(RecordBegin& job) { brain_.on_audit_durable(job.ticket, actions_); }

  void run(RecordEnd& job) { brain_.on_audit_durable(job.ticket, actions_); }

  void run(FlushRecords&) {}

  void run(auto&) { BOOST_ASSERT_MSG(false, "a job that these statements do not need"); }

  void answer(protocol::ByteView sent) {
    reply_.clear();
    while (!sent.empty()) {
      const auto header = *protocol::read_header(sent, protocol::Side::Frontend);
      answer_one(header->type, protocol::as_text(sent.first(header->frame_size())));
      sent = sent.subspan(header->frame_size());
    }
    if (!reply_.empty()) {
      brain_.on_server_bytes(reply_, actions_);
    }
  }

  void answer_one(char type, std::string_view frame) {
    const bool probe = frame.find("pgveil_settings") != std::string_view::npos;
    switch (type) {
      case 'P':
        return protocol::encode_parse_complete(reply_);
      case 'B':
        return protocol::encode_bind_complete(reply_);
      case 'C':
        return protocol::encode_close_complete(reply_);
      case 'Q':
        protocol::encode_row_description(reply_, columns_of({"abalance"}));
        [[fallthrough]];
      case 'E':
        protocol::put_bytes(reply_, probe ? settings_row() : row_);
        protocol::encode_command_complete(reply_, "SELECT 1");
        return type == 'Q' ? protocol::encode_ready_for_query(reply_, protocol::BlockState::Idle)
                           : void();
      case 'S':
        return protocol::encode_ready_for_query(reply_, protocol::BlockState::Idle);
      default:
        return;
    }
  }

  static Bytes settings_row() {
    SessionSettings settings;
    settings.session_authorization = "dr_adams";
    std::vector<Bytes> values;
    for (const std::string_view name : setting_names()) {
      values.push_back(bytes_of(*settings.find(name)));
    }
    return row_of(values);
  }

  Bytes row_;
  Plans planner_;
  PlanCache plans_{1'000};
  KeyringValues values_;
  Brain brain_;
  Actions actions_;
  Actions now_;
  Bytes reply_;
  std::size_t answered_ = 0;
};

/// Prepared once under the name "s"; then bound and executed each time.
std::function<void()> prepared(std::shared_ptr<Conversation> with, const std::string& sql) {
  Bytes first;
  protocol::encode_parse(first, {"s", sql, {}});
  protocol::encode_sync(first);
  with->client(first);
  Bytes each;
  protocol::Bind bind;
  bind.statement = "s";
  bind.values = {protocol::Cell(protocol::as_bytes("4711"))};
  protocol::encode_bind(each, bind);
  protocol::encode_execute(each, {"", 0});
  protocol::encode_sync(each);
  return [with = std::move(with), each] {
    const std::size_t before = with->answered();
    with->client(each);
    BOOST_VERIFY(with->answered() > before);
  };
}

std::shared_ptr<const crypto::Keyring> no_keys() {
  return std::move(crypto::KeyringBuilder()).build();
}

}  // namespace

std::function<void()> pass_prepared() {
  return prepared(std::make_shared<Conversation>(no_keys(), row_of({bytes_of("-1234")})), kBalance);
}

std::function<void()> pass_query() {
  auto with = std::make_shared<Conversation>(no_keys(), row_of({bytes_of("-1234")}));
  return [with, next = 100'000]() mutable {
    Bytes query;
    protocol::encode_query(query, {kBalanceOf + std::to_string(++next)});
    with->client(query);
  };
}

std::function<void()> point_read(std::shared_ptr<const crypto::Keyring> keys) {
  const auto sealed = [&](std::string_view text) {
    Bytes out;
    const auto bytes = crypto::as_bytes(text);
    BOOST_VERIFY(
        crypto::seal_cell(*keys, crypto::FieldId{1}, {}, {bytes, bytes, text}, out).has_value());
    return out;
  };
  const Bytes row =
      row_of({bytes_of("4711"), sealed("MRN-000-4711"), sealed("Smith-Johansson"),
              sealed("Margaret"), sealed("1961-02-03"), bytes_of("Springfield"), bytes_of("4711")});
  return prepared(std::make_shared<Conversation>(std::move(keys), row), kPatient);
}

std::function<void()> audit_records() {
  const std::shared_ptr<const AuditKeys> keys = *generate_audit_keys();
  const auto plan = patient_plan();
  return
      [keys, plan, seq = std::uint64_t{0}, head = crypto::Hash{}, lines = std::string()]() mutable {
        AuditBegin begin;
        begin.who.login = begin.who.current_user = "dr_adams";
        begin.who.role = "clinician";
        begin.who.database = "clinic";
        begin.who.application = "clinic desk";
        begin.who.address = "10.1.2.3:45678";
        begin.statement = seq;
        begin.plan = "in_place";
        begin.verb = policy::Verb::Read;
        begin.evidence = plan->audit_evidence;
        AuditEnd end;
        end.statement = seq;
        end.login = "dr_adams";
        end.rows = 1;
        end.patients = {{"public.patients.id", {"4711"}}};
        lines.clear();
        for (const AuditEvent& event : {AuditEvent(begin), AuditEvent(end)}) {
          append_line(lines, ++seq, std::chrono::system_clock::now(), *encode_event(event, *keys),
                      head);
        }
      };
}

}  // namespace pgveil::bench
