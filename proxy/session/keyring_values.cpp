#include "proxy/session/keyring_values.hpp"

#include "crypto/keyring.hpp"
#include "proxy/transform/fill.hpp"
#include "proxy/transform/open_row.hpp"
#include "proxy/transform/write_rows.hpp"

#include <string_view>
#include <utility>

namespace pgveil::proxy {

namespace {

using protocol::ErrorFields;
using Alert = KeyringValues::Alert;

ErrorFields as_fields(const protocol::value::PgError& error) {
  return protocol::make_error("ERROR", error.sqlstate, error.message, error.detail);
}

ErrorFields as_fields(const transform::Error& error, const Alert& alert) {
  if (alert && transform::is_integrity_failure(error.code)) {
    alert(error);
  }
  return as_fields(transform::client_error(error));
}

transform::ByteaForm bytea_form(CellForm form) {
  return form == CellForm::Binary ? transform::ByteaForm::Binary : transform::ByteaForm::Text;
}

/// Views over a ValueInput in the form that proxy/transform wants; lives for one call.
struct Views {
  std::vector<std::string_view> literals;
  std::vector<transform::ClientParameter> parameters;
  std::vector<transform::ConversionResult> converted;
  transform::ClientValues values;

  Views(const ValueInput& input, const ConvertResult* results) {
    if (input.literals != nullptr) {
      literals.assign(input.literals->begin(), input.literals->end());
    }
    if (input.parameters != nullptr) {
      for (const ClientValue& value : *input.parameters) {
        transform::ClientParameter parameter;
        parameter.format = value.format;
        if (value.bytes) {
          parameter.bytes = *value.bytes;
        }
        parameters.push_back(parameter);
      }
    }
    if (results != nullptr) {
      for (const auto& result : *results) {
        if (const auto* bytes = std::get_if<protocol::Bytes>(&result)) {
          converted.emplace_back(*bytes);
        } else {
          const auto& error = std::get<ErrorFields>(result);
          converted.emplace_back(protocol::value::PgError{std::string(error.sqlstate()),
                                                          std::string(error.get('M')),
                                                          std::string(error.get('D'))});
        }
      }
    }
    values.literals = literals;
    values.parameters = parameters;
    values.session = input.settings->format;
    values.backslash_quotes = input.settings->value.standard_conforming_strings != "on";
  }
};

std::vector<Conversion> as_conversions(std::vector<transform::Conversion> wanted) {
  std::vector<Conversion> conversions;
  for (transform::Conversion& one : wanted) {
    Conversion conversion;
    conversion.from = one.from;
    conversion.to = one.to;
    conversion.typmod = one.typmod;
    conversion.format = one.format;
    conversion.bytes = std::move(one.bytes);
    conversions.push_back(std::move(conversion));
  }
  return conversions;
}

const policy::WriteBack* write_of(const PreparedPlan& plan) {
  const auto* split = std::get_if<policy::Split>(&plan.plan.decision);
  return split != nullptr && split->write ? &*split->write : nullptr;
}

const std::vector<policy::ServerOutput>& server_outputs(const PreparedPlan& plan) {
  const policy::WriteBack* write = write_of(plan);
  return write != nullptr ? write->outputs : std::get<policy::InPlace>(plan.plan.decision).outputs;
}

bool answered_by_twin(const PreparedPlan& plan) {
  const policy::WriteBack* write = write_of(plan);
  return write != nullptr && write->answered_by_twin;
}

class KeyringOpening final : public RowOpening {
 public:
  KeyringOpening(std::shared_ptr<const crypto::Keyring> keys,
                 const PreparedPlan& plan,
                 const std::vector<std::int16_t>& formats,
                 const SettingsInForce& settings,
                 CellForm form,
                 Alert alert)
      : keys_(std::move(keys)),
        opener_(server_outputs(plan),
                answered_by_twin(plan) ? std::vector<std::int16_t>() : formats,
                settings.format,
                *keys_,
                bytea_form(form)),
        subjects_(plan.plan.evidence.subjects.size()),
        alert_(std::move(alert)) {}

  std::optional<ErrorFields> open_row(protocol::ByteView body, protocol::Bytes& out) override {
    const auto opened = opener_.open_row(body, out, subjects_);
    if (!opened) {
      return as_fields(opened.error(), alert_);
    }
    return std::nullopt;
  }

  bool wants_drain() const override { return subjects_.wants_drain(); }

  Subjects drain() override { return subjects_.drain(); }

 private:
  std::shared_ptr<const crypto::Keyring> keys_;
  transform::RowOpener opener_;
  transform::SubjectSet subjects_;
  Alert alert_;
};

class KeyringBuilding final : public SliceBuilding {
 public:
  KeyringBuilding(std::shared_ptr<const crypto::Keyring> keys,
                  const PreparedPlan& plan,
                  CellForm form,
                  transform::SliceLimits limits,
                  Alert alert)
      : keys_(std::move(keys)),
        builder_(std::get<policy::Split>(plan.plan.decision).slice,
                 plan.plan.evidence.subjects.size(),
                 *keys_,
                 bytea_form(form),
                 limits),
        alert_(std::move(alert)) {}

  std::optional<ErrorFields> add_row(protocol::ByteView body) override {
    const auto added = builder_.add_row(body);
    if (!added) {
      return as_fields(added.error(), alert_);
    }
    return std::nullopt;
  }

  std::variant<SlicePayload, ErrorFields> finish() override {
    const auto finished = builder_.finish();
    if (!finished) {
      return as_fields(finished.error(), alert_);
    }
    SlicePayload payload;
    for (transform::BuiltRelation& relation : builder_.relations()) {
      payload.relations.push_back(relation.rows == 0 ? protocol::Bytes()
                                                     : std::move(relation.copy));
    }
    payload.server_values = std::move(builder_.server_values());
    payload.rows = builder_.rows();
    return payload;
  }

  Subjects drain() override { return builder_.subjects().drain(); }

 private:
  std::shared_ptr<const crypto::Keyring> keys_;
  transform::SliceBuilder builder_;
  Alert alert_;
};

}  // namespace

KeyringValues::KeyringValues(KeySource keys, transform::SliceLimits limits, Alert alert)
    : keys_(std::move(keys)), limits_(limits), alert_(std::move(alert)) {}

FilledSql KeyringValues::fill_sql(const policy::SqlTemplate& sql,
                                  const ValueInput& input,
                                  const ConvertResult* converted) {
  const auto keys = keys_();
  const Views views(input, converted);
  auto filled = transform::fill_sql(sql, views.values, *keys, views.converted);
  if (!filled) {
    return as_fields(filled.error(), alert_);
  }
  if (auto* text = std::get_if<std::string>(&*filled)) {
    return std::move(*text);
  }
  if (auto* wanted = std::get_if<std::vector<transform::Conversion>>(&*filled)) {
    return as_conversions(std::move(*wanted));
  }
  return as_fields(std::get<transform::ValueError>(*filled).error);
}

FilledParameters KeyringValues::fill_parameters(
    const std::vector<policy::ServerParameter>& parameters,
    const ValueInput& input,
    const ConvertResult* converted) {
  const auto keys = keys_();
  const Views views(input, converted);
  auto filled = transform::fill_parameters(parameters, views.values, *keys, views.converted);
  if (!filled) {
    return as_fields(filled.error(), alert_);
  }
  if (auto* made = std::get_if<std::vector<transform::ServerValue>>(&*filled)) {
    std::vector<ServerValue> values;
    for (transform::ServerValue& one : *made) {
      values.push_back(ServerValue{one.format, std::move(one.bytes)});
    }
    return values;
  }
  if (auto* wanted = std::get_if<std::vector<transform::Conversion>>(&*filled)) {
    return as_conversions(std::move(*wanted));
  }
  return as_fields(std::get<transform::ValueError>(*filled).error);
}

std::unique_ptr<RowOpening> KeyringValues::open_rows(const PreparedPlan& plan,
                                                     const std::vector<std::int16_t>& formats,
                                                     const SettingsInForce& settings,
                                                     CellForm form) {
  return std::make_unique<KeyringOpening>(keys_(), plan, formats, settings, form, alert_);
}

SealedRows KeyringValues::seal_rows(
    const PreparedPlan& plan,
    const std::vector<std::vector<std::optional<protocol::Bytes>>>& rows,
    const SettingsInForce& settings) {
  const auto keys = keys_();
  const policy::WriteBack& write = *std::get<policy::Split>(plan.plan.decision).write;
  auto made = transform::write_arrays(write, rows, settings.format, *keys);
  if (!made) {
    return as_fields(made.error(), alert_);
  }
  if (const auto* error = std::get_if<protocol::value::PgError>(&*made)) {
    return as_fields(*error);
  }
  std::vector<ClientValue> values;
  for (protocol::Bytes& array : std::get<std::vector<protocol::Bytes>>(*made)) {
    ClientValue value;
    value.format = 1;
    value.bytes = std::move(array);
    values.push_back(std::move(value));
  }
  return values;
}

std::unique_ptr<SliceBuilding> KeyringValues::build_slice(const PreparedPlan& plan, CellForm form) {
  return std::make_unique<KeyringBuilding>(keys_(), plan, form, limits_, alert_);
}

}  // namespace pgveil::proxy
