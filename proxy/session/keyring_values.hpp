#pragma once

/// ValueService over proxy/transform and the keys in force.

#include "proxy/session/value_service.hpp"
#include "proxy/transform/slice_builder.hpp"

#include <functional>
#include <memory>

namespace pgveil::crypto {
class Keyring;
}

namespace pgveil::proxy {

class KeyringValues final : public ValueService {
 public:
  /// The keys in force now; called from any thread, never null.
  using KeySource = std::function<std::shared_ptr<const crypto::Keyring>()>;
  /// Told when a stored value is not what it was sealed as: moved, damaged or forged. Any thread.
  using Alert = std::function<void(const transform::Error&)>;

  KeyringValues(KeySource keys, transform::SliceLimits limits, Alert alert);

  [[nodiscard]] FilledSql fill_sql(const policy::SqlTemplate& sql,
                                   const ValueInput& input,
                                   const ConvertResult* converted) override;
  [[nodiscard]] FilledParameters fill_parameters(
      const std::vector<policy::ServerParameter>& parameters,
      const ValueInput& input,
      const ConvertResult* converted) override;
  [[nodiscard]] std::unique_ptr<RowOpening> open_rows(const PreparedPlan& plan,
                                                      const std::vector<std::int16_t>& formats,
                                                      const SettingsInForce& settings,
                                                      CellForm form) override;
  [[nodiscard]] SealedRows seal_rows(
      const PreparedPlan& plan,
      const std::vector<std::vector<std::optional<protocol::Bytes>>>& rows,
      const SettingsInForce& settings) override;
  [[nodiscard]] std::unique_ptr<SliceBuilding> build_slice(const PreparedPlan& plan,
                                                           CellForm form) override;

 private:
  KeySource keys_;
  transform::SliceLimits limits_;
  Alert alert_;
};

}  // namespace pgveil::proxy
