// Property: a line that reads, writes back to the same bytes; and any text in a record stays one line
// of JSON that keeps its chain.
#include "proxy/audit/json_text.hpp"
#include "proxy/audit/line.hpp"
#include "proxy/audit/tail.hpp"

#include <boost/assert.hpp>

#include <array>
#include <span>
#include <string_view>

using namespace pgveil;

namespace {

void a_line_has_one_spelling(std::string_view input) {
  const auto line = proxy::read_line(input);
  if (line) {
    BOOST_ASSERT(proxy::make_line(line->record, line->chain) == std::string(input) + "\n");
  }
}

void any_text_stays_one_record(std::string_view input) {
  proxy::JsonMembers members;
  members.text("kind", "begin").text("text", input);
  crypto::Hash chain = crypto::audit_chain_start();
  std::string text;
  proxy::append_line(text, input.size(), proxy::AuditTime(), members.members(), chain);
  BOOST_ASSERT(text.find('\n') == text.size() - 1);
  const auto line = proxy::read_line(std::string_view(text).substr(0, text.size() - 1));
  BOOST_ASSERT(line && line->chain == chain && line->seq == input.size());
  const auto facts = proxy::read_facts(line->record);
  BOOST_ASSERT(facts && facts->kind == "begin");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  a_line_has_one_spelling(input);
  any_text_stays_one_record(input);
  (void)proxy::read_facts(input);
  return 0;
}
