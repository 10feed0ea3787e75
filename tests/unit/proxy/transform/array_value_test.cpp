#include "proxy/transform/array_value.hpp"

#include "tests/unit/proxy/transform/clinic_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::transform {
namespace {

std::string line(const std::optional<ArrayElements>& array) {
  if (!array) {
    return "none";
  }
  std::string text;
  for (const auto& element : array->elements) {
    text += element ? "<" + std::string(protocol::as_text(*element)) + ">" : "NULL";
  }
  return text;
}

struct ArrayCase {
  const char* text;
  const char* expected;
};

constexpr ArrayCase kCases[] = {{"{}", ""},
                                {" { a , b c,NULL,\"null\",\"\" } ", "<a><b c>NULL<null><>"},
                                {R"({"a\"b","c\\d","e,}"})", R"(<a"b><c\d><e,}>)"},
                                {"{a,,b}", "none"},
                                {"{a,}", "none"},
                                {"{{a},{b}}", "none"},
                                {"[1:1]={a}", "none"},
                                {"{\"a\"b}", "none"},
                                {"{\"a}", "none"},
                                {"{\"a\\\"}", "none"},
                                {"a", "none"},
                                {"{", "none"}};

TEST(ArrayValue, ReadsPlainTextArraysAndLeavesTheRest) {
  for (const ArrayCase& row : kCases) {
    EXPECT_EQ(line(read_array_text(row.text)), row.expected) << row.text;
  }
}

TEST(ArrayValue, BinaryArraysSurviveARoundTrip) {
  const std::vector<std::optional<protocol::Bytes>> elements{bytes("a"), std::nullopt, bytes("")};
  protocol::Bytes out;
  write_array_binary(elements, 17, out);
  EXPECT_EQ(line(read_array_binary(out, 17)), "<a>NULL<>");
  EXPECT_EQ(line(read_array_binary(out, 25)), "none");
  out.pop_back();
  EXPECT_EQ(line(read_array_binary(out, 17)), "none");
  out.clear();
  write_array_binary({}, 17, out);
  EXPECT_EQ(out.size(), 12U);
  EXPECT_EQ(line(read_array_binary(out, 17)), "");
}

}  // namespace
}  // namespace pgveil::proxy::transform
