#include "protocol/message/errors.hpp"

#include <gtest/gtest.h>

namespace pgveil::protocol {

namespace {

TEST(ErrorFields, KeepTheirOrderWhenSet) {
  ErrorFields error = make_error("ERROR", "22001", "value too long", "detail", "hint");
  error.set('M', "other");
  error.set('P', "7");
  error.erase('D');
  std::string letters;
  for (const auto& [letter, text] : error.fields) {
    letters += letter;
  }
  EXPECT_EQ(letters, "SVCMHP");
  EXPECT_EQ(error.get('M'), "other");
  EXPECT_EQ(error.find('D'), nullptr);
  EXPECT_EQ(error.get('D'), "");
}

TEST(ErrorFields, EmptyDetailAndHintAreLeftOut) {
  const ErrorFields error = make_error("FATAL", "28000", "no");
  EXPECT_EQ(error.fields.size(), 4U);
  EXPECT_TRUE(error.ends_session());
  EXPECT_FALSE(make_error("ERROR", "28000", "no").ends_session());
}

TEST(ErrorFields, TextCannotAddFields) {
  Bytes frame;
  encode_error_response(frame, make_error("ERROR", "XX000", std::string_view("a\0Hb", 4)));
  const auto got = decode_error_fields(ByteView(frame).subspan(5));
  ASSERT_TRUE(got);
  EXPECT_EQ((*got).get('M'), "a");
  EXPECT_EQ((*got).find('H'), nullptr);
}

TEST(ErrorFields, Version2IsUnframed) {
  Bytes out;
  encode_version_2_error(out, "unsupported");
  EXPECT_EQ(as_text(out), std::string_view("Eunsupported\n\0", 14));
}

}  // namespace

}  // namespace pgveil::protocol
