#include "protocol/message/startup.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol {

namespace {

struct PacketCase {
  const char* name;
  StartupPacket packet;
};

const PacketCase kPackets[] = {
    {"ssl", SslRequest{}},
    {"gssenc", GssEncRequest{}},
    {"cancel_3_0", CancelRequest{4711, Bytes(4, std::byte{9})}},
    {"cancel_3_2", CancelRequest{-1, Bytes(256, std::byte{9})}},
    {"version_2", UnsupportedVersion{2, 0}},
    {"startup", StartupMessage{0, {{"user", "amy"}, {"database", "clinic"}}}},
    {"startup_of_nothing", StartupMessage{0, {}}},
    {"startup_3_9999", StartupMessage{9999, {{"user", "amy"}, {"_pq_.x", ""}}}},
};

TEST(Startup, PacketsRoundTripAndRefuseEveryCut) {
  for (const PacketCase& c : kPackets) {
    Bytes packet;
    encode_startup_packet(packet, c.packet);
    const auto got = decode_startup_packet(packet);
    ASSERT_TRUE(got) << c.name;
    EXPECT_EQ(*got, c.packet) << c.name;
    for (std::size_t size = 0; size < packet.size(); ++size) {
      EXPECT_FALSE(decode_startup_packet(ByteView(packet).first(size))) << c.name << " " << size;
    }
  }
}

Bytes startup_with(std::string_view parameters) {
  Bytes packet;
  {
    const Frame frame(packet);
    put_u32(packet, 0x30000);
    put_bytes(packet, as_bytes(parameters));
  }
  return packet;
}

TEST(Startup, TheTerminatorIsTheLastByte) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(decode_startup_packet(startup_with("user\0amy\0\0"sv)));
  EXPECT_FALSE(decode_startup_packet(startup_with("user\0amy\0"sv)));
  EXPECT_FALSE(decode_startup_packet(startup_with("user\0amy\0\0x"sv)));
  EXPECT_FALSE(decode_startup_packet(startup_with("user\0amy"sv)));
  EXPECT_FALSE(decode_startup_packet(startup_with("user\0"sv)));
}

TEST(Startup, CancelKeysHaveFourTo256Bytes) {
  for (const std::size_t size : {0U, 3U, 257U}) {
    Bytes packet;
    encode_startup_packet(packet, CancelRequest{1, Bytes(size)});
    EXPECT_FALSE(decode_startup_packet(packet)) << size;
  }
}

TEST(Startup, TheLastOfARepeatedParameterCounts) {
  const StartupMessage message{0, {{"user", "a"}, {"user", "b"}}};
  ASSERT_NE(message.find("user"), nullptr);
  EXPECT_EQ(*message.find("user"), "b");
  EXPECT_EQ(message.find("database"), nullptr);
}

}  // namespace

}  // namespace pgveil::protocol
