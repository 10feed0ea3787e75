#pragma once

/// Messages between StartupMessage and the first ReadyForQuery. Decoders take a body without type and
/// length, encoders append a whole message. Views live as long as the body.

#include "protocol/bytes.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pgveil::protocol {

/// `R`. `data` is what follows the code: a salt, mechanism names, a SASL message.
struct Authentication {
  enum class Kind : std::uint32_t {
    Ok = 0,
    CleartextPassword = 3,
    Md5Password = 5,
    Gss = 7,
    GssContinue = 8,
    Sspi = 9,
    Sasl = 10,
    SaslContinue = 11,
    SaslFinal = 12
  };
  Kind kind = Kind::Ok;
  ByteView data;
};

[[nodiscard]] Result<Authentication> decode_authentication(ByteView body);
void encode_authentication(Bytes& out, const Authentication& message);
/// The mechanism names of an Authentication of kind Sasl.
[[nodiscard]] Result<std::vector<std::string_view>> decode_sasl_mechanisms(ByteView data);
void encode_sasl_mechanisms(Bytes& out, std::span<const std::string_view> mechanisms);

/// `p`, as answer to CleartextPassword or Md5Password.
[[nodiscard]] Result<std::string_view> decode_password(ByteView body);
void encode_password(Bytes& out, std::string_view password);

/// `p`, as answer to Sasl. The response may be absent (length -1).
struct SaslInitialResponse {
  std::string_view mechanism;
  Cell response;
};

[[nodiscard]] Result<SaslInitialResponse> decode_sasl_initial_response(ByteView body);
void encode_sasl_initial_response(Bytes& out, const SaslInitialResponse& message);

/// `p`, as answer to SaslContinue: the body is the SASL message, so there is nothing to decode.
void encode_sasl_response(Bytes& out, ByteView response);

/// `K`. The key has 4 bytes in protocol 3.0, 4 to 256 in 3.2.
struct BackendKeyData {
  std::int32_t pid = 0;
  ByteView key;
};

[[nodiscard]] Result<BackendKeyData> decode_backend_key_data(ByteView body);
void encode_backend_key_data(Bytes& out, const BackendKeyData& message);

/// `v`: the newest version that we speak, in full (0x00030000), and the `_pq_.` options that we do not.
struct NegotiateProtocolVersion {
  std::uint32_t version = 0x0003'0000;
  std::vector<std::string> unknown_options;
};

[[nodiscard]] Result<NegotiateProtocolVersion> decode_negotiate_protocol_version(ByteView body);
void encode_negotiate_protocol_version(Bytes& out, const NegotiateProtocolVersion& message);

}  // namespace pgveil::protocol
