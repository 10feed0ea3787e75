// Property: a start-up packet has one spelling: what decodes encodes to the same bytes, unless its
// version is one that we do not read any further.
#include "protocol/frame.hpp"
#include "protocol/message/startup.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgveil::protocol;
  const ByteView input = std::as_bytes(std::span(data, size));
  const auto packet = cut_startup_packet(input);
  if (!packet || !*packet) {
    BOOST_ASSERT(packet || packet.error().code == Errc::BadLength);
    return 0;
  }
  BOOST_ASSERT((**packet).size() <= kStartupPacketLimit + 4);
  const auto decoded = decode_startup_packet(**packet);
  if (decoded && !std::holds_alternative<UnsupportedVersion>(*decoded)) {
    Bytes again;
    encode_startup_packet(again, *decoded);
    BOOST_ASSERT(std::ranges::equal(again, **packet));
  }
  return 0;
}
