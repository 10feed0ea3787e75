#include "proxy/session/reply_queue.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

void owe(ReplyQueue& queue, std::initializer_list<Owed> kinds) {
  for (const Owed kind : kinds) {
    Owing entry;
    entry.kind = kind;
    queue.push(std::move(entry));
  }
}

TEST(ReplyQueue, EachEntryHasItsReplies) {
  struct Case {
    Owed kind;
    const char* continues;
    const char* ends;
  };

  const Case cases[] = {
      {Owed::Parse, "", "1"},           {Owed::Bind, "", "2"},
      {Owed::CloseStatement, "", "3"},  {Owed::ClosePortal, "", "3"},
      {Owed::DescribePortal, "", "Tn"}, {Owed::DescribeStatement, "t", ""},
      {Owed::Execute, "DGHdc", "CIs"},  {Owed::Sync, "", "Z"},
      {Owed::Query, "TDGHdcCI", "Z"},
  };
  for (const Case& one : cases) {
    for (int type = 1; type < 128; ++type) {
      const char letter = static_cast<char>(type);
      ReplyQueue queue;
      owe(queue, {one.kind});
      const ReplyMeans means = queue.means(letter);
      if (std::string_view("NSA").find(letter) != std::string_view::npos) {
        EXPECT_EQ(means, ReplyMeans::Async);
      } else if (letter == 'E') {
        EXPECT_EQ(means, ReplyMeans::Fails);
      } else if (std::string_view(one.continues).find(letter) != std::string_view::npos) {
        EXPECT_EQ(means, ReplyMeans::Continues) << letter;
      } else if (std::string_view(one.ends).find(letter) != std::string_view::npos) {
        EXPECT_EQ(means, ReplyMeans::Ends) << letter;
      } else {
        EXPECT_EQ(means, ReplyMeans::Unexpected) << letter;
      }
    }
  }
}

TEST(ReplyQueue, AnErrorDropsUpToSync) {
  ReplyQueue queue;
  owe(queue, {Owed::Parse, Owed::Bind, Owed::Execute, Owed::Sync, Owed::Query});
  EXPECT_EQ(queue.fail().size(), 3u);
  EXPECT_FALSE(queue.is_skipping());
  EXPECT_EQ(queue.front().kind, Owed::Sync);
  EXPECT_EQ(queue.size(), 2u);
}

TEST(ReplyQueue, WithoutASyncItSkipsUntilOneIsSent) {
  ReplyQueue queue;
  owe(queue, {Owed::Parse, Owed::Bind});
  EXPECT_EQ(queue.fail().size(), 2u);
  EXPECT_TRUE(queue.is_skipping());
  owe(queue, {Owed::Sync});
  EXPECT_FALSE(queue.is_skipping());
}

TEST(ReplyQueue, QueryAndSyncStayUntilReady) {
  for (const Owed kind : {Owed::Query, Owed::Sync}) {
    ReplyQueue queue;
    owe(queue, {kind, Owed::Parse});
    EXPECT_TRUE(queue.fail().empty());
    EXPECT_EQ(queue.means('Z'), ReplyMeans::Ends);
    EXPECT_EQ(queue.size(), 2u);
  }
}

TEST(ReplyQueue, SyncsInsideCopyInAreIgnored) {
  ReplyQueue queue;
  owe(queue, {Owed::Execute, Owed::Sync});
  queue.end_copy_in();
  owe(queue, {Owed::Sync});
  queue.begin_copy_in();
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_FALSE(queue.ignores_sync());
}

TEST(ReplyQueue, UntilTheClientEndsItsDataSyncIsIgnored) {
  ReplyQueue queue;
  owe(queue, {Owed::Execute});
  queue.begin_copy_in();
  EXPECT_TRUE(queue.ignores_sync());
  queue.end_copy_in();
  EXPECT_FALSE(queue.ignores_sync());
  EXPECT_EQ(queue.size(), 1u);
}

TEST(ReplyQueue, StrayCopyEndsGoUnnoticed) {
  ReplyQueue queue;
  queue.end_copy_in();
  EXPECT_TRUE(queue.empty());
  owe(queue, {Owed::Query});
  queue.end_copy_in();
  owe(queue, {Owed::Query});
  queue.pop();
  EXPECT_EQ(queue.means('Z'), ReplyMeans::Ends);
  queue.pop();
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace pgveil::proxy
