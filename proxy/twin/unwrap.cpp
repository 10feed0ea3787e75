#include "proxy/twin/unwrap.hpp"

namespace pgveil::proxy::twin {
namespace {

constexpr std::size_t kLineLength = 78;

/// Whether the byte before `at` escapes it.
bool escaped(std::string_view text, std::size_t at) {
  std::size_t backslashes = 0;
  while (at > backslashes && text[at - 1 - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 1;
}

}  // namespace

std::string unwrap_node_text(std::string_view text) {
  std::string whole;
  whole.reserve(text.size());
  std::size_t line_start = 0;
  bool blank_in_line = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const std::size_t length = at - line_start;
    if (c != '\n') {
      whole += c;
      blank_in_line = blank_in_line || (c == ' ' && length > 0);
      continue;
    }
    if (at + 1 == text.size()) {
      break;  // behind the last line
    }
    if (length < kLineLength && escaped(text, at)) {
      // A line end of a name, unless what follows would not have fitted on this line.
      const std::size_t next = text.find_first_of(" \n", at + 1);
      if (length + (next == std::string_view::npos ? text.size() : next) - at <= kLineLength) {
        whole += c;
        continue;
      }
    }
    if (length < kLineLength || blank_in_line) {
      whole += ' ';
    }
    line_start = at + 1;
    blank_in_line = false;
  }
  return whole;
}

}  // namespace pgveil::proxy::twin
