#include "tests/sim/scripted.hpp"

#include "policy/sql/split.hpp"
#include "tests/sim/messages.hpp"

#include <set>

namespace pgveil::sim {

namespace {

using policy::ServerOutput;

constexpr std::string_view kSealed = "sealed:";

protocol::RowDescription text_columns(const std::vector<std::string>& names) {
  protocol::RowDescription columns;
  for (const std::string& name : names) {
    protocol::ColumnDescription column;
    column.name = name;
    column.type_oid = 25;
    column.typlen = -1;
    columns.push_back(column);
  }
  return columns;
}

void touch(PreparedPlan& plan, policy::Verb verb) {
  plan.plan.touches_tagged = true;
  plan.plan.cacheable = true;
  plan.plan.evidence.verb = verb;
  plan.plan.evidence.tables = {"public.patients"};
  plan.plan.evidence.subjects = {"public.patients.id"};
}

/// A value that the script's codecs leave to the twin says so.
bool needs_twin(std::string_view value) { return value.find("twin") != std::string_view::npos; }

std::variant<std::string, proxy::Conversion, protocol::ErrorFields> seal(
    std::string_view value, const proxy::ConvertResult* converted, std::size_t& next) {
  if (value.find("bad") != std::string_view::npos) {
    return protocol::make_error("ERROR", "22P02", "invalid input syntax");
  }
  if (!needs_twin(value)) {
    return std::string(kSealed) + std::string(value);
  }
  if (converted == nullptr) {
    proxy::Conversion conversion;
    conversion.bytes.assign(protocol::as_bytes(value).begin(), protocol::as_bytes(value).end());
    return conversion;
  }
  const auto& result = converted->at(next++);
  if (const auto* error = std::get_if<protocol::ErrorFields>(&result)) {
    return *error;
  }
  return std::string(kSealed) + std::string(protocol::as_text(std::get<protocol::Bytes>(result)));
}

class Opening : public proxy::RowOpening {
 public:
  explicit Opening(const PreparedPlan& plan)
      : outputs_(std::holds_alternative<policy::Split>(plan.plan.decision)
                     ? std::get<policy::Split>(plan.plan.decision).write->outputs
                     : std::get<policy::InPlace>(plan.plan.decision).outputs) {}

  std::optional<protocol::ErrorFields> open_row(protocol::ByteView body,
                                                protocol::Bytes& out) override {
    std::vector<protocol::Cell> cells;
    if (!protocol::decode_data_row(body, cells) || cells.size() != outputs_.size()) {
      return protocol::make_error("ERROR", "XX000", "row of unexpected width");
    }
    std::vector<protocol::Cell> shown;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view text = cells[i] ? protocol::as_text(*cells[i]) : std::string_view();
      if (outputs_[i].kind == ServerOutput::Kind::Subject) {
        subjects_.insert(std::string(text));
      } else if (outputs_[i].kind == ServerOutput::Kind::Forward || !cells[i]) {
        shown.push_back(cells[i]);
      } else if (text.rfind(kSealed, 0) != 0) {
        return protocol::make_error("ERROR", "XX001", "a stored value is damaged");
      } else {
        shown.emplace_back(protocol::as_bytes(text.substr(kSealed.size())));
      }
    }
    protocol::encode_data_row(out, shown);
    return std::nullopt;
  }

  bool wants_drain() const override { return subjects_.size() >= 3; }

  proxy::Subjects drain() override {
    proxy::Subjects drained{{subjects_.begin(), subjects_.end()}};
    subjects_.clear();
    return drained;
  }

 private:
  std::vector<ServerOutput> outputs_;
  std::set<std::string> subjects_;
};

class Building : public proxy::SliceBuilding {
 public:
  std::optional<protocol::ErrorFields> add_row(protocol::ByteView body) override {
    if (protocol::as_text(body).find("too many") != std::string_view::npos) {
      return protocol::make_error("ERROR", "54000", "the slice is too large");
    }
    protocol::put_bytes(payload_, body);
    ++rows_;
    return std::nullopt;
  }

  std::variant<proxy::SlicePayload, protocol::ErrorFields> finish() override {
    proxy::SlicePayload payload;
    payload.relations.push_back(payload_);
    payload.rows = rows_;
    return payload;
  }

  proxy::Subjects drain() override { return {}; }

 private:
  protocol::Bytes payload_;
  std::uint64_t rows_ = 0;
};

}  // namespace

PreparedPlan pass_plan(policy::SessionEffect effect) {
  PreparedPlan plan;
  plan.plan.decision = policy::Pass{};
  plan.plan.effect = effect;
  plan.plan.cacheable = effect == policy::SessionEffect::None;
  return plan;
}

PreparedPlan in_place_plan(const InPlaceShape& shape) {
  PreparedPlan plan;
  policy::InPlace in_place;
  const std::size_t slot = shape.sql.find("{0}");
  if (slot == std::string::npos) {
    in_place.server_sql.text = {shape.sql};
  } else {
    in_place.server_sql.text = {shape.sql.substr(0, slot), shape.sql.substr(slot + 3)};
    policy::Slot literal;
    literal.source.from = policy::ValueSource::From::Literal;
    literal.use.kind = policy::ValueUse::Kind::Seal;
    in_place.server_sql.slots.push_back(literal);
  }
  for (std::size_t i = 0; i < shape.sealed_parameters; ++i) {
    policy::ServerParameter parameter;
    parameter.client_index = static_cast<std::uint16_t>(i + 1);
    parameter.use.kind = policy::ValueUse::Kind::Seal;
    parameter.declared_type = 17;
    in_place.server_parameters.push_back(parameter);
    plan.parameter_types.push_back(25);
  }
  for (const ServerOutput::Kind kind : shape.outputs) {
    ServerOutput output;
    output.kind = kind;
    in_place.outputs.push_back(output);
  }
  plan.plan.decision = std::move(in_place);
  plan.literals = shape.literals;
  if (!shape.columns.empty()) {
    plan.columns = text_columns(shape.columns);
  }
  touch(plan, shape.verb);
  return plan;
}

PreparedPlan split_plan(std::string sql, std::vector<std::string> columns) {
  PreparedPlan plan;
  policy::Split split;
  split.server_sql.text = {std::move(sql)};
  split.slice.twin_sql.text = {"over the slice"};
  plan.plan.decision = std::move(split);
  plan.columns = text_columns(columns);
  touch(plan, policy::Verb::Read);
  return plan;
}

PreparedPlan split_write_plan(std::string sql,
                              std::string write,
                              std::vector<policy::ServerOutput::Kind> outputs,
                              std::vector<std::string> columns) {
  PreparedPlan plan;
  policy::Split split;
  split.server_sql.text = {std::move(sql)};
  split.slice.twin_sql.text = {"over the slice"};
  policy::WriteBack back;
  back.server_sql.text = {std::move(write)};
  back.columns.push_back({"c", 17, 1, std::nullopt});
  policy::ServerParameter array;
  array.client_index = 1;
  back.server_parameters.push_back(array);
  for (const ServerOutput::Kind kind : outputs) {
    ServerOutput output;
    output.kind = kind;
    back.outputs.push_back(output);
  }
  split.write = std::move(back);
  plan.plan.decision = std::move(split);
  if (!columns.empty()) {
    plan.columns = text_columns(columns);
  }
  touch(plan, policy::Verb::Change);
  return plan;
}

PreparedPlan local_plan(std::vector<std::string> columns) {
  PreparedPlan plan;
  plan.plan.decision = policy::Local{};
  plan.plan.cacheable = true;
  plan.columns = text_columns(columns);
  return plan;
}

PreparedPlan refused_plan(std::string message) {
  PreparedPlan plan;
  policy::Refuse refuse;
  refuse.message = message;
  plan.plan.decision = refuse;
  plan.refusal = protocol::make_error("ERROR", "42501", message);
  touch(plan, policy::Verb::Read);
  return plan;
}

proxy::SplitResult ScriptedPlanner::split(std::string_view sql) {
  const auto ranges = policy::sql::split(sql);
  if (!ranges || sql.find("syntax") != std::string_view::npos) {
    return protocol::make_error("ERROR", "42601", "syntax error");
  }
  std::vector<proxy::StatementText> statements;
  for (const auto& range : *ranges) {
    statements.push_back({range.location, range.length});
  }
  return statements;
}

proxy::PlanResult ScriptedPlanner::plan(const proxy::PlanRequest& request) {
  asked.push_back(request);
  const auto wrong = errors.find(request.sql);
  if (wrong != errors.end()) {
    return wrong->second;
  }
  const auto found = plans.find(request.sql);
  PreparedPlan plan = found == plans.end() ? pass_plan() : found->second;
  plan.epochs = now;
  return std::make_shared<const PreparedPlan>(std::move(plan));
}

std::string ScriptedPlanner::role_key(std::string_view, std::string_view current_user) const {
  return std::string(current_user);
}

proxy::FilledSql ScriptedValues::fill_sql(const policy::SqlTemplate& sql,
                                          const proxy::ValueInput& input,
                                          const proxy::ConvertResult* converted) {
  std::string text = sql.text[0];
  std::vector<proxy::Conversion> conversions;
  std::size_t next = 0;
  for (std::size_t i = 0; i < sql.slots.size(); ++i) {
    auto sealed = seal(input.literals->at(sql.slots[i].source.index), converted, next);
    if (auto* error = std::get_if<protocol::ErrorFields>(&sealed)) {
      return *error;
    }
    if (auto* conversion = std::get_if<proxy::Conversion>(&sealed)) {
      conversions.push_back(*conversion);
    } else {
      text += std::get<std::string>(sealed);
    }
    text += sql.text[i + 1];
  }
  if (!conversions.empty()) {
    return conversions;
  }
  return text;
}

proxy::FilledParameters ScriptedValues::fill_parameters(
    const std::vector<policy::ServerParameter>& parameters,
    const proxy::ValueInput& input,
    const proxy::ConvertResult* converted) {
  std::vector<proxy::ServerValue> values;
  std::vector<proxy::Conversion> conversions;
  std::size_t next = 0;
  for (const policy::ServerParameter& parameter : parameters) {
    const proxy::ClientValue& given = input.parameters->at(parameter.client_index - 1u);
    proxy::ServerValue value;
    value.format = 1;
    if (given.bytes) {
      auto sealed = seal(protocol::as_text(*given.bytes), converted, next);
      if (auto* error = std::get_if<protocol::ErrorFields>(&sealed)) {
        return *error;
      }
      if (auto* conversion = std::get_if<proxy::Conversion>(&sealed)) {
        conversions.push_back(*conversion);
      } else {
        const auto bytes = protocol::as_bytes(std::get<std::string>(sealed));
        value.bytes.emplace(bytes.begin(), bytes.end());
      }
    }
    values.push_back(std::move(value));
  }
  if (!conversions.empty()) {
    return conversions;
  }
  return values;
}

std::unique_ptr<proxy::RowOpening> ScriptedValues::open_rows(const PreparedPlan& plan,
                                                             const std::vector<std::int16_t>&,
                                                             const proxy::SettingsInForce&,
                                                             proxy::CellForm) {
  return std::make_unique<Opening>(plan);
}

proxy::SealedRows ScriptedValues::seal_rows(
    const PreparedPlan&,
    const std::vector<std::vector<std::optional<protocol::Bytes>>>& rows,
    const proxy::SettingsInForce&) {
  proxy::ClientValue array;
  array.format = 1;
  array.bytes.emplace();
  for (const auto& row : rows) {
    if (protocol::as_text(*row.at(0)) == "unsealable") {
      return protocol::make_error("ERROR", "22001", "value too long");
    }
    protocol::put_bytes(*array.bytes, *row.at(0));
  }
  return std::vector<proxy::ClientValue>{array};
}

std::unique_ptr<proxy::SliceBuilding> ScriptedValues::build_slice(const PreparedPlan&,
                                                                  proxy::CellForm) {
  return std::make_unique<Building>();
}

proxy::EvaluatedRows twin_rows(const std::vector<std::string>& values, std::string tag) {
  proxy::EvaluatedRows rows;
  for (const std::string& value : values) {
    protocol::put_bytes(rows.data_rows, row({value}));
    rows.row_ends.push_back(rows.data_rows.size());
  }
  rows.command_tag = std::move(tag);
  return rows;
}

}  // namespace pgveil::sim
