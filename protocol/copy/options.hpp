#pragma once

/// The options of a COPY statement, checked as PostgreSQL 15 checks them.
/// Source: PostgreSQL 15, src/backend/commands/copy.c (ProcessCopyOptions).

#include "protocol/message/errors.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pgveil::protocol::copy {

enum class Direction { To, From };
enum class Format { Text, Csv, Binary };
enum class Header { None, Line, Match };

/// One option as the statement has it.
struct OptionText {
  std::string name;                  // lower case: "delimiter", "force_quote" …
  std::optional<std::string> value;  // a constant
  std::vector<std::string> names;    // a list of columns
  bool star = false;                 // *
};

struct Options {
  Format format = Format::Text;
  bool freeze = false;
  Header header = Header::None;
  char delimiter = '\t';
  std::string null_text = "\\N";
  char quote = '"';
  char escape = '"';
  std::string encoding;  // empty: the session's
  bool force_quote_all = false;
  std::vector<std::string> force_quote;
  std::vector<std::string> force_not_null;
  std::vector<std::string> force_null;

  [[nodiscard]] bool binary() const { return format == Format::Binary; }

  [[nodiscard]] bool csv() const { return format == Format::Csv; }
};

/// The error is PostgreSQL's own, without a position.
[[nodiscard]] std::variant<Options, ErrorFields> read_options(std::span<const OptionText> options,
                                                              Direction direction);
/// 42P10, 42701 or 42703 if a FORCE_… names something else than the columns that are copied.
/// `relation`: empty for COPY (query).
[[nodiscard]] std::optional<ErrorFields> check_columns(const Options& options,
                                                       std::span<const std::string> columns,
                                                       std::span<const std::string> all_columns,
                                                       const std::string& relation);
/// Whether the encoding's name means UTF-8.
[[nodiscard]] bool is_utf8(const std::string& encoding);

}  // namespace pgveil::protocol::copy
