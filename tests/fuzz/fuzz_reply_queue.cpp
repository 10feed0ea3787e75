// Property: through a session a client sees what a server with clear values would show it (a model server
// that answers without one), however the streams are cut and however late the workers answer.
#include "tests/sim/conversation.hpp"

#include <boost/assert.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string found = pgveil::sim::difference({data, size});
  BOOST_ASSERT(found.empty());
  return 0;
}
