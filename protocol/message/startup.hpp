#pragma once

/// The packets that may open a connection. They have no type byte: Int32 length, Int32 code, rest.
/// Source: PostgreSQL, "Message Formats"; src/backend/postmaster/postmaster.c, ProcessStartupPacket.

#include "protocol/bytes.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pgveil::protocol {

struct SslRequest {
  friend bool operator==(const SslRequest&, const SslRequest&) = default;
};

struct GssEncRequest {
  friend bool operator==(const GssEncRequest&, const GssEncRequest&) = default;
};

/// Asks to cancel what another connection is doing. The key has 4 bytes in protocol 3.0, up to 256 in
/// 3.2.
struct CancelRequest {
  std::int32_t pid = 0;
  Bytes key;

  friend bool operator==(const CancelRequest&, const CancelRequest&) = default;
};

/// Any major version but 3; nothing behind the code is looked at.
struct UnsupportedVersion {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;

  friend bool operator==(const UnsupportedVersion&, const UnsupportedVersion&) = default;
};

struct StartupMessage {
  std::uint16_t minor = 0;                                      // 3.minor
  std::vector<std::pair<std::string, std::string>> parameters;  // in order, repeats kept

  /// The last value of that name, as the server takes it; nothing if it is not there.
  [[nodiscard]] const std::string* find(std::string_view name) const;

  friend bool operator==(const StartupMessage&, const StartupMessage&) = default;
};

using StartupPacket =
    std::variant<UnsupportedVersion, StartupMessage, SslRequest, GssEncRequest, CancelRequest>;

/// `packet` as `cut_startup_packet` gives it, length included.
[[nodiscard]] Result<StartupPacket> decode_startup_packet(ByteView packet);
void encode_startup_packet(Bytes& out, const StartupPacket& packet);

}  // namespace pgveil::protocol
