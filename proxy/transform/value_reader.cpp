#include "proxy/transform/value_reader.hpp"

#include "protocol/value/cast.hpp"
#include "protocol/value/utf8.hpp"
#include "proxy/transform/array_value.hpp"
#include "proxy/transform/literal.hpp"

#include <utility>

namespace pgveil::proxy::transform {
namespace {

using namespace protocol::value;

constexpr std::int16_t kBinaryFormat = 1;

TypeOid value_type(const policy::ValueUse& use) {
  return use.value_type == 0 || use.value_type == kUnknown ? use.base_type : use.value_type;
}

PgError unreadable_literal() {
  return {"0A000", "this spelling of a constant is not supported for a sealed column", ""};
}

PgError malformed_array() { return {"22P03", "the array in a bind parameter is malformed", ""}; }

}  // namespace

PgError not_comparable() {
  return {"0A000", "a value of this type cannot be compared with the sealed column", ""};
}

std::optional<std::variant<RawValue, PgError>> ValueReader::raw(
    const policy::ValueSource& source) const {
  RawValue value;
  value.source = source;
  if (source.from == policy::ValueSource::From::Parameter) {
    if (source.index == 0 || source.index > values_->parameters.size()) {
      return std::nullopt;
    }
    const ClientParameter& parameter = values_->parameters[source.index - 1U];
    value.format = parameter.format;
    if (parameter.bytes) {
      value.bytes.emplace(parameter.bytes->begin(), parameter.bytes->end());
    }
    return value;
  }
  if (source.index >= values_->literals.size()) {
    return std::nullopt;
  }
  const auto literal = read_literal(values_->literals[source.index], values_->backslash_quotes);
  if (!literal) {
    return unreadable_literal();
  }
  if (literal->kind != Literal::Kind::Null) {
    const ByteView text = protocol::as_bytes(literal->text);
    value.bytes.emplace(text.begin(), text.end());
  }
  return value;
}

Assigned ValueReader::ask_twin(TypeOid from,
                               TypeOid to,
                               std::int32_t typmod,
                               const RawValue& value) {
  if (next_ == converted_.size()) {
    wanted_.push_back({from, to, typmod, value.format, *value.bytes, value.source});
    return Pending{};
  }
  const ConversionResult& result = converted_[next_++];
  if (const auto* error = std::get_if<PgError>(&result)) {
    return *error;
  }
  return std::get<Bytes>(result);
}

Converted ValueReader::read(TypeOid type, const RawValue& value) const {
  return value.format == kBinaryFormat
             ? from_binary(type, *value.bytes, value.source.index)
             : from_text(type, protocol::as_text(*value.bytes), values_->session);
}

Assigned ValueReader::assigned(const policy::ValueUse& use, const RawValue& value) {
  const TypeOid type = value_type(use);
  Converted step = read(type, value);
  if (auto* canonical = std::get_if<Canonical>(&step)) {
    step = cast_for_assignment(type, use.base_type, std::move(*canonical), values_->session);
  }
  if (std::holds_alternative<NeedsTwin>(step)) {
    // The twin casts too; a modifier that is known here is applied here, as an assignment.
    const std::int32_t typmod = is_supported(use.base_type) ? -1 : use.typmod;
    Assigned answer = ask_twin(type, use.base_type, typmod, value);
    if (!std::holds_alternative<Bytes>(answer) || !is_supported(use.base_type)) {
      return answer;
    }
    step = Canonical{std::get<Bytes>(std::move(answer))};
  }
  if (auto* canonical = std::get_if<Canonical>(&step)) {
    step = apply_typmod(use.base_type, use.typmod, std::move(*canonical));
  }
  if (auto* error = std::get_if<PgError>(&step)) {
    return std::move(*error);
  }
  if (auto* canonical = std::get_if<Canonical>(&step)) {
    return std::move(canonical->bytes);
  }
  return PgError{"0A000", "the sealed column's type modifier is not supported", ""};
}

bool ValueReader::needs_zone(TypeOid column, TypeOid value) const {
  return column == kTimestamptz && (value == kDate || value == kTimestamp) &&
         values_->session.zone == Zone::Other;
}

Compared ValueReader::compared(const policy::ValueUse& use, const RawValue& value) {
  const TypeOid type = value_type(use);
  Converted step = read(type, value);
  const bool date_to_zone = needs_zone(use.base_type, type);
  if (std::holds_alternative<NeedsTwin>(step) || date_to_zone) {
    if (auto* error = std::get_if<PgError>(&step)) {
      return std::move(*error);
    }
    Assigned answer = ask_twin(type, date_to_zone ? use.base_type : type, -1, value);
    if (date_to_zone || !std::holds_alternative<Bytes>(answer)) {
      return std::visit([](auto&& part) -> Compared { return std::move(part); }, std::move(answer));
    }
    step = Canonical{std::get<Bytes>(std::move(answer))};
  }
  if (auto* error = std::get_if<PgError>(&step)) {
    return std::move(*error);
  }
  Comparable cast = cast_for_comparison(type, use.base_type, std::get<Canonical>(std::move(step)),
                                        values_->session);
  if (auto* canonical = std::get_if<Canonical>(&cast)) {
    return std::move(canonical->bytes);
  }
  if (std::holds_alternative<NeverEqual>(cast)) {
    return Never{};
  }
  return not_comparable();
}

std::variant<ValueReader::Comparand, Never, Pending, PgError> ValueReader::comparand(
    const policy::ValueUse& use, const RawValue& value) {
  const TypeOid type = value_type(use);
  Converted step = read(type, value);
  if (auto* error = std::get_if<PgError>(&step)) {
    return std::move(*error);
  }
  const bool date_to_zone = needs_zone(use.base_type, type);
  if (std::holds_alternative<NeedsTwin>(step) || date_to_zone) {
    const TypeOid to = date_to_zone ? use.base_type : type;
    Assigned answer = ask_twin(type, to, -1, value);
    if (auto* bytes = std::get_if<Bytes>(&answer)) {
      return Comparand{to, std::move(*bytes)};
    }
    if (auto* error = std::get_if<PgError>(&answer)) {
      return std::move(*error);
    }
    return Pending{};
  }
  if (type == kTimestamptz && use.base_type != kTimestamptz &&
      values_->session.zone == Zone::Other) {
    return Never{};
  }
  return Comparand{type, std::get<Canonical>(std::move(step)).bytes};
}

Assigned ValueReader::characters(const policy::ValueUse& use, const RawValue& value) {
  const TypeOid type = value_type(use);
  if (!is_text(type)) {
    return not_comparable();
  }
  Converted step = read(type, value);
  if (auto* error = std::get_if<PgError>(&step)) {
    return std::move(*error);
  }
  Bytes characters = std::get<Canonical>(std::move(step)).bytes;
  if (type == kBpchar) {
    characters.resize(without_trailing_blanks(protocol::as_text(characters)).size());
  }
  return characters;
}

std::variant<ValueReader::Elements, Pending, PgError> ValueReader::elements(
    const policy::ValueUse& use, const RawValue& value) {
  const TypeOid type = element_of(use.value_type);
  if (type == 0 || needs_zone(use.base_type, type)) {
    return not_comparable();
  }
  RawValue element;
  element.source = value.source;
  std::optional<ArrayElements> array;
  if (value.format != kBinaryFormat) {
    array = read_array_text(protocol::as_text(*value.bytes));
    // One element that only the twin can read: it reads the whole array.
    for (std::size_t i = 0; array && i < array->elements.size(); ++i) {
      element.bytes = array->elements[i];
      if (!element.bytes) {
        continue;
      }
      Converted step = read(type, element);
      if (auto* error = std::get_if<PgError>(&step)) {
        return std::move(*error);
      }
      if (auto* canonical = std::get_if<Canonical>(&step)) {
        array->elements[i] = std::move(canonical->bytes);
      } else {
        array.reset();
      }
    }
    if (array) {
      return std::move(array->elements);
    }
    Assigned answer = ask_twin(use.value_type, use.value_type, -1, value);
    if (auto* error = std::get_if<PgError>(&answer)) {
      return std::move(*error);
    }
    if (std::holds_alternative<Pending>(answer)) {
      return Pending{};
    }
    array = read_array_binary(std::get<Bytes>(answer), type);
  } else {
    array = read_array_binary(*value.bytes, type);
  }
  if (!array) {
    return malformed_array();
  }
  return std::move(array->elements);
}

}  // namespace pgveil::proxy::transform
