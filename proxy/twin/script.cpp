#include "proxy/twin/script.hpp"

#include <cctype>
#include <optional>

namespace pgveil::proxy::twin {
namespace {

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Walks over a script, token by token, so far as needed to know what is inside quotes.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  [[nodiscard]] std::size_t at() const { return at_; }

  [[nodiscard]] bool at_line_start() const { return at_ == 0 || text_[at_ - 1] == '\n'; }

  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

  [[nodiscard]] std::string_view line() const {
    return rest().substr(0, std::min(rest().find('\n'), rest().size()));
  }

  void skip_line() { at_ = std::min(at_ + line().size() + 1, text_.size()); }

  /// Passes one token; false if it was blank or a comment.
  bool skip_token() {
    const char c = text_[at_];
    const bool after_name = at_ > 0 && is_name_char(text_[at_ - 1]);
    if (c == '-' && rest().starts_with("--")) {
      skip_line();
      return false;
    }
    if (c == '/' && rest().starts_with("/*")) {
      skip_block_comment();
      return false;
    }
    if (c == '\'') {
      const bool escapes = at_ > 0 && (text_[at_ - 1] == 'E' || text_[at_ - 1] == 'e') &&
                           (at_ < 2 || !is_name_char(text_[at_ - 2]));
      skip_quoted('\'', escapes);
      return true;
    }
    if (c == '"') {
      skip_quoted('"', false);
      return true;
    }
    if (c == '$' && !after_name && skip_dollar_quoted()) {
      return true;
    }
    ++at_;
    return std::isspace(static_cast<unsigned char>(c)) == 0;
  }

 private:
  void skip_block_comment() {
    int depth = 0;
    do {
      if (rest().starts_with("/*")) {
        ++depth;
        at_ += 2;
      } else if (rest().starts_with("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && !at_end());
  }

  void skip_quoted(char quote, bool escapes) {
    ++at_;
    while (!at_end()) {
      const char c = text_[at_];
      ++at_;
      if (escapes && c == '\\' && !at_end()) {
        ++at_;
      } else if (c == quote) {
        if (at_end() || text_[at_] != quote) {
          return;
        }
        ++at_;
      }
    }
  }

  bool skip_dollar_quoted() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_name_char(text_[end]) && text_[end] != '$') {
      ++end;
    }
    if (end >= text_.size() || text_[end] != '$' ||
        std::isdigit(static_cast<unsigned char>(text_[at_ + 1])) != 0) {
      return false;
    }
    const std::string_view tag = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(tag, end + 1);
    at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The parts of "-- Name: a; Type: b; Schema: c; Owner: d". The name may hold anything but a line end,
/// so the other parts are found from the right.
std::optional<DumpEntry> read_header(std::string_view line) {
  constexpr std::string_view kName = "-- Name: ";
  constexpr std::string_view kType = "; Type: ";
  constexpr std::string_view kSchema = "; Schema: ";
  constexpr std::string_view kOwner = "; Owner: ";
  if (!line.starts_with(kName)) {
    return std::nullopt;
  }
  const std::size_t owner = line.rfind(kOwner);
  const std::size_t schema = line.rfind(kSchema, owner);
  const std::size_t type = line.rfind(kType, schema);
  if (owner == std::string_view::npos || schema == std::string_view::npos ||
      type == std::string_view::npos || type < kName.size()) {
    return std::nullopt;
  }
  DumpEntry entry;
  entry.name = line.substr(kName.size(), type - kName.size());
  entry.type = line.substr(type + kType.size(), schema - type - kType.size());
  entry.schema = line.substr(schema + kSchema.size(), owner - schema - kSchema.size());
  return entry;
}

}  // namespace

std::string DumpEntry::label() const {
  return type + " " + (schema.empty() || schema == "-" ? name : schema + "." + name);
}

std::vector<DumpEntry> split_dump(std::string_view text) {
  std::vector<DumpEntry> entries(1);
  Scanner scanner(text);
  bool in_statement = false;
  std::size_t kept_from = 0;  // start of what is not yet in an entry
  const auto keep = [&](std::size_t end) {
    entries.back().sql += text.substr(kept_from, end - kept_from);
  };
  while (!scanner.at_end()) {
    if (!in_statement && scanner.at_line_start()) {
      if (auto header = read_header(scanner.line())) {
        keep(scanner.at());
        entries.push_back(std::move(*header));
        kept_from = scanner.at();
      } else if (scanner.line().starts_with('\\')) {
        keep(scanner.at());
        scanner.skip_line();
        kept_from = scanner.at();
        continue;
      }
    }
    const bool semicolon = scanner.rest().front() == ';';
    if (scanner.skip_token()) {
      in_statement = !semicolon;
    }
  }
  keep(text.size());
  return entries;
}

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string quote_text(std::string_view text) {
  std::string quoted = "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      quoted += c;
    }
    quoted += c;
  }
  return quoted + '\'';
}

}  // namespace pgveil::proxy::twin
