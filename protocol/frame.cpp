#include "protocol/frame.hpp"

#include <cstring>

namespace pgveil::protocol {

namespace {

std::uint32_t big_endian(ByteView four) {
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(four[i]); };
  return byte(0) << 24U | byte(1) << 16U | byte(2) << 8U | byte(3);
}

}  // namespace

std::optional<FrameHeader> peek_header(ByteView bytes) {
  if (bytes.size() < kFrameHeaderSize) {
    return std::nullopt;
  }
  return FrameHeader{std::to_integer<char>(bytes[0]), big_endian(bytes.subspan(1, 4))};
}

std::uint32_t frontend_limit(char type) {
  switch (type) {
    case 'Q':
    case 'P':
    case 'B':
    case 'F':
    case 'd':
      return kLargeMessageLimit;
    case 'p':
      return kLoginMessageLimit;
    default:
      return kSmallMessageLimit;
  }
}

std::uint32_t backend_limit(char type) {
  switch (type) {
    case 'T':
    case 't':
    case 'D':
    case 'd':
    case 'V':
    case 'E':
    case 'N':
    case 'A':
    case 'S':
      return kLargeMessageLimit + 8;  // the server's own limit is that of the body
    default:
      return kServerSmallMessageLimit;
  }
}

Result<std::optional<FrameHeader>> read_header(ByteView bytes, Side sender) {
  const std::optional<FrameHeader> header = peek_header(bytes);
  if (header) {
    const std::uint32_t limit =
        sender == Side::Frontend ? frontend_limit(header->type) : backend_limit(header->type);
    if (header->length < 4 || header->length > limit) {
      return Error{Errc::BadLength, "frame"};
    }
  }
  return header;
}

Result<std::optional<MessageView>> cut_frame(ByteView bytes, Side sender) {
  const auto header = read_header(bytes, sender);
  if (!header) {
    return header.error();
  }
  if (!*header || bytes.size() < (**header).frame_size()) {
    return std::optional<MessageView>();
  }
  const ByteView frame = bytes.first((**header).frame_size());
  return std::optional<MessageView>(
      MessageView{(**header).type, frame.subspan(kFrameHeaderSize), frame});
}

Result<std::optional<ByteView>> cut_startup_packet(ByteView bytes) {
  if (bytes.size() < 4) {
    return std::optional<ByteView>();
  }
  const std::uint32_t length = big_endian(bytes.first(4));
  if (length < 8 || length > kStartupPacketLimit + 4) {
    return Error{Errc::BadLength, "start-up packet"};
  }
  if (bytes.size() < length) {
    return std::optional<ByteView>();
  }
  return std::optional<ByteView>(bytes.first(length));
}

void FrameBuffer::append(ByteView bytes) {
  if (taken_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<MessageView>> FrameBuffer::next() {
  auto message = cut_frame(pending(), sender_);
  if (message && *message) {
    taken_ += (**message).frame.size();
  }
  return message;
}

Result<std::optional<FrameHeader>> FrameBuffer::header() const {
  return read_header(pending(), sender_);
}

void FrameBuffer::wipe_taken() {
  if (taken_ > 0) {
    ::explicit_bzero(buffer_.data(), taken_);
  }
}

void FrameBuffer::skip(std::size_t count) {
  BOOST_ASSERT(count <= buffer_.size() - taken_);
  taken_ += count;
}

}  // namespace pgveil::protocol
