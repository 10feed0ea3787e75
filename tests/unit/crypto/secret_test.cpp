#include "crypto/secret.hpp"

#include "crypto/random.hpp"
#include "crypto/self_test.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace pgveil::crypto {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::equality_comparable<SecretBytes>);
static_assert(!Printable<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::span<const std::byte>>);
static_assert(!std::is_convertible_v<std::span<const std::byte>, SecretBytes>);
static_assert(!std::is_convertible_v<FieldId, std::uint32_t>);

TEST(Secret, MovesAndLeavesNothingBehind) {
  SecretBytes a = SecretBytes::copy_of(as_bytes("secret"));
  SecretBytes b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT: what a moved-from secret holds is the point
  EXPECT_EQ(as_text(b.expose()), "secret");
  b = SecretBytes::copy_of(as_bytes("other"));
  EXPECT_EQ(as_text(b.duplicate().expose()), "other");
}

TEST(Secret, WipeEmptiesText) {
  std::string text = "password";
  wipe(text);
  EXPECT_TRUE(text.empty());
}

TEST(Random, NeverRepeatsANonce) {
  std::set<std::array<std::byte, 12>> seen;
  for (int i = 0; i < 20'000; ++i) {
    std::array<std::byte, 12> nonce{};
    ASSERT_TRUE(random_bytes(nonce).has_value());
    EXPECT_TRUE(seen.insert(nonce).second);
  }
}

TEST(Random, AForkedChildDrawsOtherBytes) {
  std::array<std::byte, 16> warm{};
  ASSERT_TRUE(random_bytes(warm).has_value());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::array<std::byte, 16> mine{};
    const bool ok = random_bytes(mine).has_value();
    const bool sent = write(ends[1], mine.data(), mine.size()) == 16;
    _exit(ok && sent ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  std::array<std::byte, 16> theirs{};
  ASSERT_EQ(read(ends[0], theirs.data(), theirs.size()), 16);
  std::array<std::byte, 16> mine{};
  ASSERT_TRUE(random_bytes(mine).has_value());
  EXPECT_NE(mine, theirs);
  close(ends[0]);
  close(ends[1]);
}

TEST(Random, FillsLongRequests) {
  Bytes big(100'000);
  ASSERT_TRUE(random_bytes(big).has_value());
  EXPECT_NE(big, Bytes(big.size()));
}

TEST(SelfTest, KnownAnswersHold) { EXPECT_TRUE(self_test().has_value()); }

}  // namespace
}  // namespace pgveil::crypto
