#include "crypto/like_pattern.hpp"

namespace pgveil::crypto {

std::vector<TextRun> like_runs(std::string_view pattern, std::string_view escape) {
  std::vector<TextRun> runs;
  TextRun run;
  run.at_begin = true;
  while (!pattern.empty()) {
    if (!escape.empty() && pattern.starts_with(escape)) {
      pattern.remove_prefix(escape.size());
      if (pattern.empty()) {
        return {};  // PostgreSQL's error 22025
      }
      // The next character stands for itself; its later bytes, if any, are no wildcards.
    } else if (pattern[0] == '%' || pattern[0] == '_') {
      if (!run.literal.empty()) {
        runs.push_back(std::move(run));
      }
      run = TextRun();
      pattern.remove_prefix(1);
      continue;
    }
    // A whole character, so that the escape character is only looked for where one begins.
    std::size_t size = 1;
    while (size < pattern.size() && (static_cast<unsigned char>(pattern[size]) & 0xC0) == 0x80) {
      ++size;
    }
    run.literal += pattern.substr(0, size);
    pattern.remove_prefix(size);
  }
  run.at_end = true;
  if (!run.literal.empty() || run.at_begin) {
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace pgveil::crypto
