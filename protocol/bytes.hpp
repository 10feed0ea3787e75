#pragma once

/// Bytes of the wire: the buffer type that all encoders append to, a reader with a sticky error, and
/// the writers of single parts. Integers are big-endian.

#include "protocol/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace pgveil::protocol {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;
/// A value of a DataRow, a Bind or a FunctionCall: absent is NULL.
using Cell = std::optional<ByteView>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Takes parts off the front of a message body. After the first failure everything reads as zero or
/// empty; `finish` tells. Views live as long as the body.
class Reader {
 public:
  explicit Reader(ByteView body) : rest_(body) {}

  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint16_t u16();
  [[nodiscard]] std::uint32_t u32();

  [[nodiscard]] char letter() { return static_cast<char>(u8()); }

  [[nodiscard]] std::int16_t i16() { return static_cast<std::int16_t>(u16()); }

  [[nodiscard]] std::int32_t i32() { return static_cast<std::int32_t>(u32()); }

  /// A text up to its NUL, without it.
  [[nodiscard]] std::string_view text();
  [[nodiscard]] ByteView bytes(std::size_t size);
  /// Int32 length and so many bytes; length -1 is NULL, other negative lengths are errors.
  [[nodiscard]] Cell cell();
  [[nodiscard]] ByteView rest();

  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  [[nodiscard]] bool ok() const { return !error_; }

  void fail(Errc code);

  /// The message, unless a part failed or bytes are left over.
  template <class T>
  [[nodiscard]] Result<T> finish(T message, const char* step) {
    if (!error_ && !rest_.empty()) {
      error_ = Errc::LeftOver;
    }
    if (error_) {
      return Error{*error_, step};
    }
    return Result<T>(std::move(message));
  }

 private:
  ByteView rest_;
  std::optional<Errc> error_;
};

void put_u8(Bytes& out, std::uint8_t value);
void put_u16(Bytes& out, std::uint16_t value);
void put_u32(Bytes& out, std::uint32_t value);
void put_bytes(Bytes& out, ByteView bytes);
/// The text up to its first NUL, if it has one, and a NUL: no text can add parts to a message.
void put_text(Bytes& out, std::string_view text);
void put_cell(Bytes& out, const Cell& cell);

inline void put_i16(Bytes& out, std::int16_t value) {
  put_u16(out, static_cast<std::uint16_t>(value));
}

inline void put_i32(Bytes& out, std::int32_t value) {
  put_u32(out, static_cast<std::uint32_t>(value));
}

inline void put_letter(Bytes& out, char value) { put_u8(out, static_cast<std::uint8_t>(value)); }

/// Writes the header of a message and, when it goes out of scope, the message's length.
///   { Frame frame(out, 'Q'); put_text(out, sql); }
class Frame {
 public:
  Frame(Bytes& out, char type);
  /// A start-up packet: no type byte.
  explicit Frame(Bytes& out);
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

 private:
  Bytes& out_;
  std::size_t length_at_;
};

}  // namespace pgveil::protocol
