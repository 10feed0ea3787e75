// Property: cutting a stream at any split gives the same frames and the same end as cutting it whole.
// The first two bytes choose the side and the split.
#include "protocol/frame.hpp"

#include <string>

namespace {

using namespace pgveil::protocol;

struct Outcome {
  std::string frames;  // each frame's bytes behind each other, and their count
  std::size_t count = 0;
  bool failed = false;
};

void drain(FrameBuffer& buffer, Outcome& outcome) {
  for (;;) {
    const auto next = buffer.next();
    outcome.failed = !next;
    if (!next || !*next) {
      return;
    }
    BOOST_ASSERT((**next).body.size() + kFrameHeaderSize == (**next).frame.size());
    outcome.frames += as_text((**next).frame);
    ++outcome.count;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const Side side = data[0] % 2 == 0 ? Side::Frontend : Side::Backend;
  const std::size_t step = std::size_t{data[1]} + 1;
  const ByteView stream = std::as_bytes(std::span(data, size)).subspan(2);

  FrameBuffer whole(side);
  Outcome at_once;
  whole.append(stream);
  drain(whole, at_once);

  FrameBuffer pieces(side);
  Outcome cut;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    pieces.append(stream.subspan(at, std::min(step, stream.size() - at)));
    drain(pieces, cut);
  }
  BOOST_ASSERT(at_once.frames == cut.frames);
  BOOST_ASSERT(at_once.count == cut.count);
  BOOST_ASSERT(at_once.failed == cut.failed);
  BOOST_ASSERT(at_once.frames.size() + whole.pending().size() == stream.size());
  return 0;
}
