// Property: cutting a dump loses nothing but lines of psql commands: the entries, put together, are the
// text again when it has none.
#include "proxy/twin/logical.hpp"
#include "proxy/twin/script.hpp"
#include "proxy/twin/unwrap.hpp"

#include <boost/assert.hpp>

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgveil::proxy::twin;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const LogicalRewriter rewriter({{"public", "patients", "ssn", "text", ""}});
  std::string together;
  for (const DumpEntry& entry : split_dump(text)) {
    together += entry.sql;
    (void)rewriter.for_work(entry);
  }
  BOOST_ASSERT(text.find('\\') != std::string_view::npos ? together.size() <= text.size()
                                                         : together == text);
  BOOST_ASSERT(unwrap_node_text(text).size() <= text.size());
  return 0;
}
