#pragma once

/// The header with which a load balancer tells whose connection it passes on: PROXY protocol, version 2.
/// Source: HAProxy, doc/proxy-protocol.txt, section 2.2. Version 1 (text) is not read. Extensions (TLV)
/// are skipped. Errors: BadKind, BadLength, Truncated; the connection is then of no use.

#include "protocol/bytes.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace pgveil::protocol {

inline constexpr std::size_t kProxyHeaderStart = 16;  // signature, version, family, length
inline constexpr std::size_t kProxyHeaderLimit = 4'096;

struct ProxyHeader {
  /// Whence the connection comes. Absent: from the balancer itself (its health check), or from an
  /// address of another kind.
  struct Source {
    bool v6 = false;
    std::array<std::byte, 16> address{};  // of version 4 the first four
    std::uint16_t port = 0;
  };

  std::optional<Source> source;
  std::size_t size = 0;  // of the whole header
};

/// How many bytes the header has, once the first 16 are there; nothing before.
[[nodiscard]] Result<std::optional<std::size_t>> proxy_header_size(ByteView bytes);
/// A whole header.
[[nodiscard]] Result<ProxyHeader> decode_proxy_header(ByteView header);

}  // namespace pgveil::protocol
