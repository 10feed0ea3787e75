#pragma once

/// COPY, both directions. CopyData's body is the data, CopyDone has none.

#include "protocol/bytes.hpp"

#include <string_view>
#include <vector>

namespace pgveil::protocol {

/// `G` (in), `H` (out), `W` (both).
struct CopyResponse {
  std::int8_t format = 0;  // 0 text or CSV, 1 binary
  std::vector<std::int16_t> column_formats;
};

[[nodiscard]] Result<CopyResponse> decode_copy_response(ByteView body);
void encode_copy_in_response(Bytes& out, const CopyResponse& message);
void encode_copy_out_response(Bytes& out, const CopyResponse& message);
void encode_copy_both_response(Bytes& out, const CopyResponse& message);

void encode_copy_data(Bytes& out, ByteView data);
void encode_copy_done(Bytes& out);

/// `f`: the client gives up; the text becomes part of the server's error.
[[nodiscard]] Result<std::string_view> decode_copy_fail(ByteView body);
void encode_copy_fail(Bytes& out, std::string_view reason);

}  // namespace pgveil::protocol
