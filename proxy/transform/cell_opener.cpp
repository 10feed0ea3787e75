#include "proxy/transform/cell_opener.hpp"

#include "crypto/keyring.hpp"
#include "protocol/value/scalar.hpp"
#include "proxy/transform/mask_value.hpp"

#include <variant>

namespace pgveil::proxy::transform {
namespace {

using protocol::Bytes;
using protocol::ByteView;

Errc errc_of(crypto::Errc code) {
  switch (code) {
    case crypto::Errc::Malformed:
    case crypto::Errc::UnknownSuite:
    case crypto::Errc::TooLong:
      return Errc::NotSealed;
    case crypto::Errc::WrongField:
      return Errc::WrongField;
    case crypto::Errc::UnknownField:
    case crypto::Errc::UnknownGeneration:
      return Errc::UnknownGeneration;
    case crypto::Errc::BadTag:
      return Errc::BadTag;
    case crypto::Errc::WrongKey:
    case crypto::Errc::KeyExhausted:
    case crypto::Errc::NoRandomness:
    case crypto::Errc::Library:
      break;
  }
  return Errc::Sealing;
}

int hex_digit(std::byte b) {
  const char c = static_cast<char>(b);
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The server writes hex in lower case, without blanks.
bool decode_hex(ByteView digits, Bytes& out) {
  if (digits.size() % 2 != 0) {
    return false;
  }
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) {
      return false;
    }
    out.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return true;
}

}  // namespace

bool decode_bytea_text(ByteView text, Bytes& out) {
  const std::size_t start = out.size();
  if (protocol::as_text(text).starts_with("\\x")) {
    const bool good = decode_hex(text.subspan(2), out);
    out.resize(good ? out.size() : start);
    return good;
  }
  const auto read = protocol::value::bytea_from_text(protocol::as_text(text));
  const auto* value = std::get_if<protocol::value::Canonical>(&read);
  if (value != nullptr) {
    protocol::put_bytes(out, value->bytes);
  }
  return value != nullptr;
}

Result<std::optional<ByteView>> CellOpener::open(const policy::ServerOutput& output,
                                                 ByteView cell) {
  if (form_ == ByteaForm::Text) {
    sealed_.clear();
    if (!decode_bytea_text(cell, sealed_)) {
      return Error{Errc::NotSealed};
    }
    cell = sealed_;
  }
  plain_.clear();
  const auto field = static_cast<crypto::FieldId>(output.field);
  if (const auto opened = crypto::open_cell(*keys_, field, cell, plain_); !opened) {
    return Error{errc_of(opened.error().code)};
  }
  if (output.mask.kind == policy::MaskKind::None) {
    return std::optional(ByteView(plain_));
  }
  masked_.clear();
  switch (mask_value(output.mask.kind, output.base_type, output.typmod, plain_, masked_)) {
    case Masked::Value:
      return std::optional(ByteView(masked_));
    case Masked::Null:
      return std::optional<ByteView>();
    case Masked::Malformed:
      break;
  }
  return Error{Errc::MalformedValue};
}

}  // namespace pgveil::proxy::transform
