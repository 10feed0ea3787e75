#include "protocol/copy/fields.hpp"

#include "protocol/value/utf8.hpp"

#include <cctype>

namespace pgveil::protocol::copy {
namespace {

std::optional<std::string>& add_field(Fields& out) {
  if (out.count == out.values.size()) {
    out.values.emplace_back();
  }
  auto& field = out.values[out.count++];
  if (field) {
    field->clear();
  } else {
    field.emplace();
  }
  return field;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

unsigned hex_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0
             ? static_cast<unsigned>(c - '0')
             : static_cast<unsigned>(std::tolower(static_cast<unsigned char>(c)) - 'a' + 10);
}

/// What follows a backslash; `at` is behind it and moves on.
char escaped(std::string_view line, std::size_t& at, bool& check) {
  const char c = line[at++];
  if (is_octal(c)) {
    unsigned value = static_cast<unsigned>(c - '0');
    for (int digits = 1; digits < 3 && at < line.size() && is_octal(line[at]); ++digits) {
      value = value * 8 + static_cast<unsigned>(line[at++] - '0');
    }
    const auto byte = static_cast<unsigned char>(value & 0xffU);
    check = check || byte == 0 || byte >= 0x80;
    return static_cast<char>(byte);
  }
  const auto is_hex = [&](std::size_t i) {
    return i < line.size() && std::isxdigit(static_cast<unsigned char>(line[i])) != 0;
  };
  if (c == 'x' && is_hex(at)) {
    unsigned value = hex_digit(line[at++]);
    if (is_hex(at)) {
      value = value * 16 + hex_digit(line[at++]);
    }
    check = check || value == 0 || value >= 0x80;
    return static_cast<char>(static_cast<unsigned char>(value));
  }
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

}  // namespace

std::optional<CopyError> split_text(std::string_view line, const Options& options, Fields& out) {
  out.count = 0;
  std::size_t at = 0;
  while (true) {
    const std::size_t start = at;
    std::size_t end = at;
    bool more = false;
    bool check = false;
    auto& field = add_field(out);
    while (true) {
      end = at;
      if (at >= line.size()) {
        break;
      }
      char c = line[at++];
      if (c == options.delimiter) {
        more = true;
        break;
      }
      if (c == '\\') {
        if (at >= line.size()) {
          break;
        }
        c = escaped(line, at, check);
      }
      *field += c;
    }
    if (line.substr(start, end - start) == options.null_text) {
      field.reset();
    } else if (check) {
      if (const auto broken = value::check_utf8(*field)) {
        CopyError error;
        error.sqlstate = broken->sqlstate;
        error.message = broken->message;
        return error;
      }
    }
    if (!more) {
      return std::nullopt;
    }
  }
}

std::optional<CopyError> split_csv(std::string_view line, const Options& options, Fields& out) {
  out.count = 0;
  std::size_t at = 0;
  while (true) {
    const std::size_t start = at;
    std::size_t end = at;
    bool more = false;
    bool quoted = false;
    bool in_quote = false;
    auto& field = add_field(out);
    while (true) {
      end = at;
      if (at >= line.size()) {
        if (in_quote) {
          CopyError error;
          error.message = "unterminated CSV quoted field";
          return error;
        }
        break;
      }
      const char c = line[at++];
      if (!in_quote) {
        if (c == options.delimiter) {
          more = true;
          break;
        }
        if (c == options.quote) {
          quoted = in_quote = true;
        } else {
          *field += c;
        }
        continue;
      }
      if (c == options.escape && at < line.size() &&
          (line[at] == options.escape || line[at] == options.quote)) {
        *field += line[at++];
      } else if (c == options.quote) {
        in_quote = false;
      } else {
        *field += c;
      }
    }
    if (!quoted && line.substr(start, end - start) == options.null_text) {
      field.reset();
    }
    if (!more) {
      return std::nullopt;
    }
  }
}

}  // namespace pgveil::protocol::copy
