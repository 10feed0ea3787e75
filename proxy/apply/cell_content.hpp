#pragma once

/// What terms are made over, for canonical bytes of a base type: equality over the type's equality form,
/// folded and text terms over the characters without the blanks that char(n) pads with.
/// proxy/transform follows the same rule for what clients send.

#include "crypto/keyring.hpp"
#include "policy/model/catalog.hpp"
#include "protocol/bytes.hpp"

namespace pgveil::proxy::apply {

/// What a CellContent views.
struct CellRoom {
  protocol::Bytes form;
  protocol::Bytes prefix;
};

/// `room` holds what terms are made over for as long as the result is used. No value: malformed bytes.
[[nodiscard]] std::optional<crypto::CellContent> cell_content(policy::TypeOid base_type,
                                                              const crypto::CellForm& terms,
                                                              crypto::ByteView canonical,
                                                              CellRoom& room);

}  // namespace pgveil::proxy::apply
