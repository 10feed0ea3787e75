#include "protocol/bytes.hpp"

#include <algorithm>

namespace pgveil::protocol {

void Reader::fail(Errc code) {
  if (!error_) {
    error_ = code;
  }
  rest_ = {};
}

ByteView Reader::bytes(std::size_t size) {
  if (size > rest_.size()) {
    fail(Errc::Truncated);
    return {};
  }
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::uint8_t Reader::u8() {
  const ByteView b = bytes(1);
  return b.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(b[0]);
}

std::uint16_t Reader::u16() {
  const ByteView b = bytes(2);
  if (b.empty()) {
    return 0;
  }
  return static_cast<std::uint16_t>((std::to_integer<unsigned>(b[0]) << 8) |
                                    std::to_integer<unsigned>(b[1]));
}

std::uint32_t Reader::u32() {
  const ByteView b = bytes(4);
  if (b.empty()) {
    return 0;
  }
  std::uint32_t value = 0;
  for (const std::byte byte : b) {
    value = (value << 8) | std::to_integer<std::uint32_t>(byte);
  }
  return value;
}

std::string_view Reader::text() {
  const auto end = std::ranges::find(rest_, std::byte{0});
  if (end == rest_.end()) {
    fail(rest_.empty() ? Errc::Truncated : Errc::BadString);
    return {};
  }
  const auto size = static_cast<std::size_t>(end - rest_.begin());
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size + 1);
  return as_text(taken);
}

Cell Reader::cell() {
  const std::int32_t size = i32();
  if (size == -1) {
    return std::nullopt;
  }
  if (size < 0) {
    fail(Errc::Truncated);
    return std::nullopt;
  }
  return bytes(static_cast<std::size_t>(size));
}

ByteView Reader::rest() { return bytes(rest_.size()); }

void put_u8(Bytes& out, std::uint8_t value) { out.push_back(std::byte{value}); }

void put_u16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::byte>(value >> 8));
  out.push_back(static_cast<std::byte>(value & 0xff));
}

void put_u32(Bytes& out, std::uint32_t value) {
  put_u16(out, static_cast<std::uint16_t>(value >> 16));
  put_u16(out, static_cast<std::uint16_t>(value & 0xffff));
}

void put_bytes(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void put_text(Bytes& out, std::string_view text) {
  put_bytes(out, as_bytes(text.substr(0, text.find('\0'))));
  out.push_back(std::byte{0});
}

void put_cell(Bytes& out, const Cell& cell) {
  if (!cell) {
    put_i32(out, -1);
    return;
  }
  put_u32(out, static_cast<std::uint32_t>(cell->size()));
  put_bytes(out, *cell);
}

Frame::Frame(Bytes& out, char type) : out_(out), length_at_(out.size() + 1) {
  put_letter(out_, type);
  put_u32(out_, 0);
}

Frame::Frame(Bytes& out) : out_(out), length_at_(out.size()) { put_u32(out_, 0); }

Frame::~Frame() {
  const std::size_t length = out_.size() - length_at_;
  BOOST_ASSERT(length <= 0x7fffffff);
  for (std::size_t i = 0; i < 4; ++i) {
    out_[length_at_ + i] = static_cast<std::byte>((length >> (8 * (3 - i))) & 0xff);
  }
}

}  // namespace pgveil::protocol
