#pragma once

/// The work on values that a session does in its own thread: filling slots, opening rows, building
/// slices. Abstract, so that tests of conversations need no keys; proxy/session/keyring_values.hpp has
/// the real one over proxy/transform.
/// Lifetime: openers and builders view the plan, which their owner keeps.

#include "proxy/session/services.hpp"
#include "proxy/session/settings_in_force.hpp"

#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace pgveil::proxy {

/// A value for the server's Bind.
struct ServerValue {
  std::int16_t format = 0;
  std::optional<protocol::Bytes> bytes;  // absent: NULL
};

/// What the client sent with one statement.
struct ValueInput {
  const std::vector<LiteralText>* literals = nullptr;
  const std::vector<ClientValue>* parameters = nullptr;
  const SettingsInForce* settings = nullptr;
};

/// Conversions: ask the twin, then call again with one result per conversion.
using FilledSql = std::variant<std::string, std::vector<Conversion>, protocol::ErrorFields>;
using FilledParameters =
    std::variant<std::vector<ServerValue>, std::vector<Conversion>, protocol::ErrorFields>;

using SealedRows = std::variant<std::vector<ClientValue>, protocol::ErrorFields>;

/// One of the two forms in which sealed cells come: binary results, or text results.
enum class CellForm { Binary, Text };

/// Patients named by hidden columns, per Evidence::subjects.
using Subjects = std::vector<std::vector<std::string>>;

class RowOpening {
 public:
  virtual ~RowOpening() = default;
  /// Appends the client's whole DataRow for the body of the server's, or says why there is none; then
  /// `out` is as before.
  [[nodiscard]] virtual std::optional<protocol::ErrorFields> open_row(protocol::ByteView body,
                                                                      protocol::Bytes& out) = 0;
  /// True: so many patients are remembered that a record should be written now.
  [[nodiscard]] virtual bool wants_drain() const = 0;
  [[nodiscard]] virtual Subjects drain() = 0;
};

class SliceBuilding {
 public:
  virtual ~SliceBuilding() = default;
  [[nodiscard]] virtual std::optional<protocol::ErrorFields> add_row(protocol::ByteView body) = 0;
  [[nodiscard]] virtual std::variant<SlicePayload, protocol::ErrorFields> finish() = 0;
  [[nodiscard]] virtual Subjects drain() = 0;
};

/// Threads: any, at the same time.
class ValueService {
 public:
  virtual ~ValueService() = default;
  [[nodiscard]] virtual FilledSql fill_sql(const policy::SqlTemplate& sql,
                                           const ValueInput& input,
                                           const ConvertResult* converted) = 0;
  [[nodiscard]] virtual FilledParameters fill_parameters(
      const std::vector<policy::ServerParameter>& parameters,
      const ValueInput& input,
      const ConvertResult* converted) = 0;
  /// `formats`: one per client column.
  [[nodiscard]] virtual std::unique_ptr<RowOpening> open_rows(
      const PreparedPlan& plan,
      const std::vector<std::int16_t>& formats,
      const SettingsInForce& settings,
      CellForm form) = 0;
  /// What a Split that writes stores, as the arrays that its second statement takes; WriteBack says which.
  [[nodiscard]] virtual SealedRows seal_rows(
      const PreparedPlan& plan,
      const std::vector<std::vector<std::optional<protocol::Bytes>>>& rows,
      const SettingsInForce& settings) = 0;
  [[nodiscard]] virtual std::unique_ptr<SliceBuilding> build_slice(const PreparedPlan& plan,
                                                                   CellForm form) = 0;
};

}  // namespace pgveil::proxy
