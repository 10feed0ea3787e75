#include "proxy/net/cancel_registry.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {

namespace {

using namespace std::chrono_literals;

protocol::Bytes key(int value) { return protocol::Bytes(4, static_cast<std::byte>(value)); }

TEST(CancelRegistry, TellsTheSessionOfPidAndKey) {
  CancelRegistry registry;
  int first = 0;
  int second = 0;
  registry.add(7, key(1), [&first] { ++first; });
  registry.add(7, key(2), [&second] { ++second; });  // the same pid on another server
  EXPECT_TRUE(registry.request(7, key(2)));
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
  EXPECT_FALSE(registry.request(7, key(3)));
  EXPECT_FALSE(registry.request(8, key(1)));
  EXPECT_FALSE(registry.request(7, protocol::Bytes(3, std::byte{1})));
}

TEST(CancelRegistry, ForgetsOneSessionOnly) {
  CancelRegistry registry;
  int told = 0;
  registry.add(7, key(1), [&told] { ++told; });
  registry.add(7, key(2), [&told] { ++told; });
  registry.remove(7, key(1));
  EXPECT_FALSE(registry.request(7, key(1)));
  EXPECT_TRUE(registry.request(7, key(2)));
  registry.remove(7, key(9));
  EXPECT_EQ(told, 1);
}

TEST(CancelRegistry, GuessingIsSlowedDown) {
  CancelRegistry::Clock::time_point now{};
  CancelRegistry registry([&now] { return now; }, 3);
  int told = 0;
  registry.add(7, key(1), [&told] { ++told; });
  now += 10s;
  for (int guess = 2; guess < 5; ++guess) {
    EXPECT_FALSE(registry.request(7, key(guess)));
  }
  EXPECT_FALSE(registry.request(7, key(1)));  // dropped, though right
  now += 1s;
  EXPECT_TRUE(registry.request(7, key(1)));
  EXPECT_EQ(told, 1);
}

}  // namespace

}  // namespace pgveil::proxy
