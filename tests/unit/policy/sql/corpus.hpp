#pragma once

/// The statements of tests/unit/policy/sql/corpus/*.sql. Every file is also a test of split().

#include "policy/sql/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace pgveil::policy::sql {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(in)), {}};
}

inline std::vector<std::string> corpus(const std::string& only = "") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/unit/policy/sql/corpus")) {
    if (only.empty() || entry.path().stem() == only) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> statements;
  for (const auto& file : files) {
    const std::string text = read_file(file);
    const auto ranges = split(text);
    EXPECT_TRUE(ranges) << file;
    if (!ranges) continue;
    for (const StatementRange& range : *ranges) {
      statements.push_back(text.substr(range.location, range.length));
    }
  }
  EXPECT_GT(statements.size(), 20U);
  return statements;
}

}  // namespace pgveil::policy::sql
