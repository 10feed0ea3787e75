// Property: the data of a COPY in format csv gives the same rows and the same error however it is cut.
#include "tests/fuzz/copy_cuts.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgveil::protocol::copy;
  Options options;
  options.format = Format::Csv;
  options.delimiter = ',';
  options.null_text.clear();
  BOOST_ASSERT(pgveil::test::cuts_change_nothing(options, std::as_bytes(std::span(data, size))));
  return 0;
}
