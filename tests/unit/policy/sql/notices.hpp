#pragma once

/// The captured trees of tests/unit/policy/node_text/pg15.notices.

#include "tests/unit/policy/sql/corpus.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pgveil::policy::sql {

struct Notice {
  std::string sql;
  std::string detail;
};

inline std::vector<Notice> notices() {
  const std::string all = read_file("tests/unit/policy/node_text/pg15.notices");
  const std::string mark = "=== ";
  std::vector<Notice> out;
  std::size_t at = 0;
  while (at < all.size()) {
    const std::size_t line = all.find('\n', at);
    std::size_t next = all.find("\n" + mark, line);
    next = next == std::string::npos ? all.size() : next + 1;
    out.push_back({all.substr(at + mark.size(), line - at - mark.size()),
                   all.substr(line + 1, next - line - 2)});
    at = next;
  }
  EXPECT_GT(out.size(), 40U);
  return out;
}

inline std::string notice(const std::string& sql_start) {
  for (const Notice& one : notices()) {
    if (one.sql.rfind(sql_start, 0) == 0) return one.detail;
  }
  ADD_FAILURE() << "no notice for " << sql_start;
  return "()";
}

}  // namespace pgveil::policy::sql
