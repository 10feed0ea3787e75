#include "protocol/message/startup.hpp"

#include <algorithm>

namespace pgveil::protocol {

namespace {

constexpr std::uint32_t kCancelCode = 80877102;
constexpr std::uint32_t kSslCode = 80877103;
constexpr std::uint32_t kGssEncCode = 80877104;
constexpr std::size_t kMinKey = 4;
constexpr std::size_t kMaxKey = 256;

Result<StartupPacket> decode_cancel(Reader& in) {
  CancelRequest request;
  request.pid = in.i32();
  const ByteView key = in.rest();
  if (in.ok() && (key.size() < kMinKey || key.size() > kMaxKey)) {
    in.fail(key.size() < kMinKey ? Errc::Truncated : Errc::LeftOver);
  }
  request.key.assign(key.begin(), key.end());
  return in.finish(StartupPacket(std::move(request)), "CancelRequest");
}

Result<StartupPacket> decode_parameters(Reader& in, std::uint16_t minor) {
  StartupMessage message;
  message.minor = minor;
  while (in.ok()) {
    const std::string_view name = in.text();
    if (name.empty()) {
      break;
    }
    const std::string_view value = in.text();
    message.parameters.emplace_back(name, value);
  }
  return in.finish(StartupPacket(std::move(message)), "StartupMessage");
}

void encode_code(Bytes& out, std::uint32_t code) {
  const Frame frame(out);
  put_u32(out, code);
}

struct Encoder {
  Bytes& out;

  void operator()(const UnsupportedVersion& version) const {
    encode_code(out, (std::uint32_t{version.major} << 16) | version.minor);
  }

  void operator()(const SslRequest&) const { encode_code(out, kSslCode); }

  void operator()(const GssEncRequest&) const { encode_code(out, kGssEncCode); }

  void operator()(const CancelRequest& request) const {
    const Frame frame(out);
    put_u32(out, kCancelCode);
    put_i32(out, request.pid);
    put_bytes(out, request.key);
  }

  void operator()(const StartupMessage& message) const {
    const Frame frame(out);
    put_u32(out, (std::uint32_t{3} << 16) | message.minor);
    for (const auto& [name, value] : message.parameters) {
      put_text(out, name);
      put_text(out, value);
    }
    put_u8(out, 0);
  }
};

}  // namespace

const std::string* StartupMessage::find(std::string_view name) const {
  const auto at = std::find_if(parameters.rbegin(), parameters.rend(),
                               [&](const auto& p) { return p.first == name; });
  return at == parameters.rend() ? nullptr : &at->second;
}

Result<StartupPacket> decode_startup_packet(ByteView packet) {
  Reader in(packet);
  const std::uint32_t length = in.u32();
  const std::uint32_t code = in.u32();
  if (!in.ok() || length != packet.size()) {
    return Error{Errc::BadLength, "start-up packet"};
  }
  switch (code) {
    case kCancelCode:
      return decode_cancel(in);
    case kSslCode:
      return in.finish(StartupPacket(SslRequest{}), "SSLRequest");
    case kGssEncCode:
      return in.finish(StartupPacket(GssEncRequest{}), "GSSENCRequest");
    default:
      break;
  }
  const auto major = static_cast<std::uint16_t>(code >> 16);
  const auto minor = static_cast<std::uint16_t>(code & 0xffff);
  if (major != 3) {
    return StartupPacket(UnsupportedVersion{major, minor});
  }
  return decode_parameters(in, minor);
}

void encode_startup_packet(Bytes& out, const StartupPacket& packet) {
  std::visit(Encoder{out}, packet);
}

}  // namespace pgveil::protocol
