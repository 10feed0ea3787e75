// Property: other literals of the same class do not change the shape, any other token does; and
// the normalised text does not tell them apart.
#include "policy/sql/shape.hpp"

#include <boost/assert.hpp>

#include <cstdint>
#include <string>

using namespace pgveil::policy::sql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string sql(reinterpret_cast<const char*>(data), size);
  const ShapeSecret secret{{1, 2}};
  const auto shape = shape_of(sql, secret);
  if (!shape) {
    BOOST_ASSERT(normalize(sql) == "?");
    return 0;
  }
  std::string other;
  std::size_t done = 0;
  const auto tokens = scan(sql);
  for (const Token& token : *tokens) {
    if (token.kind != Token::Kind::Integer4 && token.kind != Token::Kind::DollarString) continue;
    other.append(sql, done, token.location - done);
    // A blank on both sides, so that the new literal stays a token of its own.
    other += token.kind == Token::Kind::Integer4 ? " 7 " : " $new$'x'$new$ ";
    done = token.location + token.length;
  }
  other.append(sql, done);
  const auto same = shape_of(other, secret);
  BOOST_ASSERT(same && same->key == shape->key);
  BOOST_ASSERT(same->literals.size() == shape->literals.size());
  const auto longer = shape_of(sql + "\n x", secret);
  BOOST_ASSERT(!longer || longer->key != shape->key);
  BOOST_ASSERT(normalize(other) == normalize(sql));
  return 0;
}
