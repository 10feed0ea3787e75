#include "protocol/message/proxy_header.hpp"

#include <algorithm>

namespace pgveil::protocol {

namespace {

constexpr std::array<unsigned char, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                   0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::uint8_t kLocal = 0x20;    // version 2, LOCAL
constexpr std::uint8_t kProxied = 0x21;  // version 2, PROXY
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;

ProxyHeader::Source read_source(Reader& in, bool v6) {
  ProxyHeader::Source source;
  source.v6 = v6;
  const std::size_t size = v6 ? 16 : 4;
  std::ranges::copy(in.bytes(size), source.address.begin());
  (void)in.bytes(size);  // where it went: the balancer
  source.port = in.u16();
  (void)in.u16();
  return source;
}

}  // namespace

Result<std::optional<std::size_t>> proxy_header_size(ByteView bytes) {
  const std::size_t known = std::min(bytes.size(), kSignature.size());
  for (std::size_t i = 0; i < known; ++i) {
    if (std::to_integer<unsigned char>(bytes[i]) != kSignature[i]) {
      return Error{Errc::BadKind, "PROXY header: signature"};
    }
  }
  if (bytes.size() < kProxyHeaderStart) {
    return std::optional<std::size_t>();
  }
  Reader in(bytes.subspan(14, 2));
  const std::size_t size = kProxyHeaderStart + in.u16();
  if (size > kProxyHeaderLimit) {
    return Error{Errc::BadLength, "PROXY header"};
  }
  return std::optional(size);
}

Result<ProxyHeader> decode_proxy_header(ByteView header) {
  const auto size = proxy_header_size(header);
  if (!size) {
    return size.error();
  }
  if (!*size || **size != header.size()) {
    return Error{Errc::BadLength, "PROXY header"};
  }
  Reader in(header.subspan(kSignature.size()));
  const std::uint8_t command = in.u8();
  const std::uint8_t family = in.u8();
  (void)in.u16();
  ProxyHeader result;
  result.size = header.size();
  if (command != kLocal && command != kProxied) {
    in.fail(Errc::BadKind);
  } else if (command == kProxied && (family == kTcp4 || family == kTcp6)) {
    result.source = read_source(in, family == kTcp6);
  }
  (void)in.rest();
  return in.finish(std::move(result), "PROXY header");
}

}  // namespace pgveil::protocol
