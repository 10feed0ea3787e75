#include "proxy/session/plan_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace pgveil::proxy {
namespace {

PlanKey text_key(std::string_view text) {
  PlanKey key;
  key.text = text;
  key.settings = std::make_shared<const SettingsInForce>(SessionSettings());
  key.role_key = "clinician";
  return key;
}

std::shared_ptr<const PreparedPlan> plan(std::vector<LiteralText> literals = {},
                                         std::vector<std::uint16_t> guards = {}) {
  auto made = std::make_shared<PreparedPlan>();
  made->plan.decision = policy::Pass{};
  made->plan.cacheable = true;
  made->plan.guards = std::move(guards);
  made->literals = std::move(literals);
  made->cacheable_by_shape = true;
  return made;
}

std::shared_ptr<const TextPlan> text_plan() {
  auto made = std::make_shared<TextPlan>();
  made->statements.push_back({0, 8, plan(), {}, {}});
  return made;
}

TEST(PlanCache, FindsWhatItStored) {
  PlanCache cache(64);
  cache.store(text_key("SELECT 1"), text_plan());
  EXPECT_NE(cache.find(text_key("SELECT 1")), nullptr);
  EXPECT_EQ(cache.find(text_key("SELECT 2")), nullptr);
  EXPECT_EQ(cache.counters().text_hits, 1u);
  EXPECT_EQ(cache.counters().entries, 1u);
}

TEST(PlanCache, EveryPartOfTheKeyCounts) {
  PlanCache cache(64);
  cache.store(text_key("SELECT 1"), text_plan());
  PlanKey other = text_key("SELECT 1");
  other.role_key = "front desk";
  EXPECT_EQ(cache.find(other), nullptr);
  other = text_key("SELECT 1");
  other.epochs.policy = 2;
  EXPECT_EQ(cache.find(other), nullptr);
  other = text_key("SELECT 1");
  other.epochs.catalog = 2;
  EXPECT_EQ(cache.find(other), nullptr);
  other = text_key("SELECT 1");
  SessionSettings archive;
  archive.search_path = "archive";
  other.settings = std::make_shared<const SettingsInForce>(archive);
  EXPECT_EQ(cache.find(other), nullptr);
  other = text_key("SELECT 1");
  const std::uint32_t declared[] = {23};
  other.declared_parameter_types = declared;
  EXPECT_EQ(cache.find(other), nullptr);
  other = text_key("SELECT 1");
  other.simple_protocol = true;
  EXPECT_EQ(cache.find(other), nullptr);
}

TEST(PlanCache, KeepsNothingThatMayNotBeKept) {
  PlanCache cache(64);
  auto once = std::make_shared<PreparedPlan>(*plan());
  once->plan.cacheable = false;
  auto text = std::make_shared<TextPlan>();
  text->statements.push_back({0, 8, once, {}, {}});
  cache.store(text_key("SET x = 1"), text);
  EXPECT_EQ(cache.find(text_key("SET x = 1")), nullptr);
  PlanKey newer = text_key("SELECT 1");
  newer.epochs.policy = 2;  // the plan was made under an older policy
  cache.store(newer, text_plan());
  EXPECT_EQ(cache.find(newer), nullptr);
}

TEST(PlanCache, IsBounded) {
  PlanCache cache(32);
  for (int i = 0; i < 1'000; ++i) {
    const std::string text = "SELECT " + std::to_string(i);
    cache.store(text_key(text), text_plan());
  }
  EXPECT_LE(cache.counters().entries, 32u);
  EXPECT_GT(cache.counters().evictions, 900u);
}

TEST(PlanCache, AShapeFitsWhenItsGuardsDo) {
  PlanCache cache(64);
  PlanKey shape = text_key("shape");
  shape.kind = PlanKey::Kind::Shape;
  cache.store_shape(shape, plan({"'a%'", "1"}, {0}));
  EXPECT_NE(cache.find_shape(shape, {"'a%'", "2"}), nullptr);
  EXPECT_EQ(cache.find_shape(shape, {"'b%'", "1"}), nullptr);
  EXPECT_EQ(cache.find_shape(shape, {"'a%'"}), nullptr);
  cache.store_shape(shape, plan({"'b%'", "1"}, {0}));
  EXPECT_NE(cache.find_shape(shape, {"'b%'", "1"}), nullptr);
  EXPECT_NE(cache.find_shape(shape, {"'a%'", "3"}), nullptr);
  EXPECT_EQ(cache.counters().shape_hits, 3u);
}

TEST(PlanCache, VariantsOfAShapeAreBounded) {
  PlanCache cache(64);
  PlanKey shape = text_key("shape");
  shape.kind = PlanKey::Kind::Shape;
  for (int i = 0; i < 100; ++i) {
    cache.store_shape(shape, plan({std::to_string(i)}, {0}));
  }
  int kept = 0;
  for (int i = 0; i < 100; ++i) {
    kept += cache.find_shape(shape, {std::to_string(i)}) != nullptr ? 1 : 0;
  }
  EXPECT_EQ(kept, 8);
}

TEST(PlanCache, ThreadsMayShareIt) {
  PlanCache cache(64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string text = "SELECT " + std::to_string((i * (t + 1)) % 100);
        const PlanKey key = text_key(text);
        if (cache.find(key) == nullptr) {
          cache.store(key, text_plan());
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(cache.counters().entries, 64u);
}

}  // namespace
}  // namespace pgveil::proxy
