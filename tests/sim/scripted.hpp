#pragma once

/// Services as a script wants them. A sealed cell is "sealed:" and its value, so a test sees at once
/// whether one got out.

#include "proxy/session/services.hpp"
#include "proxy/session/value_service.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pgveil::sim {

using proxy::PreparedPlan;

/// Builders of plans.
[[nodiscard]] PreparedPlan pass_plan(policy::SessionEffect effect = policy::SessionEffect::None);

/// `sql` upstream; `{0}` in it is literal 0, sealed. Columns of the client are text.
struct InPlaceShape {
  std::string sql;
  std::vector<policy::ServerOutput::Kind> outputs;
  std::vector<std::string> columns;
  std::size_t sealed_parameters = 0;
  std::vector<std::string> literals;
  policy::Verb verb = policy::Verb::Read;
};

[[nodiscard]] PreparedPlan in_place_plan(const InPlaceShape& shape);
[[nodiscard]] PreparedPlan split_plan(std::string sql, std::vector<std::string> columns);
/// A Split whose twin's rows are stored by `write`, one array with all of them; `outputs` of its answer.
[[nodiscard]] PreparedPlan split_write_plan(std::string sql,
                                            std::string write,
                                            std::vector<policy::ServerOutput::Kind> outputs,
                                            std::vector<std::string> columns);
[[nodiscard]] PreparedPlan local_plan(std::vector<std::string> columns);
[[nodiscard]] PreparedPlan refused_plan(std::string message);

/// Statements that are not in the table pass.
class ScriptedPlanner : public proxy::Planner {
 public:
  std::map<std::string, PreparedPlan> plans;
  std::map<std::string, protocol::ErrorFields> errors;
  proxy::Epochs now;
  std::vector<proxy::PlanRequest> asked;
  std::vector<std::string> followed;

  proxy::SplitResult split(std::string_view sql) override;
  proxy::PlanResult plan(const proxy::PlanRequest& request) override;
  std::string role_key(std::string_view login, std::string_view current_user) const override;

  proxy::Epochs epochs() const override { return now; }

  void schema_changed(std::string_view statement, const proxy::SessionSettings&) override {
    followed.emplace_back(statement);
  }
};

class ScriptedValues : public proxy::ValueService {
 public:
  proxy::FilledSql fill_sql(const policy::SqlTemplate& sql,
                            const proxy::ValueInput& input,
                            const proxy::ConvertResult* converted) override;
  proxy::FilledParameters fill_parameters(const std::vector<policy::ServerParameter>& parameters,
                                          const proxy::ValueInput& input,
                                          const proxy::ConvertResult* converted) override;
  std::unique_ptr<proxy::RowOpening> open_rows(const PreparedPlan& plan,
                                               const std::vector<std::int16_t>& formats,
                                               const proxy::SettingsInForce& settings,
                                               proxy::CellForm form) override;
  proxy::SealedRows seal_rows(const PreparedPlan& plan,
                              const std::vector<std::vector<std::optional<protocol::Bytes>>>& rows,
                              const proxy::SettingsInForce& settings) override;
  std::unique_ptr<proxy::SliceBuilding> build_slice(const PreparedPlan& plan,
                                                    proxy::CellForm form) override;
};

/// Rows of the twin.
[[nodiscard]] proxy::EvaluatedRows twin_rows(const std::vector<std::string>& values,
                                             std::string tag);

}  // namespace pgveil::sim
