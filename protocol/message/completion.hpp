#pragma once

/// The server's small answers: what ends a message of the client, and what it says by itself.

#include "protocol/bytes.hpp"

#include <string_view>

namespace pgveil::protocol {

/// `C`: the tag, as "SELECT 3". The view lives as long as the body.
[[nodiscard]] Result<std::string_view> decode_command_complete(ByteView body);
void encode_command_complete(Bytes& out, std::string_view tag);

/// `Z`.
enum class BlockState : char { Idle = 'I', InBlock = 'T', Failed = 'E' };

[[nodiscard]] Result<BlockState> decode_ready_for_query(ByteView body);
void encode_ready_for_query(Bytes& out, BlockState state);

/// `S`: a setting that is reported. Views live as long as the body.
struct ParameterStatus {
  std::string_view name;
  std::string_view value;
};

[[nodiscard]] Result<ParameterStatus> decode_parameter_status(ByteView body);
void encode_parameter_status(Bytes& out, const ParameterStatus& message);

/// `A`. Views live as long as the body.
struct NotificationResponse {
  std::int32_t pid = 0;
  std::string_view channel;
  std::string_view payload;
};

[[nodiscard]] Result<NotificationResponse> decode_notification_response(ByteView body);
void encode_notification_response(Bytes& out, const NotificationResponse& message);

void encode_parse_complete(Bytes& out);        // 1
void encode_bind_complete(Bytes& out);         // 2
void encode_close_complete(Bytes& out);        // 3
void encode_empty_query_response(Bytes& out);  // I
void encode_portal_suspended(Bytes& out);      // s

}  // namespace pgveil::protocol
