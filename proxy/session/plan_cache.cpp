#include "proxy/session/plan_cache.hpp"

#include <boost/assert.hpp>
#include <boost/container_hash/hash.hpp>

#include <algorithm>

namespace pgveil::proxy {

namespace {

bool guards_match(const PreparedPlan& plan, const std::vector<LiteralText>& literals) {
  if (plan.literals.size() != literals.size()) {
    return false;
  }
  return std::ranges::all_of(plan.plan.guards, [&](std::uint16_t guard) {
    return guard < literals.size() && plan.literals[guard] == literals[guard];
  });
}

}  // namespace

KeySettings::KeySettings(SessionSettings settings) : value(std::move(settings)) {
  value.session_authorization.clear();
  value.role.clear();
  hash = value.hash();
}

bool operator==(const PlanKey& a, const PlanKey& b) {
  return a.kind == b.kind && a.simple_protocol == b.simple_protocol && a.text == b.text &&
         a.epochs == b.epochs && a.role_key == b.role_key &&
         a.declared_parameter_types == b.declared_parameter_types &&
         (a.settings == b.settings ||
          (a.settings->hash == b.settings->hash && a.settings->value == b.settings->value));
}

std::size_t PlanKey::hash() const {
  std::size_t seed = settings->hash;
  boost::hash_combine(seed, static_cast<int>(kind));
  boost::hash_combine(seed, text);
  boost::hash_combine(seed, declared_parameter_types);
  boost::hash_combine(seed, simple_protocol);
  boost::hash_combine(seed, role_key);
  boost::hash_combine(seed, epochs.policy);
  boost::hash_combine(seed, epochs.catalog);
  return seed;
}

PlanCache::PlanCache(std::size_t max_entries)
    : max_per_shard_(std::max<std::size_t>(1, max_entries / kShards)) {}

PlanCache::Entry* PlanCache::lookup(Shard& shard, const PlanKey& key) {
  const auto found = shard.index.find(&key);
  if (found == shard.index.end()) {
    return nullptr;
  }
  shard.order.splice(shard.order.begin(), shard.order, found->second);
  return &*found->second;
}

PlanCache::Entry& PlanCache::touch(Shard& shard, const PlanKey& key) {
  if (Entry* entry = lookup(shard, key)) {
    return *entry;
  }
  shard.order.push_front(Entry{key, nullptr, {}});
  shard.index.emplace(&shard.order.front().key, shard.order.begin());
  if (shard.order.size() > max_per_shard_) {
    shard.index.erase(&shard.order.back().key);
    shard.order.pop_back();
    evictions_.fetch_add(1, std::memory_order_relaxed);
  }
  return shard.order.front();
}

std::shared_ptr<const TextPlan> PlanCache::find(const PlanKey& key) {
  BOOST_ASSERT(key.kind == PlanKey::Kind::Text);
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  Entry* entry = lookup(shard, key);
  if (entry == nullptr) {
    return nullptr;
  }
  text_hits_.fetch_add(1, std::memory_order_relaxed);
  return entry->plans;
}

std::shared_ptr<const PreparedPlan> PlanCache::find_shape(
    const PlanKey& key, const std::vector<LiteralText>& literals) {
  BOOST_ASSERT(key.kind == PlanKey::Kind::Shape);
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  Entry* entry = lookup(shard, key);
  if (entry == nullptr) {
    return nullptr;
  }
  for (const auto& plan : entry->variants) {
    if (guards_match(*plan, literals)) {
      shape_hits_.fetch_add(1, std::memory_order_relaxed);
      return plan;
    }
  }
  return nullptr;
}

void PlanCache::store(const PlanKey& key, std::shared_ptr<const TextPlan> plans) {
  BOOST_ASSERT(key.kind == PlanKey::Kind::Text);
  const bool keep = std::ranges::all_of(plans->statements, [&](const PlannedStatement& statement) {
    return statement.plan->plan.cacheable && statement.plan->epochs == key.epochs;
  });
  if (!keep) {
    return;
  }
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  touch(shard, key).plans = std::move(plans);
}

void PlanCache::store_shape(const PlanKey& key, std::shared_ptr<const PreparedPlan> plan) {
  BOOST_ASSERT(key.kind == PlanKey::Kind::Shape);
  if (!plan->plan.cacheable || !plan->cacheable_by_shape || plan->epochs != key.epochs) {
    return;
  }
  Shard& shard = shard_of(key);
  const std::scoped_lock lock(shard.mutex);
  Entry& entry = touch(shard, key);
  std::erase_if(entry.variants,
                [&](const auto& other) { return guards_match(*other, plan->literals); });
  if (entry.variants.size() >= kMaxVariants) {
    entry.variants.erase(entry.variants.begin());
  }
  entry.variants.push_back(std::move(plan));
}

void PlanCache::clear() {
  for (Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    shard.index.clear();
    shard.order.clear();
  }
}

PlanCacheCounters PlanCache::counters() const {
  PlanCacheCounters counters;
  counters.text_hits = text_hits_.load(std::memory_order_relaxed);
  counters.shape_hits = shape_hits_.load(std::memory_order_relaxed);
  counters.misses = misses_.load(std::memory_order_relaxed);
  counters.evictions = evictions_.load(std::memory_order_relaxed);
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    counters.entries += shard.order.size();
  }
  return counters;
}

}  // namespace pgveil::proxy
