#include "protocol/message/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pgveil::protocol {
namespace {

Bytes header(std::uint8_t command, std::uint8_t family, const std::string& rest) {
  const std::string start("\r\n\r\n\0\r\nQUIT\n", 12);
  Bytes out;
  put_bytes(out, as_bytes(start));
  put_u8(out, command);
  put_u8(out, family);
  put_u16(out, static_cast<std::uint16_t>(rest.size()));
  put_bytes(out, as_bytes(rest));
  return out;
}

const std::string kTcp4("\xcb\x00\x71\x07\x0a\x00\x00\x01\x12\x67\x19\x20", 12);

TEST(ProxyHeader, NamesTheSource) {
  const auto decoded = decode_proxy_header(header(0x21, 0x11, kTcp4));
  ASSERT_TRUE(decoded);
  ASSERT_TRUE((*decoded).source);
  EXPECT_FALSE((*decoded).source->v6);
  EXPECT_EQ((*decoded).source->address[0], std::byte{203});
  EXPECT_EQ((*decoded).source->address[3], std::byte{7});
  EXPECT_EQ((*decoded).source->port, 4711);
  EXPECT_EQ((*decoded).size, 28U);
  const auto six = decode_proxy_header(header(0x21, 0x21, std::string(36, '\x20')));
  ASSERT_TRUE(six && (*six).source);
  EXPECT_TRUE((*six).source->v6);
}

TEST(ProxyHeader, SkipsExtensionsAndOtherFamilies) {
  EXPECT_TRUE((*decode_proxy_header(header(0x21, 0x11, kTcp4 + "\x04more"))).source);
  EXPECT_FALSE((*decode_proxy_header(header(0x20, 0x00, ""))).source);     // LOCAL
  EXPECT_FALSE((*decode_proxy_header(header(0x20, 0x11, kTcp4))).source);  // LOCAL
  EXPECT_FALSE((*decode_proxy_header(header(0x21, 0x00, ""))).source);     // unspecified
  EXPECT_FALSE((*decode_proxy_header(header(0x21, 0x31, std::string(216, 'x')))).source);  // unix
}

TEST(ProxyHeader, RefusesWhatIsNone) {
  EXPECT_EQ(decode_proxy_header(header(0x11, 0x11, kTcp4)).error().code, Errc::BadKind);
  EXPECT_EQ(decode_proxy_header(header(0x22, 0x11, kTcp4)).error().code, Errc::BadKind);
  EXPECT_EQ(decode_proxy_header(header(0x21, 0x11, "short")).error().code, Errc::Truncated);
  EXPECT_EQ(decode_proxy_header(header(0x21, 0x11, std::string(5'000, 'x'))).error().code,
            Errc::BadLength);
  Bytes longer = header(0x21, 0x11, kTcp4);
  longer.push_back(std::byte{0});
  EXPECT_EQ(decode_proxy_header(longer).error().code, Errc::BadLength);
}

TEST(ProxyHeader, ItsSizeIsKnownAfterSixteenBytes) {
  const Bytes whole = header(0x21, 0x11, kTcp4);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto got = proxy_header_size(ByteView(whole).first(size));
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, size < 16 ? std::nullopt : std::optional<std::size_t>(28)) << size;
  }
  EXPECT_FALSE(proxy_header_size(as_bytes(std::string("PROXY TCP4 "))));
}

}  // namespace
}  // namespace pgveil::protocol
