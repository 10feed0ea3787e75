// Property: a tree that reads is written in one way, and what is written reads as that tree.
#include "policy/sql/node_text.hpp"

#include <boost/assert.hpp>

#include <cstdint>
#include <string>

using namespace pgveil::policy::sql;

namespace {

bool same(const Node& a, const Node& b) {
  if (a.kind() != b.kind() || a.size() != b.size() || a.field_name() != b.field_name())
    return false;
  if (a.as_text() != b.as_text() || a.as_bytes() != b.as_bytes()) return false;
  auto x = a.begin();
  auto y = b.begin();
  for (; x != a.end() && y != b.end(); ++x, ++y) {
    if (!same(*x, *y)) return false;
  }
  return x == a.end() && y == b.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  NodeLimits limits;
  limits.max_depth = 500;
  (void)NodeTree::parse_notice(text, limits);
  const auto tree = NodeTree::parse(text, limits);
  if (!tree) return 0;
  const std::string printed = (*tree)->print();
  const auto again = NodeTree::parse(printed, limits);
  BOOST_ASSERT(again);
  BOOST_ASSERT(same((*tree)->root(), (*again)->root()));
  BOOST_ASSERT((*again)->print() == printed);
  return 0;
}
