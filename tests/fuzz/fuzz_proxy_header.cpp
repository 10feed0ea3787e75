// Property: a header is read as soon as the bytes that its size tells are there, and what lies behind it
// is never looked at.
#include "protocol/message/proxy_header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgveil::protocol;
  const ByteView input = std::as_bytes(std::span(data, size));
  const auto wanted = proxy_header_size(input);
  BOOST_ASSERT(!wanted || wanted->has_value() == (size >= kProxyHeaderStart));
  if (!wanted || !*wanted || **wanted > size) {
    return 0;
  }
  BOOST_ASSERT(**wanted >= kProxyHeaderStart && **wanted <= kProxyHeaderLimit);
  Bytes alone(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(**wanted));
  const auto decoded = decode_proxy_header(alone);
  if (decoded) {
    BOOST_ASSERT((*decoded).size == alone.size());
    BOOST_ASSERT(!(*decoded).source || alone.size() >= kProxyHeaderStart + 12);
    alone.push_back(std::byte{0});
    BOOST_ASSERT(!decode_proxy_header(alone));
  }
  return 0;
}
