// Property: canonical bytes are a fixed point. What from_binary or from_text accepts, to_binary writes
// and from_binary reads as the same bytes, and from_text(to_text(x)) is x or the twin's to read.
// to_binary takes a numeric exactly when reading it changes nothing.
// The first byte chooses the type, the second the session's settings.
#include "protocol/value/codec.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace pgveil::protocol;
using namespace pgveil::protocol::value;

constexpr std::array kTypes{kBool,   kBytea,   kName, kInt8,      kInt2,        kInt4,    kText,
                            kBpchar, kVarchar, kDate, kTimestamp, kTimestamptz, kNumeric, kUuid};

SessionFormat session_of(unsigned choice) {
  SessionFormat session;
  session.date_style = static_cast<DateStyle>(choice & 3);
  session.date_order = static_cast<DateOrder>((choice >> 2 & 3) % 3);
  session.zone = (choice & 16) != 0 ? Zone::Utc : Zone::Gmt;
  session.bytea_output = (choice & 32) != 0 ? ByteaOutput::Hex : ByteaOutput::Escape;
  return session;
}

void check(TypeOid type, const SessionFormat& session, const Converted& converted) {
  const auto* value = std::get_if<Canonical>(&converted);
  if (value == nullptr) {
    return;
  }
  Bytes binary;
  BOOST_ASSERT(to_binary(type, value->bytes, binary) == Output::Done);
  BOOST_ASSERT(from_binary(type, binary) == Converted(*value));
  Bytes text;
  BOOST_ASSERT(to_text(type, value->bytes, session, text) == Output::Done);
  const Converted again = from_text(type, as_text(text), session);
  BOOST_ASSERT(again == Converted(*value) || again == Converted(NeedsTwin{}));
  Bytes form;
  BOOST_ASSERT(equality_form(type, value->bytes, form));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const TypeOid type = kTypes[data[0] % kTypes.size()];
  const SessionFormat session = session_of(data[1]);
  const auto input = std::as_bytes(std::span(data, size)).subspan(2);
  const Converted read = from_binary(type, input);
  check(type, session, read);
  if (type == kNumeric) {
    Bytes out;
    const Converted same = Canonical{Bytes(input.begin(), input.end())};
    BOOST_ASSERT((to_binary(type, input, out) == Output::Done) == (read == same));
  }
  check(type, session, from_text(type, as_text(input), session));
  return 0;
}
