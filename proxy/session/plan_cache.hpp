#pragma once

/// Plans that sessions share: by exact text, and by shape (the text with its literals taken out). What a
/// plan depends on is in its key, so a change of policy, catalog, role or settings simply misses; old
/// entries leave by age. Bounded by count.
/// Threads: every function may be called from any thread.

#include "proxy/session/literal.hpp"
#include "proxy/session/services.hpp"
#include "proxy/session/settings_in_force.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pgveil::proxy {

/// One statement of a text, planned.
struct PlannedStatement {
  std::size_t offset = 0;  // bytes [offset, offset + length) of the text
  std::size_t length = 0;
  std::shared_ptr<const PreparedPlan> plan;
  /// The literals of this text; the plan's own belong to the text that it was made from.
  std::vector<LiteralText> literals;
  /// Where they begin: characters of the whole text before them. Empty: not known.
  std::vector<std::uint32_t> literal_positions;
};

struct TextPlan {
  std::vector<PlannedStatement> statements;
};

/// All that decides a plan; who the user is counts by role_key alone. Two keys of different kinds (text,
/// shape) never meet: the kind is a member. Texts are views: a lookup copies nothing.
struct PlanKey {
  enum class Kind { Text, Shape };
  Kind kind = Kind::Text;
  std::string_view text;  // the text, or the shape's 128-bit key
  std::span<const std::uint32_t> declared_parameter_types;
  bool simple_protocol = false;
  std::string_view role_key;
  Epochs epochs;
  SettingsPtr settings;  // never null

  [[nodiscard]] std::size_t hash() const;
  friend bool operator==(const PlanKey& a, const PlanKey& b);
};

struct PlanCacheCounters {
  std::uint64_t text_hits = 0;
  std::uint64_t shape_hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;
  std::uint64_t entries = 0;
};

class PlanCache {
 public:
  explicit PlanCache(std::size_t max_entries);

  /// By text.
  [[nodiscard]] std::shared_ptr<const TextPlan> find(const PlanKey& key);
  /// By shape: a plan fits when each of its guards has the value that it was planned with.
  [[nodiscard]] std::shared_ptr<const PreparedPlan> find_shape(
      const PlanKey& key, const std::vector<LiteralText>& literals);
  /// Stores the plans of a text, if each of them may be kept.
  void store(const PlanKey& key, std::shared_ptr<const TextPlan> plans);
  void store_shape(const PlanKey& key, std::shared_ptr<const PreparedPlan> plan);
  void clear();

  [[nodiscard]] PlanCacheCounters counters() const;

  void count_miss() { misses_.fetch_add(1, std::memory_order_relaxed); }

 private:
  struct Entry {
    explicit Entry(const PlanKey& from);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    std::string text;
    std::vector<std::uint32_t> declared_parameter_types;
    std::string role_key;
    PlanKey key;                                                // views of the three
    std::shared_ptr<const TextPlan> plans;                      // of a text
    std::vector<std::shared_ptr<const PreparedPlan>> variants;  // of a shape: one per guard values
  };

  struct HashedKey {
    explicit HashedKey(const PlanKey& of) : key(&of), hash(of.hash()) {}

    const PlanKey* key;
    std::size_t hash;
  };

  struct KeyHash {
    std::size_t operator()(const HashedKey& key) const { return key.hash; }
  };

  struct KeyEqual {
    bool operator()(const HashedKey& a, const HashedKey& b) const { return *a.key == *b.key; }
  };

  /// Least recently used entries at the back of `order`; the index views the keys in it.
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> order;
    std::unordered_map<HashedKey, std::list<Entry>::iterator, KeyHash, KeyEqual> index;
  };

  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kMaxVariants = 8;

  Shard& shard_of(const HashedKey& key) { return shards_[key.hash % kShards]; }

  Entry& touch(Shard& shard, const HashedKey& key);
  Entry* lookup(Shard& shard, const HashedKey& key);

  std::size_t max_per_shard_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> text_hits_{0};
  std::atomic<std::uint64_t> shape_hits_{0};
  std::atomic<std::uint64_t> misses_{0};
  std::atomic<std::uint64_t> evictions_{0};
};

}  // namespace pgveil::proxy
