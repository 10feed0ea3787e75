#pragma once

/// Cutting messages out of a stream: type byte, Int32 length (itself included), body. Any cut of the
/// stream is legal, also inside the length. Start-up packets have no type byte.
/// Limits and errors as in PostgreSQL's src/backend/libpq/pqcomm.c and src/backend/tcop/postgres.c:
/// BadLength means that the stream cannot be followed any further; close without a reply.

#include "protocol/bytes.hpp"

#include <cstdint>
#include <optional>

namespace pgveil::protocol {

struct FrameHeader {
  char type = 0;
  std::uint32_t length = 0;  // as on the wire: itself and the body, not the type byte

  [[nodiscard]] std::size_t body_size() const { return length - 4; }

  [[nodiscard]] std::size_t frame_size() const { return std::size_t{length} + 1; }
};

inline constexpr std::size_t kFrameHeaderSize = 5;
inline constexpr std::uint32_t kSmallMessageLimit = 10'000;
inline constexpr std::uint32_t kLargeMessageLimit = 0x3fff'fffe;  // 2^30 - 2: MaxAllocSize - 1
inline constexpr std::uint32_t kLoginMessageLimit = 65'535;       // `p`
inline constexpr std::uint32_t kServerSmallMessageLimit = 30'000;
inline constexpr std::size_t kStartupPacketLimit = 10'000;  // without the length

/// The header at the front of `bytes`, without any check; nothing if fewer than five bytes are there.
[[nodiscard]] std::optional<FrameHeader> peek_header(ByteView bytes);

/// The greatest length that a message of this type may claim. Unknown types get the small limit: they
/// are refused by whoever looks at the type.
[[nodiscard]] std::uint32_t frontend_limit(char type);
[[nodiscard]] std::uint32_t backend_limit(char type);

enum class Side { Frontend, Backend };

/// `peek_header` with the check of the length.
[[nodiscard]] Result<std::optional<FrameHeader>> read_header(ByteView bytes, Side sender);

struct MessageView {
  char type = 0;
  ByteView body;   // without type and length
  ByteView frame;  // all of it
};

/// The whole message at the front of `bytes`, or nothing if it is not all there yet.
[[nodiscard]] Result<std::optional<MessageView>> cut_frame(ByteView bytes, Side sender);

/// The whole start-up packet at the front of `bytes`, its length included, or nothing yet.
[[nodiscard]] Result<std::optional<ByteView>> cut_startup_packet(ByteView bytes);

/// A stream that is cut as it comes in.
///   frames.append(got); while (next = frames.next(), next && *next) use(**next);
/// Views are valid until the next `append`. After an error every call gives the same error.
class FrameBuffer {
 public:
  explicit FrameBuffer(Side sender) : sender_(sender) {}

  void append(ByteView bytes);
  [[nodiscard]] Result<std::optional<MessageView>> next();
  /// The header of the message that `next` would cut, as soon as its five bytes are there.
  [[nodiscard]] Result<std::optional<FrameHeader>> header() const;

  /// Bytes that no `next` has taken yet.
  [[nodiscard]] ByteView pending() const { return ByteView(buffer_).subspan(taken_); }

  /// Overwrites what was taken: it held a password.
  void wipe_taken();

  /// Takes bytes off the front without cutting: how a body that is passed on in pieces leaves.
  void skip(std::size_t count);

 private:
  Side sender_;
  Bytes buffer_;
  std::size_t taken_ = 0;
};

}  // namespace pgveil::protocol
