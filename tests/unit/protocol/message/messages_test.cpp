// Every message: what is encoded decodes to the same bytes when encoded again; every truncation and
// every byte too many is an error, unless the message ends in bytes of any number.
#include "protocol/frame.hpp"
#include "protocol/message/completion.hpp"
#include "protocol/message/copy.hpp"
#include "protocol/message/errors.hpp"
#include "protocol/message/login.hpp"
#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace pgveil::protocol {

namespace {

using Recode = std::function<bool(ByteView body, Bytes& out)>;

enum class Tail { Fixed, Open };  // Open: the last part takes whatever is there

struct MessageCase {
  const char* name;
  char type;
  std::function<void(Bytes&)> encode;
  Recode recode;
  Tail tail = Tail::Fixed;
  std::size_t least = 0;  // Open: the shortest body that is legal
};

template <class Decode, class Encode>
Recode recode(Decode decode, Encode encode) {
  return [decode, encode](ByteView body, Bytes& out) {
    const auto message = decode(body);
    if (!message) {
      return false;
    }
    encode(out, *message);
    return true;
  };
}

Recode empty(void (*encode)(Bytes&)) {
  return [encode](ByteView body, Bytes& out) {
    if (!decode_empty(body)) {
      return false;
    }
    encode(out);
    return true;
  };
}

const Bytes kSome = {std::byte{0}, std::byte{0xff}, std::byte{0x80}, std::byte{'x'}};
const Bytes kNone;

std::vector<MessageCase> frontend_cases() {
  const Recode bind = recode(decode_bind, encode_bind);
  return {
      {"query", 'Q', [](Bytes& o) { encode_query(o, {"SELECT 1"}); },
       recode(decode_query, encode_query)},
      {"empty_query", 'Q', [](Bytes& o) { encode_query(o, {""}); },
       recode(decode_query, encode_query)},
      {"parse", 'P',
       [](Bytes& o) {
         encode_parse(o, {"s", "SELECT $1", {0, 23, 4'000'000'000}});
       },
       recode(decode_parse, encode_parse)},
      {"parse_unnamed", 'P',
       [](Bytes& o) {
         encode_parse(o, {"", "", {}});
       },
       recode(decode_parse, encode_parse)},
      {"bind", 'B',
       [](Bytes& o) {
         encode_bind(o, {"p", "s", {0, 1}, {ByteView(kSome), std::nullopt}, {1}});
       },
       bind},
      {"bind_empty_value", 'B',
       [](Bytes& o) {
         encode_bind(o, {"", "", {}, {ByteView(kNone)}, {}});
       },
       bind},
      {"bind_nothing", 'B', [](Bytes& o) { encode_bind(o, {}); }, bind},
      {"describe_statement", 'D',
       [](Bytes& o) {
         encode_describe(o, {Target::Statement, "s"});
       },
       recode(decode_describe, encode_describe)},
      {"describe_portal", 'D',
       [](Bytes& o) {
         encode_describe(o, {Target::Portal, ""});
       },
       recode(decode_describe, encode_describe)},
      {"close", 'C',
       [](Bytes& o) {
         encode_close(o, {Target::Portal, "p"});
       },
       recode(decode_close, encode_close)},
      {"execute", 'E',
       [](Bytes& o) {
         encode_execute(o, {"p", -5});
       },
       recode(decode_execute, encode_execute)},
      {"function_call", 'F',
       [](Bytes& o) {
         encode_function_call(o, {1598, {1}, {ByteView(kSome), std::nullopt}, 1});
       },
       recode(decode_function_call, encode_function_call)},
      {"flush", 'H', encode_flush, empty(encode_flush)},
      {"sync", 'S', encode_sync, empty(encode_sync)},
      {"terminate", 'X', encode_terminate, empty(encode_terminate)},
      {"copy_done", 'c', encode_copy_done, empty(encode_copy_done)},
      {"copy_fail", 'f', [](Bytes& o) { encode_copy_fail(o, "no"); },
       recode(decode_copy_fail, encode_copy_fail)},
      {"password", 'p', [](Bytes& o) { encode_password(o, "secret"); },
       recode(decode_password, encode_password)},
      {"sasl_initial", 'p',
       [](Bytes& o) {
         encode_sasl_initial_response(o, {"SCRAM-SHA-256", ByteView(kSome)});
       },
       recode(decode_sasl_initial_response, encode_sasl_initial_response)},
      {"sasl_initial_absent", 'p',
       [](Bytes& o) {
         encode_sasl_initial_response(o, {"SCRAM-SHA-256", std::nullopt});
       },
       recode(decode_sasl_initial_response, encode_sasl_initial_response)},
  };
}

std::vector<MessageCase> backend_cases() {
  const auto auth = recode(decode_authentication, encode_authentication);
  const auto auth_of = [](Authentication::Kind kind, ByteView data) {
    return [kind, data](Bytes& o) { encode_authentication(o, {kind, data}); };
  };
  const auto copy = [](void (*encode)(Bytes&, const CopyResponse&)) {
    return recode(decode_copy_response, encode);
  };
  return {
      {"auth_ok", 'R', auth_of(Authentication::Kind::Ok, {}), auth},
      {"auth_cleartext", 'R', auth_of(Authentication::Kind::CleartextPassword, {}), auth},
      {"auth_md5", 'R', auth_of(Authentication::Kind::Md5Password, kSome), auth},
      {"auth_sasl_continue", 'R', auth_of(Authentication::Kind::SaslContinue, kSome), auth,
       Tail::Open, 4},
      {"backend_key", 'K',
       [](Bytes& o) {
         encode_backend_key_data(o, {4711, kSome});
       },
       recode(decode_backend_key_data, encode_backend_key_data), Tail::Open, 8},
      {"negotiate", 'v',
       [](Bytes& o) {
         encode_negotiate_protocol_version(o, {0x30000, {"_pq_.a", "_pq_.b"}});
       },
       recode(decode_negotiate_protocol_version, encode_negotiate_protocol_version)},
      {"parameter_status", 'S',
       [](Bytes& o) {
         encode_parameter_status(o, {"TimeZone", "UTC"});
       },
       recode(decode_parameter_status, encode_parameter_status)},
      {"ready", 'Z', [](Bytes& o) { encode_ready_for_query(o, BlockState::Failed); },
       recode(decode_ready_for_query, encode_ready_for_query)},
      {"row_description", 'T',
       [](Bytes& o) {
         const RowDescription columns{{"ssn", 16384, 2, 25, -1, -1, 0},
                                      {"", 0, 0, 1700, -1, 655366, 1}};
         encode_row_description(o, columns);
       },
       recode(decode_row_description, encode_row_description)},
      {"row_description_of_nothing", 'T', [](Bytes& o) { encode_row_description(o, {}); },
       recode(decode_row_description, encode_row_description)},
      {"parameter_description", 't',
       [](Bytes& o) {
         const std::vector<std::uint32_t> types{25, 0xffff'ffff};
         encode_parameter_description(o, types);
       },
       recode(decode_parameter_description, encode_parameter_description)},
      {"data_row", 'D',
       [](Bytes& o) {
         const std::vector<Cell> cells{ByteView(kSome), std::nullopt, ByteView(kNone)};
         encode_data_row(o, cells);
       },
       [](ByteView body, Bytes& out) {
         std::vector<Cell> cells;
         if (!decode_data_row(body, cells)) {
           return false;
         }
         encode_data_row(out, cells);
         return true;
       }},
      {"command_complete", 'C', [](Bytes& o) { encode_command_complete(o, "SELECT 3"); },
       recode(decode_command_complete, encode_command_complete)},
      {"error", 'E',
       [](Bytes& o) { encode_error_response(o, make_error("ERROR", "42501", "no", "d", "h")); },
       recode(decode_error_fields, encode_error_response)},
      {"notice_without_fields", 'N', [](Bytes& o) { encode_notice_response(o, {}); },
       recode(decode_error_fields, encode_notice_response)},
      {"notification", 'A',
       [](Bytes& o) {
         encode_notification_response(o, {-7, "c", "p"});
       },
       recode(decode_notification_response, encode_notification_response)},
      {"copy_in", 'G',
       [](Bytes& o) {
         encode_copy_in_response(o, {1, {1, 1}});
       },
       copy(encode_copy_in_response)},
      {"copy_out", 'H',
       [](Bytes& o) {
         encode_copy_out_response(o, {0, {}});
       },
       copy(encode_copy_out_response)},
      {"copy_both", 'W',
       [](Bytes& o) {
         encode_copy_both_response(o, {0, {0}});
       },
       copy(encode_copy_both_response)},
      {"function_result", 'V', [](Bytes& o) { encode_function_call_response(o, ByteView(kSome)); },
       recode(decode_function_call_response, encode_function_call_response)},
      {"parse_complete", '1', encode_parse_complete, empty(encode_parse_complete)},
      {"bind_complete", '2', encode_bind_complete, empty(encode_bind_complete)},
      {"close_complete", '3', encode_close_complete, empty(encode_close_complete)},
      {"no_data", 'n', encode_no_data, empty(encode_no_data)},
      {"empty_query_response", 'I', encode_empty_query_response,
       empty(encode_empty_query_response)},
      {"portal_suspended", 's', encode_portal_suspended, empty(encode_portal_suspended)},
  };
}

void check(const MessageCase& c, Side side) {
  Bytes frame;
  c.encode(frame);
  const auto cut = cut_frame(frame, side);
  ASSERT_TRUE(cut && *cut) << c.name;
  EXPECT_EQ((**cut).type, c.type) << c.name;
  EXPECT_EQ((**cut).frame.size(), frame.size()) << c.name;
  const ByteView body = (**cut).body;
  Bytes again;
  ASSERT_TRUE(c.recode(body, again)) << c.name;
  EXPECT_EQ(again, frame) << c.name;

  const std::size_t shortest = c.tail == Tail::Open ? c.least : body.size();
  for (std::size_t size = 0; size < shortest; ++size) {
    Bytes ignored;
    EXPECT_FALSE(c.recode(body.first(size), ignored)) << c.name << " cut at " << size;
  }
  if (c.tail == Tail::Fixed) {
    Bytes longer(body.begin(), body.end());
    longer.push_back(std::byte{0});
    Bytes ignored;
    EXPECT_FALSE(c.recode(longer, ignored)) << c.name << " with a byte too many";
  }
}

TEST(Messages, OfTheFrontendRoundTripAndRefuseEveryCut) {
  for (const MessageCase& c : frontend_cases()) {
    check(c, Side::Frontend);
  }
}

TEST(Messages, OfTheBackendRoundTripAndRefuseEveryCut) {
  for (const MessageCase& c : backend_cases()) {
    check(c, Side::Backend);
  }
}

TEST(Messages, NullIsMinusOneAndEmptyIsZero) {
  Bytes frame;
  const std::vector<Cell> cells{std::nullopt, ByteView(kNone)};
  encode_data_row(frame, cells);
  std::vector<Cell> got;
  ASSERT_TRUE(decode_data_row(ByteView(frame).subspan(kFrameHeaderSize), got));
  ASSERT_EQ(got.size(), 2U);
  EXPECT_FALSE(got[0]);
  ASSERT_TRUE(got[1]);
  EXPECT_TRUE(got[1]->empty());
}

TEST(Messages, OtherNegativeLengthsAreErrors) {
  Bytes body;
  put_u16(body, 1);
  put_i32(body, -2);
  std::vector<Cell> cells;
  const auto got = decode_data_row(body, cells);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::Truncated);
}

TEST(Messages, UnknownLettersAreErrors) {
  Bytes describe;
  put_letter(describe, 'X');
  put_text(describe, "s");
  EXPECT_EQ(decode_describe(describe).error().code, Errc::BadKind);
  EXPECT_EQ(decode_close(describe).error().code, Errc::BadKind);
  EXPECT_EQ(decode_ready_for_query(as_bytes("X")).error().code, Errc::BadKind);
  Bytes auth;
  put_u32(auth, 99);
  EXPECT_EQ(decode_authentication(auth).error().code, Errc::BadKind);
}

TEST(Messages, TextsEndAtTheirFirstNul) {
  Bytes frame;
  encode_query(frame, {std::string_view("SELECT 1\0; DROP", 15)});
  const auto got = decode_query(ByteView(frame).subspan(kFrameHeaderSize));
  ASSERT_TRUE(got);
  EXPECT_EQ((*got).sql, "SELECT 1");
}

TEST(Messages, FormatsNoneIsTextAndOneStandsForAll) {
  EXPECT_EQ(format_of({}, 7), 0);
  EXPECT_EQ(format_of({1}, 7), 1);
  EXPECT_EQ(format_of({0, 1}, 1), 1);
}

TEST(Messages, SaslMechanismsAreAList) {
  Bytes frame;
  const std::vector<std::string_view> names{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"};
  encode_sasl_mechanisms(frame, names);
  const auto auth = decode_authentication(ByteView(frame).subspan(kFrameHeaderSize));
  ASSERT_TRUE(auth);
  EXPECT_EQ((*auth).kind, Authentication::Kind::Sasl);
  const auto got = decode_sasl_mechanisms((*auth).data);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, names);
}

}  // namespace

}  // namespace pgveil::protocol
