#include "protocol/message/completion.hpp"

namespace pgveil::protocol {

Result<std::string_view> decode_command_complete(ByteView body) {
  Reader in(body);
  const std::string_view tag = in.text();
  return in.finish(tag, "CommandComplete");
}

void encode_command_complete(Bytes& out, std::string_view tag) {
  const Frame frame(out, 'C');
  put_text(out, tag);
}

Result<BlockState> decode_ready_for_query(ByteView body) {
  Reader in(body);
  const char state = in.letter();
  if (in.ok() && state != 'I' && state != 'T' && state != 'E') {
    in.fail(Errc::BadKind);
  }
  return in.finish(static_cast<BlockState>(state), "ReadyForQuery");
}

void encode_ready_for_query(Bytes& out, BlockState state) {
  const Frame frame(out, 'Z');
  put_letter(out, static_cast<char>(state));
}

Result<ParameterStatus> decode_parameter_status(ByteView body) {
  Reader in(body);
  ParameterStatus message;
  message.name = in.text();
  message.value = in.text();
  return in.finish(message, "ParameterStatus");
}

void encode_parameter_status(Bytes& out, const ParameterStatus& message) {
  const Frame frame(out, 'S');
  put_text(out, message.name);
  put_text(out, message.value);
}

Result<NotificationResponse> decode_notification_response(ByteView body) {
  Reader in(body);
  NotificationResponse message;
  message.pid = in.i32();
  message.channel = in.text();
  message.payload = in.text();
  return in.finish(message, "NotificationResponse");
}

void encode_notification_response(Bytes& out, const NotificationResponse& message) {
  const Frame frame(out, 'A');
  put_i32(out, message.pid);
  put_text(out, message.channel);
  put_text(out, message.payload);
}

void encode_parse_complete(Bytes& out) { const Frame frame(out, '1'); }

void encode_bind_complete(Bytes& out) { const Frame frame(out, '2'); }

void encode_close_complete(Bytes& out) { const Frame frame(out, '3'); }

void encode_empty_query_response(Bytes& out) { const Frame frame(out, 'I'); }

void encode_portal_suspended(Bytes& out) { const Frame frame(out, 's'); }

}  // namespace pgveil::protocol
