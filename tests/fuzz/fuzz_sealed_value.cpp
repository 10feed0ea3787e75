// Property: a sealed value has one spelling: what reads, writes back to the same bytes.
#include "crypto/sealed_value.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  const auto sealed = pgveil::crypto::read_sealed(input);
  if (sealed) {
    pgveil::crypto::Bytes again;
    pgveil::crypto::write_sealed(*sealed, again);
    BOOST_ASSERT(std::ranges::equal(again, input));
  }
  return 0;
}
