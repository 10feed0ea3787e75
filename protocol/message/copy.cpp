#include "protocol/message/copy.hpp"

namespace pgveil::protocol {

namespace {

void encode_response(Bytes& out, char type, const CopyResponse& message) {
  BOOST_ASSERT(message.column_formats.size() <= 0xffff);
  const Frame frame(out, type);
  put_u8(out, static_cast<std::uint8_t>(message.format));
  put_u16(out, static_cast<std::uint16_t>(message.column_formats.size()));
  for (const std::int16_t format : message.column_formats) {
    put_i16(out, format);
  }
}

}  // namespace

Result<CopyResponse> decode_copy_response(ByteView body) {
  Reader in(body);
  CopyResponse message;
  message.format = static_cast<std::int8_t>(in.u8());
  const std::uint16_t count = in.u16();
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    message.column_formats.push_back(in.i16());
  }
  return in.finish(std::move(message), "CopyResponse");
}

void encode_copy_in_response(Bytes& out, const CopyResponse& message) {
  encode_response(out, 'G', message);
}

void encode_copy_out_response(Bytes& out, const CopyResponse& message) {
  encode_response(out, 'H', message);
}

void encode_copy_both_response(Bytes& out, const CopyResponse& message) {
  encode_response(out, 'W', message);
}

void encode_copy_data(Bytes& out, ByteView data) {
  const Frame frame(out, 'd');
  put_bytes(out, data);
}

void encode_copy_done(Bytes& out) { const Frame frame(out, 'c'); }

Result<std::string_view> decode_copy_fail(ByteView body) {
  Reader in(body);
  const std::string_view reason = in.text();
  return in.finish(reason, "CopyFail");
}

void encode_copy_fail(Bytes& out, std::string_view reason) {
  const Frame frame(out, 'f');
  put_text(out, reason);
}

}  // namespace pgveil::protocol
