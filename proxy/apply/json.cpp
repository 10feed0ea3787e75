#include "proxy/apply/json.hpp"

#include <ostream>

namespace pgveil::proxy::apply {

std::string json_text(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

void print_json(const std::vector<std::string>& texts, std::ostream& out) {
  out << '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out << (i == 0 ? "" : ",") << json_text(texts[i]);
  }
  out << ']';
}

}  // namespace pgveil::proxy::apply
