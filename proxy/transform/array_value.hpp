#pragma once

/// Arrays that a client sends, taken apart into their elements.
/// Source: PostgreSQL, src/backend/utils/adt/arrayfuncs.c (array_in, array_recv, array_send).

#include "protocol/value/codec.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pgveil::proxy::transform {

struct ArrayElements {
  std::vector<std::optional<protocol::Bytes>> elements;  // absent: NULL
};

/// `{a,"b c",NULL}`: one dimension, no bounds. Nothing for all other spellings, also wrong ones: the
/// twin reads those.
[[nodiscard]] std::optional<ArrayElements> read_array_text(std::string_view text);

/// Any dimensions. Nothing if the bytes are no array of `element_type`.
[[nodiscard]] std::optional<ArrayElements> read_array_binary(protocol::ByteView bytes,
                                                             protocol::value::TypeOid element_type);

/// A one-dimensional array of `element_type` in binary form.
void write_array_binary(std::span<const std::optional<protocol::Bytes>> elements,
                        protocol::value::TypeOid element_type,
                        protocol::Bytes& out);

}  // namespace pgveil::proxy::transform
