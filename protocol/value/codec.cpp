#include "protocol/value/codec.hpp"

#include "protocol/value/datetime.hpp"
#include "protocol/value/numeric.hpp"
#include "protocol/value/scalar.hpp"
#include "protocol/value/utf8.hpp"
#include "protocol/value/wire.hpp"

#include <optional>
#include <utility>

namespace pgveil::protocol::value {
namespace {

constexpr std::int32_t kHeader = 4;  // VARHDRSZ, part of the modifiers of varchar, bpchar, numeric
constexpr std::size_t kNameSize = 63;

Canonical canonical_text(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {Bytes(bytes.begin(), bytes.end())};
}

Converted text_from_binary(TypeOid type, ByteView bytes) {
  const std::string_view text = as_text(bytes);
  if (auto error = check_utf8(text)) {
    return *std::move(error);
  }
  if (type == kName && text.size() > kNameSize) {
    return PgError{"42622", "identifier too long", "Identifier must be less than 64 characters."};
  }
  return canonical_text(text);
}

/// Types of one size: `width` bytes, of which `valid` has the last word.
Converted fixed_from_binary(TypeOid type,
                            std::size_t width,
                            ByteView bytes,
                            std::uint16_t parameter) {
  if (bytes.size() < width) {
    return width == 1 ? PgError{"08P01", "no data left in message", ""} : insufficient_data();
  }
  // The receive function judges the value before the caller finds what is left over.
  const ByteView head = bytes.first(width);
  Canonical value{Bytes(head.begin(), head.end())};
  if (type == kBool) {
    value.bytes[0] = value.bytes[0] == std::byte{0} ? std::byte{0} : std::byte{1};
  } else if (type == kDate && !is_date(*integer_value(4, head))) {
    return PgError{"22008", "date out of range", ""};
  } else if ((type == kTimestamp || type == kTimestamptz) &&
             !is_timestamp(*integer_value(8, head))) {
    return PgError{"22008", "timestamp out of range", ""};
  }
  if (bytes.size() > width) {
    return left_over(parameter);
  }
  return value;
}

/// Size of the types that have only one, else 0.
std::size_t fixed_width(TypeOid type) {
  switch (type) {
    case kBool:
      return 1;
    case kDate:
      return 4;
    case kTimestamp:
    case kTimestamptz:
      return 8;
    case kUuid:
      return 16;
    default:
      return integer_width(type);
  }
}

Converted apply_length(TypeOid type, std::int32_t typmod, Canonical canonical) {
  const auto length = static_cast<std::size_t>(typmod - kHeader);
  const std::string_view text = as_text(canonical.bytes);
  const std::string_view kept = first_characters(text, length);
  if (without_trailing_blanks(text).size() > kept.size()) {
    const char* name = type == kBpchar ? "character(" : "character varying(";
    return PgError{"22001", "value too long for type " + (name + std::to_string(length)) + ")", ""};
  }
  canonical.bytes.resize(kept.size());
  if (type == kBpchar) {
    const std::size_t characters = count_characters(as_text(canonical.bytes));
    canonical.bytes.insert(canonical.bytes.end(), length - characters, std::byte{' '});
  }
  return canonical;
}

Output append(ByteView bytes, Bytes& out) {
  put_bytes(out, bytes);
  return Output::Done;
}

Output jsonb_to_text(ByteView canonical, Bytes& out) {
  if (canonical.empty() || canonical[0] != std::byte{1}) {
    return Output::Malformed;
  }
  return append(canonical.subspan(1), out);
}

Output fixed_to_text(TypeOid type, ByteView canonical, const SessionFormat& session, Bytes& out) {
  if (type == kUuid) {
    if (canonical.size() != 16) {
      return Output::Malformed;
    }
    uuid_to_text(canonical, out);
    return Output::Done;
  }
  const auto value = integer_value(fixed_width(type), canonical);
  if (!value) {
    return Output::Malformed;
  }
  switch (type) {
    case kBool:
      return *value == 0 || *value == 1 ? append(as_bytes(*value == 1 ? "t" : "f"), out)
                                        : Output::Malformed;
    case kDate:
      if (!is_date(*value)) {
        return Output::Malformed;
      }
      date_to_text(*value, session, out);
      return Output::Done;
    case kTimestamp:
    case kTimestamptz:
      if (!is_timestamp(*value)) {
        return Output::Malformed;
      }
      timestamp_to_text(*value, type == kTimestamptz, session, out);
      return Output::Done;
    default:
      integer_to_text(*value, out);
      return Output::Done;
  }
}

}  // namespace

Converted from_text(TypeOid type, std::string_view text, const SessionFormat& session) {
  if (auto error = check_utf8(text)) {
    return *std::move(error);
  }
  switch (type) {
    case kInt2:
    case kInt4:
    case kInt8:
      return integer_from_text(type, text);
    case kBool:
      return bool_from_text(text);
    case kBytea:
      return bytea_from_text(text);
    case kUuid:
      return uuid_from_text(text);
    case kNumeric:
      return numeric_from_text(text);
    case kDate:
      return date_from_text(text);
    case kTimestamp:
      return timestamp_from_text(text);
    case kTimestamptz:
      return timestamptz_from_text(text, session);
    case kName:
      return canonical_text(first_bytes(text, kNameSize));
    case kText:
    case kVarchar:
    case kBpchar:
      return canonical_text(text);
    default:
      return NeedsTwin{};
  }
}

Converted from_binary(TypeOid type, ByteView bytes, std::uint16_t parameter) {
  if (is_text(type)) {
    return text_from_binary(type, bytes);
  }
  if (type == kNumeric) {
    return numeric_from_binary(bytes, parameter);
  }
  if (type == kBytea) {
    return Canonical{Bytes(bytes.begin(), bytes.end())};
  }
  const std::size_t width = fixed_width(type);
  if (width == 0) {
    return NeedsTwin{};
  }
  return fixed_from_binary(type, width, bytes, parameter);
}

Converted apply_typmod(TypeOid type, std::int32_t typmod, Canonical canonical) {
  if (typmod == -1) {
    return canonical;
  }
  switch (type) {
    case kVarchar:
    case kBpchar:
      if (typmod < kHeader) {
        return canonical;
      }
      return apply_length(type, typmod, std::move(canonical));
    case kNumeric: {
      auto value = numeric_value(canonical.bytes);
      if (!value) {
        return NeedsTwin{};
      }
      return numeric_apply_typmod(typmod, *std::move(value));
    }
    case kTimestamp:
    case kTimestamptz: {
      const auto micros = integer_value(8, canonical.bytes);
      if (!micros) {
        return NeedsTwin{};
      }
      return integer_canonical(8, round_timestamp(typmod, *micros));
    }
    default:
      return NeedsTwin{};
  }
}

Output to_text(TypeOid type, ByteView canonical, const SessionFormat& session, Bytes& out) {
  if (!native_output(type, session)) {
    return Output::NeedsTwin;
  }
  if (is_text(type)) {
    return append(canonical, out);
  }
  switch (type) {
    case kBytea:
      bytea_to_text(canonical, session.bytea_output, out);
      return Output::Done;
    case kJsonb:
      return jsonb_to_text(canonical, out);
    case kNumeric: {
      const auto value = numeric_value(canonical);
      if (!value) {
        return Output::Malformed;
      }
      numeric_to_text(*value, out);
      return Output::Done;
    }
    default:
      return fixed_to_text(type, canonical, session, out);
  }
}

Output to_binary(TypeOid type, ByteView canonical, Bytes& out) {
  if (!is_supported(type)) {
    return append(canonical, out);
  }
  if (type == kJsonb) {
    return canonical.empty() || canonical[0] != std::byte{1} ? Output::Malformed
                                                             : append(canonical, out);
  }
  if (const std::size_t width = fixed_width(type); width != 0 && canonical.size() != width) {
    return Output::Malformed;
  }
  if (type == kNumeric && !numeric_value(canonical)) {
    return Output::Malformed;
  }
  return append(canonical, out);
}

bool native_output(TypeOid type, const SessionFormat& session) {
  return is_supported(type) && (type != kTimestamptz || session.zone != Zone::Other);
}

bool has_equality_form(TypeOid type) { return is_supported(type) && type != kJsonb; }

bool equality_form(TypeOid type, ByteView canonical, Bytes& out) {
  if (!has_equality_form(type)) {
    return false;
  }
  if (type == kBpchar) {
    put_bytes(out, as_bytes(without_trailing_blanks(as_text(canonical))));
    return true;
  }
  if (type != kNumeric) {
    return to_binary(type, canonical, out) == Output::Done;
  }
  auto value = numeric_value(canonical);
  if (!value) {
    return false;
  }
  if (value->kind == Numeric::Kind::Finite) {
    value->dscale = 0;
  }
  const Converted form = numeric_canonical(*std::move(value));
  put_bytes(out, std::get<Canonical>(form).bytes);
  return true;
}

}  // namespace pgveil::protocol::value
