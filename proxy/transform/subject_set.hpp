#pragma once

/// The patients that a statement has concerned so far, per subject column. A set never forgets: when it
/// wants to be drained, its owner writes what it holds to the audit log and goes on, so that memory is
/// bounded by the caller's step and the record stays complete.

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pgveil::proxy::transform {

class SubjectSet {
 public:
  /// `tables`: size of Evidence::subjects. `drain_at`: distinct subjects that make wants_drain() true.
  explicit SubjectSet(std::size_t tables, std::size_t drain_at = 10'000);

  /// Repeats are ignored. `table` must be in range (asserted).
  void add(std::size_t table, std::string_view subject);

  [[nodiscard]] bool wants_drain() const { return size_ >= drain_at_; }

  [[nodiscard]] std::size_t size() const { return size_; }

  /// All subjects per table, sorted; the set is empty afterwards and may see the same ones again.
  [[nodiscard]] std::vector<std::vector<std::string>> drain();

 private:
  std::size_t drain_at_;
  std::size_t size_ = 0;
  std::vector<std::unordered_set<std::string>> tables_;
  std::string last_;  // rows of one patient often follow each other
  std::size_t last_table_ = 0;
};

}  // namespace pgveil::proxy::transform
