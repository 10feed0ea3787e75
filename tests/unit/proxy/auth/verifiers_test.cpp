#include "proxy/auth/verifiers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <unistd.h>

namespace pgveil::proxy {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kVerifier =
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

class VerifierFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "verifiersXXXXXX";
    const int fd = mkstemp(name.data());
    ASSERT_GE(fd, 0);
    close(fd);
    file_ = name;
  }

  void TearDown() override { std::filesystem::remove(file_); }

  void write(const std::string& text) { std::ofstream(file_) << text; }

  std::filesystem::path file_;
};

TEST_F(VerifierFile, FindsUsersAndFollowsChanges) {
  write("# comment\n\namy\t" + std::string(kVerifier) + "\n");
  const auto source = verifiers_from_file(file_);
  const VerifierAnswer amy = source->fetch("amy");
  EXPECT_EQ(amy.status, VerifierStatus::Found);
  EXPECT_EQ(amy.verifier.iterations, 4096U);
  EXPECT_EQ(source->fetch("bob").status, VerifierStatus::Unknown);
  write("amy\t" + std::string(kVerifier) + "\nbob\t" + std::string(kVerifier) + "\n");
  EXPECT_EQ(source->fetch("bob").status, VerifierStatus::Found);
}

TEST_F(VerifierFile, ABadLineAnswersNobody) {
  for (const char* line : {"amy\n", "amy\tmd5abc\n", "\tSCRAM-SHA-256$\n", "amy SCRAM\n"}) {
    write(std::string("bob\t") + std::string(kVerifier) + "\n" + line);
    EXPECT_EQ(verifiers_from_file(file_)->fetch("bob").status, VerifierStatus::Unavailable) << line;
  }
}

TEST_F(VerifierFile, AMissingFileIsUnavailable) {
  std::filesystem::remove(file_);
  EXPECT_EQ(verifiers_from_file(file_)->fetch("amy").status, VerifierStatus::Unavailable);
}

class Counting final : public VerifierSource {
 public:
  Counting(int& count, VerifierStatus status) : count_(count), status_(status) {}

  VerifierAnswer fetch(std::string_view) override {
    ++count_;
    VerifierAnswer answer;
    answer.status = status_;
    if (status_ == VerifierStatus::Found) {
      answer.verifier = std::move(*crypto::parse_scram_verifier(kVerifier));
    }
    return answer;
  }

 private:
  int& count_;
  VerifierStatus status_;
};

TEST(VerifierCache, KeepsForAWhileAndForgetsWhenTold) {
  int fetched = 0;
  std::chrono::steady_clock::time_point now{};
  const auto cache = cached_verifiers(std::make_unique<Counting>(fetched, VerifierStatus::Found),
                                      5s, [&now] { return now; });
  EXPECT_EQ(cache->fetch("amy").status, VerifierStatus::Found);
  EXPECT_EQ(cache->fetch("amy").status, VerifierStatus::Found);
  EXPECT_EQ(fetched, 1);
  now += 5s;
  EXPECT_EQ(cache->fetch("amy").status, VerifierStatus::Found);
  EXPECT_EQ(fetched, 2);
  cache->forget("amy");
  EXPECT_EQ(cache->fetch("amy").status, VerifierStatus::Found);
  EXPECT_EQ(fetched, 3);
}

TEST(VerifierCache, DoesNotKeepFailures) {
  int fetched = 0;
  const auto cache =
      cached_verifiers(std::make_unique<Counting>(fetched, VerifierStatus::Unavailable), 5s);
  EXPECT_EQ(cache->fetch("amy").status, VerifierStatus::Unavailable);
  EXPECT_EQ(cache->fetch("amy").status, VerifierStatus::Unavailable);
  EXPECT_EQ(fetched, 2);
}

TEST(VerifierQuery, AServerThatIsNotThereIsUnavailable) {
  const auto source = verifiers_from_query(
      {"host=/nonexistent port=1 user=nobody", std::string(kDefaultVerifierQuery), 500ms});
  EXPECT_EQ(source->fetch("amy").status, VerifierStatus::Unavailable);
}

}  // namespace

}  // namespace pgveil::proxy
