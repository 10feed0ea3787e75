#pragma once

/// What terms are made over, for canonical bytes of a base type: equality over the type's equality form,
/// folded and text terms over the characters without the blanks that char(n) pads with.
/// proxy/transform follows the same rule for what clients send.

#include "crypto/keyring.hpp"
#include "policy/model/catalog.hpp"
#include "protocol/bytes.hpp"

namespace pgveil::proxy::apply {

/// `room` holds the equality form for as long as the result is used. No value: malformed bytes.
[[nodiscard]] std::optional<crypto::CellContent> cell_content(policy::TypeOid base_type,
                                                              crypto::ByteView canonical,
                                                              protocol::Bytes& room);

}  // namespace pgveil::proxy::apply
