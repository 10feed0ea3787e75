#pragma once

/// Masks over canonical bytes; the same as policy::mask_sql, byte for byte.

#include "policy/model/mask.hpp"
#include "protocol/value/codec.hpp"

#include <cstdint>

namespace pgveil::proxy::transform {

enum class Masked {
  Value,     // appended
  Null,      // the masked value is NULL
  Malformed  // not canonical bytes of the type, or a mask that does not apply to it
};

/// Appends the masked value of type (base_type, typmod) to `out`. None copies.
[[nodiscard]] Masked mask_value(policy::MaskKind kind,
                                policy::TypeOid base_type,
                                std::int32_t typmod,
                                protocol::ByteView canonical,
                                protocol::Bytes& out);

}  // namespace pgveil::proxy::transform
