#pragma once

/// Two fields with keys, and cells sealed for them.

#include "crypto/keyring.hpp"
#include "policy/rewrite/plan.hpp"
#include "protocol/message/rows.hpp"
#include "tests/support/crypto_keys.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace pgveil::proxy::transform {

inline constexpr policy::FieldId kSsn{1};
inline constexpr policy::FieldId kBirth{2};

inline const crypto::Keyring& clinic_keys() {
  static const std::shared_ptr<const crypto::Keyring> keys = [] {
    crypto::KeyringBuilder builder;
    for (const int id : {1, 2}) {
      const auto field = static_cast<crypto::FieldId>(id);
      builder.add(crypto::value_key(field, 1, id), true);
      builder.add(crypto::term_key(field, 1, id + 64), true);
    }
    return std::move(builder).build();
  }();
  return *keys;
}

inline protocol::Bytes bytes(std::string_view text) {
  const protocol::ByteView view = protocol::as_bytes(text);
  return {view.begin(), view.end()};
}

inline protocol::Bytes sealed(policy::FieldId field, std::string_view canonical) {
  protocol::Bytes out;
  const auto content = crypto::as_bytes(canonical);
  const auto done = crypto::seal_cell(clinic_keys(), static_cast<crypto::FieldId>(field), {},
                                      {content, content, canonical}, out);
  BOOST_ASSERT(done.has_value());
  return out;
}

inline std::string opened(policy::FieldId field, protocol::ByteView cell) {
  protocol::Bytes out;
  const auto done =
      crypto::open_cell(clinic_keys(), static_cast<crypto::FieldId>(field), cell, out);
  return done ? std::string(protocol::as_text(out)) : "error";
}

/// bytea's text form.
inline protocol::Bytes as_hex_text(protocol::ByteView value) {
  return bytes("\\x" + crypto::hex_encode(value));
}

/// The body of a DataRow.
inline protocol::Bytes row(std::initializer_list<std::optional<protocol::Bytes>> cells) {
  protocol::Bytes out;
  protocol::put_u16(out, static_cast<std::uint16_t>(cells.size()));
  for (const auto& cell : cells) {
    protocol::put_cell(out, cell ? protocol::Cell(*cell) : protocol::Cell());
  }
  return out;
}

inline policy::ServerOutput open_output(policy::FieldId field,
                                        policy::TypeOid type,
                                        policy::MaskKind mask = policy::MaskKind::None) {
  policy::ServerOutput output;
  output.kind = policy::ServerOutput::Kind::Open;
  output.field = field;
  output.base_type = type;
  output.mask.kind = mask;
  return output;
}

inline policy::ServerOutput subject_output(std::uint16_t table) {
  policy::ServerOutput output;
  output.kind = policy::ServerOutput::Kind::Subject;
  output.table = table;
  return output;
}

}  // namespace pgveil::proxy::transform
