// Property: what is read from a token, spelled again as a plain literal, reads as the same text; and
// a text array of literals that is read has elements that survive binary form.
#include "proxy/transform/array_value.hpp"
#include "proxy/transform/literal.hpp"

#include <boost/assert.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace pgveil::proxy::transform;

std::string spelled(std::string_view text) {
  std::string token = "'";
  for (const char c : text) {
    token += c;
    if (c == '\'') {
      token += c;
    }
  }
  return token + "'";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view token(reinterpret_cast<const char*>(data), size);
  for (const bool backslash_quotes : {false, true}) {
    const auto literal = read_literal(token, backslash_quotes);
    if (literal && literal->kind == Literal::Kind::String) {
      const auto again = read_literal(spelled(literal->text), false);
      BOOST_ASSERT(again && again->text == literal->text);
    }
  }
  if (const auto array = read_array_text(token)) {
    pgveil::protocol::Bytes binary;
    write_array_binary(array->elements, 25, binary);
    const auto again = read_array_binary(binary, 25);
    BOOST_ASSERT(again && again->elements == array->elements);
  }
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto array = read_array_binary(bytes, 25)) {
    pgveil::protocol::Bytes binary;
    write_array_binary(array->elements, 25, binary);
    const auto again = read_array_binary(binary, 25);
    BOOST_ASSERT(again && again->elements == array->elements);
  }
  return 0;
}
