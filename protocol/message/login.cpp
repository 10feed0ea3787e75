#include "protocol/message/login.hpp"

namespace pgveil::protocol {

namespace {

bool known(std::uint32_t code) {
  switch (code) {
    case 0:
    case 3:
    case 5:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Authentication> decode_authentication(ByteView body) {
  Reader in(body);
  const std::uint32_t code = in.u32();
  if (in.ok() && !known(code)) {
    in.fail(Errc::BadKind);
  }
  Authentication message;
  message.kind = static_cast<Authentication::Kind>(code);
  switch (message.kind) {
    case Authentication::Kind::Md5Password:
      message.data = in.bytes(4);
      break;
    case Authentication::Kind::GssContinue:
    case Authentication::Kind::Sasl:
    case Authentication::Kind::SaslContinue:
    case Authentication::Kind::SaslFinal:
      message.data = in.rest();
      break;
    case Authentication::Kind::Ok:
    case Authentication::Kind::CleartextPassword:
    case Authentication::Kind::Gss:
    case Authentication::Kind::Sspi:
      break;
  }
  return in.finish(message, "Authentication");
}

void encode_authentication(Bytes& out, const Authentication& message) {
  const Frame frame(out, 'R');
  put_u32(out, static_cast<std::uint32_t>(message.kind));
  put_bytes(out, message.data);
}

Result<std::vector<std::string_view>> decode_sasl_mechanisms(ByteView data) {
  Reader in(data);
  std::vector<std::string_view> names;
  while (in.ok()) {
    const std::string_view name = in.text();
    if (name.empty()) {
      break;
    }
    names.push_back(name);
  }
  return in.finish(std::move(names), "AuthenticationSASL");
}

void encode_sasl_mechanisms(Bytes& out, std::span<const std::string_view> mechanisms) {
  const Frame frame(out, 'R');
  put_u32(out, static_cast<std::uint32_t>(Authentication::Kind::Sasl));
  for (const std::string_view name : mechanisms) {
    put_text(out, name);
  }
  put_u8(out, 0);
}

Result<std::string_view> decode_password(ByteView body) {
  Reader in(body);
  const std::string_view password = in.text();
  return in.finish(password, "PasswordMessage");
}

void encode_password(Bytes& out, std::string_view password) {
  const Frame frame(out, 'p');
  put_text(out, password);
}

Result<SaslInitialResponse> decode_sasl_initial_response(ByteView body) {
  Reader in(body);
  SaslInitialResponse message;
  message.mechanism = in.text();
  message.response = in.cell();
  return in.finish(message, "SASLInitialResponse");
}

void encode_sasl_initial_response(Bytes& out, const SaslInitialResponse& message) {
  const Frame frame(out, 'p');
  put_text(out, message.mechanism);
  put_cell(out, message.response);
}

void encode_sasl_response(Bytes& out, ByteView response) {
  const Frame frame(out, 'p');
  put_bytes(out, response);
}

Result<BackendKeyData> decode_backend_key_data(ByteView body) {
  Reader in(body);
  BackendKeyData message;
  message.pid = in.i32();
  message.key = in.rest();
  if (in.ok() && message.key.size() < 4) {
    in.fail(Errc::Truncated);
  }
  if (in.ok() && message.key.size() > 256) {
    in.fail(Errc::LeftOver);
  }
  return in.finish(message, "BackendKeyData");
}

void encode_backend_key_data(Bytes& out, const BackendKeyData& message) {
  const Frame frame(out, 'K');
  put_i32(out, message.pid);
  put_bytes(out, message.key);
}

Result<NegotiateProtocolVersion> decode_negotiate_protocol_version(ByteView body) {
  Reader in(body);
  NegotiateProtocolVersion message;
  message.version = in.u32();
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    message.unknown_options.emplace_back(in.text());
  }
  return in.finish(std::move(message), "NegotiateProtocolVersion");
}

void encode_negotiate_protocol_version(Bytes& out, const NegotiateProtocolVersion& message) {
  const Frame frame(out, 'v');
  put_u32(out, message.version);
  put_u32(out, static_cast<std::uint32_t>(message.unknown_options.size()));
  for (const std::string& option : message.unknown_options) {
    put_text(out, option);
  }
}

}  // namespace pgveil::protocol
