#include "policy/model/toml_file.hpp"

#include <gtest/gtest.h>

namespace pgveil::policy {
namespace {

using namespace std::chrono_literals;

TEST(Durations, ReadAndPrint) {
  EXPECT_EQ(duration_of("10m"), 10min);
  EXPECT_EQ(duration_of("250ms"), 250ms);
  EXPECT_EQ(duration_of("7d"), 7 * 24h);
  for (const char* text :
       {"", "10", "m", "-1s", "1.5s", "1 s", "1w", "99999999999999999999s", "9999999999999999d"}) {
    EXPECT_FALSE(duration_of(text)) << text;
  }
  EXPECT_EQ(print_duration(90s), "90s");
  EXPECT_EQ(print_duration(1h), "1h");
  EXPECT_EQ(print_duration(1500ms), "1500ms");
  EXPECT_EQ(print_duration(0ms), "0s");
}

TEST(ByteSizes, Read) {
  EXPECT_EQ(byte_size_of("256MiB"), 256ULL << 20U);
  EXPECT_EQ(byte_size_of("17"), 17U);
  EXPECT_FALSE(byte_size_of("1MB"));
  EXPECT_FALSE(byte_size_of("99999999999GiB"));
}

TEST(DidYouMean, OffersTheNearestOrAll) {
  const std::vector<std::string> words{"members", "allow", "rows"};
  EXPECT_EQ(did_you_mean("member", words), "did you mean \"members\"?");
  EXPECT_EQ(did_you_mean("quite different", words), "one of: members, allow, rows");
}

TEST(TomlQuoted, EscapesWhatTomlForbids) {
  const std::string odd = "a\"b\\c\n\t\x7f é";
  const auto read = read_toml("x = " + toml_quoted(odd), "f");
  ASSERT_TRUE(std::holds_alternative<TomlNode>(read));
  EXPECT_EQ(std::get<TomlNode>(read).entries.at(0).value.text, odd);
}

TEST(TomlTable, KeysThatNobodyAskedForAreErrors) {
  const auto read = read_toml("a = 1\nbb = \"x\"\n", "f");
  ErrorList errors("f");
  TomlTable table(std::get<TomlNode>(read), "top", errors);
  EXPECT_EQ(table.integer("a", 0, 5), 1);
  EXPECT_EQ(table.integer("bc", 0, 5), std::nullopt);
  table.finish();
  const auto list = errors.take_sorted();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(print(list[0]), "f:2: top: unknown key \"bb\" (did you mean \"bc\"?)");
}

TEST(ReadToml, DeepNestingIsAnErrorAndNoCrash) {
  const std::string deep = "a = " + std::string(100'000, '[');
  EXPECT_TRUE(std::holds_alternative<FileError>(read_toml(deep, "f")));
}

}  // namespace
}  // namespace pgveil::policy
