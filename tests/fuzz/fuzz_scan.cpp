// Property: tokens lie in order without overlap, only blanks and comments lie between them, and each
// starts, and each literal ends, where libpg_query says; what one lexer refuses, so does the other.
#include "policy/sql/scan.hpp"
#include "tests/unit/policy/sql/reference_scan.hpp"

#include <boost/assert.hpp>

#include <cstdint>
#include <cstring>

using namespace pgveil::policy::sql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string sql(reinterpret_cast<const char*>(data), size);
  const auto tokens = scan(sql);
  if (std::memchr(data, 0, size) != nullptr) {
    BOOST_ASSERT(!tokens);
    return 0;
  }
  if (tokens) {
    std::size_t end = 0;
    for (const Token& token : *tokens) {
      BOOST_ASSERT(token.length > 0 && token.location >= end);
      const auto between = scan(std::string_view(sql).substr(end, token.location - end));
      BOOST_ASSERT(between && between->empty());
      end = token.location + token.length;
    }
    BOOST_ASSERT(end <= size);
    for (const Literal& literal : literals_of(*tokens, sql)) {
      BOOST_ASSERT(literal.length > 0 && literal.location + literal.length <= size);
    }
  }
  // The reference also checks what is inside of strings (escapes, encoding): it may refuse more.
  if (const auto theirs = reference_scan(sql)) {
    BOOST_ASSERT(tokens);
    BOOST_ASSERT(boundaries(*tokens) == boundaries(*theirs));
  }
  return 0;
}
