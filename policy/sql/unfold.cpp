// Undoes format_node_dump of PostgreSQL's src/backend/nodes/print.c.
#include "policy/sql/node_text.hpp"

#include <algorithm>

namespace pgveil::policy::sql {
namespace {

constexpr std::size_t kLine = 78;

bool is_escaped(std::string_view folded, std::size_t begin, std::size_t at) {
  std::size_t backslashes = 0;
  while (at > begin && folded[at - 1] == '\\') {
    --at;
    ++backslashes;
  }
  return backslashes % 2 == 1;
}

/// The server takes 78 bytes and goes back to the last blank among them, for which it writes a newline.
/// So a newline at `end` of the line from `begin` on stands for a blank only if the rest of those 78
/// bytes holds none, and no other fold.
bool can_be_fold(std::string_view folded, std::size_t begin, std::size_t end) {
  const std::size_t last = end + (kLine - (end - begin));
  if (last >= folded.size()) return false;
  for (std::size_t i = end + 1; i < last; ++i) {
    if (folded[i] == ' ' || (folded[i] == '\n' && !is_escaped(folded, end + 1, i))) return false;
  }
  return true;
}

}  // namespace

std::string unfold_node_dump(std::string_view folded) {
  std::string out;
  out.reserve(folded.size());
  std::size_t begin = 0;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (folded[i] != '\n') {
      out += folded[i];
      continue;
    }
    const std::size_t length = i - begin;
    // A newline inside a name is written as backslash and newline, and so is a folded blank in one.
    if (length > kLine ||
        (is_escaped(folded, begin, i) && length < kLine && !can_be_fold(folded, begin, i))) {
      out += '\n';
      continue;
    }
    const std::string_view line = folded.substr(begin, length);
    // A token as long as the line is cut without losing a blank. The next field's colon tells it from
    // a token that ends just there.
    const bool cut = length == kLine && line.find(' ', 1) == std::string_view::npos &&
                     i + 1 < folded.size() && folded[i + 1] != ':';
    if (!cut && i + 1 < folded.size()) out += ' ';
    begin = i + 1;
  }
  return out;
}

}  // namespace pgveil::policy::sql
