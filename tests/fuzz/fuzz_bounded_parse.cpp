// Property: text within the bounds never kills the process, and what is printed for a tree is printed
// for its own tree again, with and without holes for its literals.
#include "policy/sql/split.hpp"
#include "policy/sql/syntax_tree.hpp"

#include <boost/assert.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace pgveil::policy::sql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string sql(reinterpret_cast<const char*>(data), size);
  SqlLimits limits;
  limits.max_depth = 300;  // for the 8 MB stack of the fuzzer
  limits.max_bytes = 1U << 16;
  (void)split(sql, limits);
  const auto tree = SyntaxTree::parse(sql, limits);
  if (!tree) return 0;
  for (const LiteralRef& literal : tree->literals()) {
    BOOST_ASSERT(literal.location + literal.length <= sql.size());
  }
  const auto printed = tree->deparse();
  if (!printed) return 0;
  const auto again = SyntaxTree::parse(*printed);
  BOOST_ASSERT(again);
  BOOST_ASSERT(again->kind() == tree->kind());
  BOOST_ASSERT(again->tables().size() == tree->tables().size());
  const auto fixed = again->deparse();
  BOOST_ASSERT(fixed && *fixed == *printed);
  std::vector<std::uint16_t> indexes;
  for (std::size_t i = 0; i < tree->literals().size() && i < 1'000; ++i) {
    if (tree->literals()[i].in_tree) indexes.push_back(static_cast<std::uint16_t>(i));
  }
  const auto holes = tree->deparse_with_holes(indexes, 1'000'000'000);
  BOOST_ASSERT(!holes || holes->pieces.size() == holes->holes.size() + 1);
  return 0;
}
