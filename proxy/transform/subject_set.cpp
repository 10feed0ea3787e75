#include "proxy/transform/subject_set.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <utility>

namespace pgveil::proxy::transform {

SubjectSet::SubjectSet(std::size_t tables, std::size_t drain_at)
    : drain_at_(drain_at), tables_(tables) {}

void SubjectSet::add(std::size_t table, std::string_view subject) {
  BOOST_ASSERT(table < tables_.size());
  if (size_ != 0 && last_table_ == table && last_ == subject) {
    return;
  }
  last_table_ = table;
  last_ = subject;
  if (tables_[table].insert(last_).second) {
    ++size_;
  }
}

std::vector<std::vector<std::string>> SubjectSet::drain() {
  std::vector<std::vector<std::string>> result;
  result.reserve(tables_.size());
  for (auto& table : tables_) {
    std::vector<std::string>& sorted = result.emplace_back(table.begin(), table.end());
    std::ranges::sort(sorted);
    table.clear();
  }
  size_ = 0;
  return result;
}

}  // namespace pgveil::proxy::transform
