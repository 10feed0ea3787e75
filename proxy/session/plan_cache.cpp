#include "proxy/session/plan_cache.hpp"

#include <boost/assert.hpp>
#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <functional>

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

bool operator==(const PlanKey& a, const PlanKey& b) {
  return a.kind == b.kind && a.simple_protocol == b.simple_protocol && a.text == b.text &&
         a.epochs == b.epochs && a.role_key == b.role_key &&
         std::ranges::equal(a.declared_parameter_types, b.declared_parameter_types) &&
         (a.settings == b.settings || (a.settings->plan_hash == b.settings->plan_hash &&
                                       a.settings->value.plans_alike(b.settings->value)));
}

std::size_t PlanKey::hash() const {
  const std::hash<std::string_view> hash_text;  // eight bytes at a time; Boost's goes byte by byte
  std::size_t seed = settings->plan_hash;
  boost::hash_combine(seed, static_cast<int>(kind));
  boost::hash_combine(seed, hash_text(text));
  boost::hash_range(seed, declared_parameter_types.begin(), declared_parameter_types.end());
  boost::hash_combine(seed, simple_protocol);
  boost::hash_combine(seed, hash_text(role_key));
  boost::hash_combine(seed, epochs.policy);
  boost::hash_combine(seed, epochs.catalog);
  return seed;
}

PlanCache::Entry::Entry(const PlanKey& from)
    : text(from.text),
      declared_parameter_types(from.declared_parameter_types.begin(),
                               from.declared_parameter_types.end()),
      role_key(from.role_key),
      key(from) {
  key.text = text;
  key.declared_parameter_types = declared_parameter_types;
  key.role_key = role_key;
}

PlanCache::PlanCache(std::size_t max_entries)
    : max_per_shard_(std::max<std::size_t>(1, max_entries / kShards)) {}

PlanCache::Entry* PlanCache::lookup(Shard& shard, const HashedKey& key) {
  const auto found = shard.index.find(key);
  if (found == shard.index.end()) {
    return nullptr;
  }
  shard.order.splice(shard.order.begin(), shard.order, found->second);
  return &*found->second;
}

PlanCache::Entry& PlanCache::touch(Shard& shard, const HashedKey& key) {
  if (Entry* entry = lookup(shard, key)) {
    return *entry;
  }
  shard.order.emplace_front(*key.key);
  shard.index.emplace(HashedKey(shard.order.front().key), shard.order.begin());
  if (shard.order.size() > max_per_shard_) {
    shard.index.erase(HashedKey(shard.order.back().key));
    shard.order.pop_back();
    evictions_.fetch_add(1, std::memory_order_relaxed);
  }
  return shard.order.front();
}

std::shared_ptr<const TextPlan> PlanCache::find(const PlanKey& key) {
  BOOST_ASSERT(key.kind == PlanKey::Kind::Text);
  const HashedKey wanted(key);
  Shard& shard = shard_of(wanted);
  const std::scoped_lock lock(shard.mutex);
  Entry* entry = lookup(shard, wanted);
  if (entry == nullptr) {
    return nullptr;
  }
  text_hits_.fetch_add(1, std::memory_order_relaxed);
  return entry->plans;
}

std::shared_ptr<const PreparedPlan> PlanCache::find_shape(
    const PlanKey& key, const std::vector<LiteralText>& literals) {
  BOOST_ASSERT(key.kind == PlanKey::Kind::Shape);
  const HashedKey wanted(key);
  Shard& shard = shard_of(wanted);
  const std::scoped_lock lock(shard.mutex);
  Entry* entry = lookup(shard, wanted);
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
  const HashedKey wanted(key);
  Shard& shard = shard_of(wanted);
  const std::scoped_lock lock(shard.mutex);
  touch(shard, wanted).plans = std::move(plans);
}

void PlanCache::store_shape(const PlanKey& key, std::shared_ptr<const PreparedPlan> plan) {
  BOOST_ASSERT(key.kind == PlanKey::Kind::Shape);
  if (!plan->plan.cacheable || !plan->cacheable_by_shape || plan->epochs != key.epochs) {
    return;
  }
  const HashedKey wanted(key);
  Shard& shard = shard_of(wanted);
  const std::scoped_lock lock(shard.mutex);
  Entry& entry = touch(shard, wanted);
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
