#include "protocol/frame.hpp"

#include "protocol/message/query.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pgveil::protocol {

namespace {

Bytes header(char type, std::uint32_t length) {
  Bytes out;
  put_letter(out, type);
  put_u32(out, length);
  return out;
}

TEST(Frames, PeekNeedsFiveBytes) {
  const Bytes bytes = header('Q', 9);
  for (std::size_t size = 0; size < kFrameHeaderSize; ++size) {
    EXPECT_FALSE(peek_header(ByteView(bytes).first(size)));
  }
  const auto got = peek_header(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->type, 'Q');
  EXPECT_EQ(got->length, 9U);
  EXPECT_EQ(got->body_size(), 5U);
  EXPECT_EQ(got->frame_size(), 10U);
}

struct LengthCase {
  const char* name;
  Side side;
  char type;
  std::uint32_t length;
  bool fits;
};

const LengthCase kLengthCases[] = {
    {"three", Side::Frontend, 'Q', 3, false},
    {"zero", Side::Frontend, 'S', 0, false},
    {"four", Side::Frontend, 'S', 4, true},
    {"two_in_query", Side::Frontend, 'Q', 2, false},
    {"greatest_int_query", Side::Frontend, 'Q', 0x7fff'ffff, false},
    {"negative", Side::Frontend, 'd', 0xffff'ffff, false},
    {"large_query", Side::Frontend, 'Q', kLargeMessageLimit, true},
    {"larger_query", Side::Frontend, 'Q', kLargeMessageLimit + 1, false},
    {"sync_of_20000", Side::Frontend, 'S', 20'000, false},
    {"close_of_10000", Side::Frontend, 'C', 10'000, true},
    {"password_of_65535", Side::Frontend, 'p', 65'535, true},
    {"password_of_65536", Side::Frontend, 'p', 65'536, false},
    {"copy_fail_of_10001", Side::Frontend, 'f', 10'001, false},
    {"row_of_a_gigabyte", Side::Backend, 'D', 0x3fff'ffff, true},
    {"row_of_two_gigabytes", Side::Backend, 'D', 0x7fff'ffff, false},
    {"ready_of_a_megabyte", Side::Backend, 'Z', 1 << 20, false},
};

TEST(Frames, LengthsAreBoundedByType) {
  for (const LengthCase& c : kLengthCases) {
    const auto got = read_header(header(c.type, c.length), c.side);
    EXPECT_EQ(got.has_value(), c.fits) << c.name;
    if (!got) {
      EXPECT_EQ(got.error().code, Errc::BadLength) << c.name;
    }
  }
}

TEST(Frames, AnyCutGivesTheSameMessages) {
  Bytes stream;
  encode_query(stream, {"SELECT 1"});
  encode_sync(stream);
  encode_query(stream, {""});
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    FrameBuffer frames(Side::Frontend);
    std::string types;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      frames.append(ByteView(stream).subspan(at, std::min(step, stream.size() - at)));
      for (auto next = frames.next(); next && *next; next = frames.next()) {
        types += (**next).type;
      }
    }
    EXPECT_EQ(types, "QSQ") << step;
    EXPECT_TRUE(frames.pending().empty());
  }
}

TEST(Frames, AnErrorStays) {
  FrameBuffer frames(Side::Frontend);
  frames.append(header('Q', 1));
  EXPECT_FALSE(frames.next());
  frames.append(header('S', 4));
  EXPECT_FALSE(frames.next());
}

TEST(Frames, BodiesCanLeaveInPieces) {
  FrameBuffer frames(Side::Backend);
  frames.append(header('D', 1'000));
  const auto got = frames.header();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((**got).body_size(), 996U);
  frames.skip(kFrameHeaderSize);
  frames.append(Bytes(996));
  frames.skip(996);
  EXPECT_TRUE(frames.pending().empty());
}

TEST(StartupPackets, AreCutByTheirOwnLength) {
  Bytes packet;
  put_u32(packet, 8);
  put_u32(packet, 80877103);
  put_u8(packet, 0x16);
  for (std::size_t size = 0; size < 8; ++size) {
    const auto got = cut_startup_packet(ByteView(packet).first(size));
    ASSERT_TRUE(got) << size;
    EXPECT_FALSE(*got) << size;
  }
  const auto got = cut_startup_packet(packet);
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((**got).size(), 8U);
}

TEST(StartupPackets, OfImpossibleLengthAreErrors) {
  for (const std::uint32_t length : {0U, 7U, 10'005U, 0xffff'ffffU}) {
    Bytes packet;
    put_u32(packet, length);
    EXPECT_FALSE(cut_startup_packet(packet)) << length;
  }
}

}  // namespace

}  // namespace pgveil::protocol
