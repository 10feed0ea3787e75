#include "proxy/audit/log.hpp"

#include "tests/unit/proxy/audit/log_folder.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <future>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>

namespace pgveil::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(AuditLog, ARecordIsOnDiskWhenDoneIsCalled) {
  LogFolder folder;
  const auto log = folder.open();
  std::promise<std::vector<std::string>> seen;
  log->append(a_begin(1), [&](bool durable) {
    EXPECT_TRUE(durable);
    seen.set_value(LogFolder::lines(folder.files().back().path));
  });
  const auto lines = seen.get_future().get();
  EXPECT_THAT(lines.back(), HasSubstr("\"kind\":\"begin\""));
  EXPECT_THAT(lines.front(), HasSubstr("\"kind\":\"file\""));
}

TEST(AuditLog, ARecordThatNobodyWaitsForIsWrittenWithTheNext) {
  LogFolder folder;
  AuditOptions options = folder.options();
  options.checkpoint_interval = 1h;
  const auto log = folder.open(options);
  const std::uint64_t syncs = log->stats().syncs;
  std::promise<bool> first;
  log->append(
      a_begin(1), [&](bool durable) { first.set_value(durable); }, AuditLog::When::Later);
  auto written = first.get_future();
  EXPECT_EQ(written.wait_for(50ms), std::future_status::timeout);
  EXPECT_TRUE(log->append_and_wait(an_end(1, {"42"})));
  EXPECT_TRUE(written.get());
  EXPECT_EQ(log->stats().syncs, syncs + 1);
  std::promise<bool> second;
  log->append(
      a_begin(2), [&](bool durable) { second.set_value(durable); }, AuditLog::When::Later);
  log->flush();
  EXPECT_TRUE(second.get_future().get());
}

TEST(AuditLog, ARecordThatNobodyWaitsForIsWrittenAfterAnInterval) {
  LogFolder folder;
  AuditOptions options = folder.options();
  options.checkpoint_interval = 50ms;
  const auto log = folder.open(options);
  std::promise<bool> written;
  log->append(
      a_begin(1), [&](bool durable) { written.set_value(durable); }, AuditLog::When::Later);
  EXPECT_TRUE(written.get_future().get());
}

TEST(AuditLog, VerifiesAfterADropAndAfterARestart) {
  LogFolder folder;
  for (int run = 0; run < 3; ++run) {
    const auto log = folder.open();
    for (std::uint64_t i = 0; i < 10; ++i) {
      EXPECT_TRUE(log->append_and_wait(a_begin(i)));
      EXPECT_TRUE(log->append_and_wait(an_end(i, {"42"})));
    }
  }
  const VerifyReport report = folder.verify();
  EXPECT_FALSE(report.finding) << report.finding->explanation;
  EXPECT_TRUE(report.notes.empty()) << report.notes.front();
  // A file record; per run a start, its checkpoint, 20 records, a stop and its checkpoint.
  EXPECT_EQ(report.records, 1U + 3U * 24U);
  EXPECT_EQ(report.files, 1U);
}

TEST(AuditLog, ManyThreadsShareSyncs) {
  LogFolder folder;
  const auto log = folder.open();
  const std::uint64_t syncs_before = log->stats().syncs;
  constexpr std::uint64_t kThreads = 16;
  constexpr std::uint64_t kEach = 50;
  std::atomic<std::uint64_t> durable{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        durable += log->append_and_wait(a_begin(t * kEach + i)) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(durable, kThreads * kEach);
  EXPECT_LT(log->stats().syncs - syncs_before, kThreads * kEach);
  const VerifyReport report = folder.verify();
  EXPECT_FALSE(report.finding) << report.finding->explanation;
  EXPECT_GE(report.records, kThreads * kEach);
}

TEST(AuditLog, ChecksPointByCountByTimeAndWhenIdle) {
  LogFolder folder;
  AuditOptions options = folder.options();
  options.checkpoint_records = 10;
  options.checkpoint_interval = 20ms;
  options.idle_checkpoint_interval = 40ms;
  const auto log = folder.open(options);
  std::promise<void> all;
  for (std::uint64_t i = 0; i < 100; ++i) {
    log->append(a_begin(i), i == 99 ? [&](bool) { all.set_value(); } : AuditLog::Done());
  }
  all.get_future().get();
  EXPECT_GE(folder.verify().checkpoints, 10U);
  const std::uint64_t before = folder.verify().checkpoints;
  for (int i = 0; i < 500 && folder.verify().checkpoints < before + 3; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_GE(folder.verify().checkpoints, before + 3);  // nothing was appended in the meantime
}

TEST(AuditLog, RotationKeepsOneChain) {
  LogFolder folder;
  AuditOptions options = folder.options();
  options.rotate_bytes = 4'096;
  {
    const auto log = folder.open(options);
    for (std::uint64_t i = 0; i < 60; ++i) {
      ASSERT_TRUE(log->append_and_wait(a_begin(i)));
    }
  }
  {
    const auto log = folder.open(options);
    ASSERT_TRUE(log->append_and_wait(a_begin(1)));
  }
  const VerifyReport report = folder.verify();
  EXPECT_FALSE(report.finding) << report.finding->explanation;
  EXPECT_GT(report.files, 4U);
  for (const AuditFile& file : folder.files()) {
    EXPECT_LT(std::filesystem::file_size(file.path), 4'096U * 2);
  }
}

TEST(AuditLog, OnlyOneProcessWrites) {
  LogFolder folder;
  const auto log = folder.open();
  const auto second = AuditLog::open(folder.options(), folder.keys);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, audit::Errc::InUse);
}

TEST(AuditLog, AHalfWrittenLineIsDroppedAndToldOf) {
  for (const std::string& rest : {std::string("{\"seq\":99,\"ti"), std::string(300, '\0') + "\n"}) {
    LogFolder folder;
    { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(1))); }
    std::ofstream(folder.files().back().path, std::ios::app | std::ios::binary) << rest;
    { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(2))); }
    const VerifyReport report = folder.verify();
    EXPECT_FALSE(report.finding) << report.finding->explanation;
    ASSERT_EQ(report.notes.size(), 1U);
    EXPECT_THAT(report.notes[0], HasSubstr("dropped " + std::to_string(rest.size()) + " bytes"));
  }
}

TEST(AuditLog, AFileBegunByACrashIsDropped) {
  LogFolder folder;
  { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(1))); }
  std::ofstream(folder.path / "audit-000000000900.jsonl") << "{\"seq\":900";
  { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(2))); }
  EXPECT_EQ(folder.files().size(), 1U);
  EXPECT_FALSE(folder.verify().finding);
}

TEST(AuditLog, ADamagedEndIsNotContinued) {
  LogFolder folder;
  { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(1))); }
  const auto file = folder.files().back().path;
  auto lines = LogFolder::lines(file);
  lines[3].replace(lines[3].find("reception"), 9, "deception");
  LogFolder::write(file, lines);
  const auto log = AuditLog::open(folder.options(), folder.keys);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, audit::Errc::Damaged);
  EXPECT_EQ(log.error().line, 4U);
}

TEST(AuditLog, AnEndCutOffBeforeAStartIsOnRecordForEver) {
  LogFolder folder;
  { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(1))); }
  const auto file = folder.files().back().path;
  auto lines = LogFolder::lines(file);
  lines.resize(3);
  LogFolder::write(file, lines);
  { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(2))); }
  const VerifyReport report = folder.verify();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, AuditDamage::Truncated);
  EXPECT_EQ(report.finding->seq, 4U);
}

// A process that is killed loses nothing that it promised.
TEST(AuditLog, AKilledWriterKeepsItsPromises) {
  LogFolder folder;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto log = AuditLog::open(folder.options(), folder.keys);
    for (std::uint64_t i = 0; log && i < 100'000; ++i) {
      const bool kept = (*log)->append_and_wait(a_begin(i));
      if (!kept || ::write(ends[1], "x", 1) != 1) {
        break;
      }
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::size_t promised = 0;
  std::array<char, 64> buffer{};
  while (promised < 200) {
    promised += static_cast<std::size_t>(::read(ends[0], buffer.data(), buffer.size()));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    promised += static_cast<std::size_t>(got);
  }
  ::close(ends[0]);
  { EXPECT_TRUE(folder.open()->append_and_wait(a_begin(1))); }
  const VerifyReport report = folder.verify();
  EXPECT_FALSE(report.finding) << report.finding->explanation;
  EXPECT_GE(report.records, promised);
}

/// Appends until the disk is full, makes room, and goes on.
void fill_and_recover(const LogFolder& folder, const std::function<void()>& make_room) {
  const auto log = folder.open();
  ASSERT_NE(log, nullptr);
  bool kept = true;
  std::uint64_t kept_count = 0;
  for (std::uint64_t i = 0; kept && i < 10'000; ++i) {
    kept = log->append_and_wait(an_end(i, std::vector<std::string>(50, std::to_string(i))));
    kept_count += kept ? 1 : 0;
  }
  ASSERT_FALSE(kept);
  EXPECT_FALSE(log->append_and_wait(a_begin(1)) && log->append_and_wait(an_end(1, {"1", "2"})) &&
               log->append_and_wait(an_end(1, std::vector<std::string>(500, "5"))));
  EXPECT_TRUE(log->stats().failing);
  const VerifyReport full = folder.verify();
  EXPECT_FALSE(full.finding) << full.finding->explanation;
  EXPECT_GE(full.records, kept_count);
  make_room();
  EXPECT_TRUE(log->append_and_wait(a_begin(2)));
  EXPECT_FALSE(log->stats().failing);
  const VerifyReport again = folder.verify();
  EXPECT_FALSE(again.finding) << again.finding->explanation;
  bool resumed = false;
  for (const std::string& line : LogFolder::lines(folder.files().back().path)) {
    resumed = resumed || line.find("\"kind\":\"resumed\",\"refused\":") != std::string::npos;
  }
  EXPECT_TRUE(resumed);
}

TEST(AuditLog, AFileSizeLimitRefusesAndRecovers) {
  LogFolder folder;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 100'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  fill_and_recover(folder, [&] { ::setrlimit(RLIMIT_FSIZE, &before); });
  ::setrlimit(RLIMIT_FSIZE, &before);
}

TEST(AuditLog, AFullDiskRefusesAndRecovers) {
  LogFolder mount_point;
  if (::mount("tmpfs", mount_point.path.c_str(), "tmpfs", 0, "size=256k") != 0) {
    GTEST_SKIP() << "mounting needs root";
  }
  {
    LogFolder folder(mount_point.path / "log");
    const std::filesystem::path ballast = mount_point.path / "ballast";
    std::ofstream(ballast) << std::string(128'000, 'x');
    fill_and_recover(folder, [&] { std::filesystem::remove(ballast); });
  }
  ::umount2(mount_point.path.c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace pgveil::proxy
