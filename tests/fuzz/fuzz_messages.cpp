// Property: a message has one spelling: what decodes encodes to the same bytes. The first byte chooses
// the side, a whole frame follows.
#include "protocol/frame.hpp"
#include "protocol/message/completion.hpp"
#include "protocol/message/copy.hpp"
#include "protocol/message/errors.hpp"
#include "protocol/message/login.hpp"
#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"

#include <algorithm>

namespace {

using namespace pgveil::protocol;

template <class Decode, class Encode>
void check(const MessageView& message, Decode decode, Encode encode) {
  const auto decoded = decode(message.body);
  if (decoded) {
    Bytes again;
    encode(again, *decoded);
    BOOST_ASSERT(std::ranges::equal(again, message.frame));
  }
}

void check_empty(const MessageView& message, void (*encode)(Bytes&)) {
  check(message, decode_empty, [encode](Bytes& out, std::monostate) { encode(out); });
}

void check_frontend(const MessageView& m) {
  switch (m.type) {
    case 'Q':
      return check(m, decode_query, encode_query);
    case 'P':
      return check(m, decode_parse, encode_parse);
    case 'B':
      return check(m, decode_bind, encode_bind);
    case 'D':
      return check(m, decode_describe, encode_describe);
    case 'C':
      return check(m, decode_close, encode_close);
    case 'E':
      return check(m, decode_execute, encode_execute);
    case 'F':
      return check(m, decode_function_call, encode_function_call);
    case 'f':
      return check(m, decode_copy_fail, encode_copy_fail);
    case 'p':
      check(m, decode_password, encode_password);
      return check(m, decode_sasl_initial_response, encode_sasl_initial_response);
    case 'H':
      return check_empty(m, encode_flush);
    case 'S':
      return check_empty(m, encode_sync);
    case 'X':
      return check_empty(m, encode_terminate);
    case 'c':
      return check_empty(m, encode_copy_done);
    default:
      return;
  }
}

void check_row(const MessageView& m) {
  std::vector<Cell> cells;
  if (decode_data_row(m.body, cells)) {
    Bytes again;
    encode_data_row(again, cells);
    BOOST_ASSERT(std::ranges::equal(again, m.frame));
  }
}

void check_backend(const MessageView& m) {
  switch (m.type) {
    case 'R':
      return check(m, decode_authentication, encode_authentication);
    case 'K':
      return check(m, decode_backend_key_data, encode_backend_key_data);
    case 'v':
      return check(m, decode_negotiate_protocol_version, encode_negotiate_protocol_version);
    case 'S':
      return check(m, decode_parameter_status, encode_parameter_status);
    case 'Z':
      return check(m, decode_ready_for_query, encode_ready_for_query);
    case 'T':
      return check(m, decode_row_description, encode_row_description);
    case 't':
      return check(m, decode_parameter_description, encode_parameter_description);
    case 'D':
      return check_row(m);
    case 'C':
      return check(m, decode_command_complete, encode_command_complete);
    case 'E':
      return check(m, decode_error_fields, encode_error_response);
    case 'N':
      return check(m, decode_error_fields, encode_notice_response);
    case 'A':
      return check(m, decode_notification_response, encode_notification_response);
    case 'G':
      return check(m, decode_copy_response, encode_copy_in_response);
    case 'H':
      return check(m, decode_copy_response, encode_copy_out_response);
    case 'W':
      return check(m, decode_copy_response, encode_copy_both_response);
    case 'V':
      return check(m, decode_function_call_response, encode_function_call_response);
    case '1':
      return check_empty(m, encode_parse_complete);
    case 'n':
      return check_empty(m, encode_no_data);
    default:
      return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const Side side = data[0] % 2 == 0 ? Side::Frontend : Side::Backend;
  const auto message = cut_frame(std::as_bytes(std::span(data, size)).subspan(1), side);
  if (message && *message) {
    side == Side::Frontend ? check_frontend(**message) : check_backend(**message);
  }
  return 0;
}
