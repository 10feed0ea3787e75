#include "protocol/copy/options.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace pgveil::protocol::copy {
namespace {

ErrorFields syntax(const std::string& message) { return make_error("ERROR", "42601", message); }

ErrorFields invalid(const std::string& message) { return make_error("ERROR", "22023", message); }

ErrorFields unsupported(const std::string& message) {
  return make_error("ERROR", "0A000", message);
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
  });
  return text;
}

std::optional<bool> truth(const std::optional<std::string>& value) {
  if (!value) {
    return true;
  }
  const std::string word = lower_case(*value);
  if (word == "true" || word == "on" || word == "1") {
    return true;
  }
  if (word == "false" || word == "off" || word == "0") {
    return false;
  }
  return std::nullopt;
}

bool has_line_end(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

/// What the statement says, before defaults.
struct Given {
  std::optional<std::string> delimiter, null_text, quote, escape;
  bool force_quote = false;
  bool force_not_null = false;
  bool force_null = false;
};

class Reading {
 public:
  Reading(Options& out, Direction direction) : out_(out), direction_(direction) {}

  std::optional<ErrorFields> take(const OptionText& option) {
    if (std::ranges::find(seen_, option.name) != seen_.end()) {
      return syntax("conflicting or redundant options");
    }
    seen_.push_back(option.name);
    if (option.name == "format") {
      return take_format(option);
    }
    if (option.name == "freeze") {
      const auto on = truth(option.value);
      out_.freeze = on.value_or(false);
      return on ? std::nullopt : std::optional(syntax("freeze requires a Boolean value"));
    }
    if (option.name == "header") {
      return take_header(option);
    }
    if (option.name == "encoding") {
      return take_text(option, out_.encoding);
    }
    if (option.name == "force_quote") {
      given_.force_quote = true;
      out_.force_quote_all = option.star;
      return take_names(option, out_.force_quote);
    }
    if (option.name == "force_not_null") {
      given_.force_not_null = true;
      return take_names(option, out_.force_not_null);
    }
    if (option.name == "force_null") {
      given_.force_null = true;
      return take_names(option, out_.force_null);
    }
    std::optional<std::string>* text = option.name == "delimiter" ? &given_.delimiter
                                       : option.name == "null"    ? &given_.null_text
                                       : option.name == "quote"   ? &given_.quote
                                       : option.name == "escape"  ? &given_.escape
                                                                  : nullptr;
    if (text == nullptr) {
      return syntax("option \"" + option.name + "\" not recognized");
    }
    return take_text(option, text->emplace());
  }

  /// What cannot stand together, in PostgreSQL's order.
  std::optional<ErrorFields> finish() {
    if (out_.binary() && given_.delimiter) {
      return syntax("cannot specify DELIMITER in BINARY mode");
    }
    if (out_.binary() && given_.null_text) {
      return syntax("cannot specify NULL in BINARY mode");
    }
    const std::string delimiter = given_.delimiter.value_or(out_.csv() ? "," : "\t");
    out_.null_text = given_.null_text.value_or(out_.csv() ? "" : "\\N");
    const std::string quote = given_.quote.value_or("\"");
    const std::string escape = given_.escape.value_or(quote);
    if (auto error = check_delimiter(delimiter)) {
      return error;
    }
    if (auto error = check_quotes(delimiter, quote, escape)) {
      return error;
    }
    if (auto error = check_forces()) {
      return error;
    }
    if (out_.null_text.find(delimiter) != std::string::npos) {
      return unsupported("COPY delimiter must not appear in the NULL specification");
    }
    if (out_.csv() && out_.null_text.find(quote) != std::string::npos) {
      return unsupported("CSV quote character must not appear in the NULL specification");
    }
    out_.delimiter = delimiter[0];
    out_.quote = quote[0];
    out_.escape = escape[0];
    return std::nullopt;
  }

 private:
  std::optional<ErrorFields> take_format(const OptionText& option) {
    std::string format;
    if (auto error = take_text(option, format)) {
      return error;
    }
    if (format == "csv") {
      out_.format = Format::Csv;
    } else if (format == "binary") {
      out_.format = Format::Binary;
    } else if (format != "text") {
      return invalid("COPY format \"" + format + "\" not recognized");
    }
    return std::nullopt;
  }

  std::optional<ErrorFields> take_header(const OptionText& option) {
    if (const auto on = truth(option.value)) {
      out_.header = *on ? Header::Line : Header::None;
      return std::nullopt;
    }
    if (lower_case(*option.value) != "match") {
      return syntax("header requires a Boolean value or \"match\"");
    }
    if (direction_ == Direction::To) {
      return unsupported("cannot use \"match\" with HEADER in COPY TO");
    }
    out_.header = Header::Match;
    return std::nullopt;
  }

  static std::optional<ErrorFields> take_text(const OptionText& option, std::string& out) {
    if (!option.value) {
      return syntax(option.name + " requires a parameter");
    }
    out = *option.value;
    return std::nullopt;
  }

  static std::optional<ErrorFields> take_names(const OptionText& option,
                                               std::vector<std::string>& out) {
    const bool is_force_quote = option.name == "force_quote";
    if (option.names.empty() && !(option.star && is_force_quote)) {
      return invalid("argument to option \"" + option.name + "\" must be a list of column names");
    }
    out = option.names;
    return std::nullopt;
  }

  std::optional<ErrorFields> check_delimiter(const std::string& delimiter) const {
    if (delimiter.size() != 1) {
      return unsupported("COPY delimiter must be a single one-byte character");
    }
    if (has_line_end(delimiter)) {
      return invalid("COPY delimiter cannot be newline or carriage return");
    }
    if (has_line_end(out_.null_text)) {
      return invalid("COPY null representation cannot use newline or carriage return");
    }
    constexpr std::string_view kUnsafe = "\\.abcdefghijklmnopqrstuvwxyz0123456789";
    if (!out_.csv() && kUnsafe.find(delimiter[0]) != std::string_view::npos) {
      return invalid("COPY delimiter cannot be \"" + delimiter + "\"");
    }
    if (out_.binary() && out_.header != Header::None) {
      return unsupported("cannot specify HEADER in BINARY mode");
    }
    return std::nullopt;
  }

  std::optional<ErrorFields> check_quotes(const std::string& delimiter,
                                          const std::string& quote,
                                          const std::string& escape) const {
    if (!out_.csv() && given_.quote) {
      return unsupported("COPY quote available only in CSV mode");
    }
    if (out_.csv() && quote.size() != 1) {
      return unsupported("COPY quote must be a single one-byte character");
    }
    if (out_.csv() && delimiter == quote) {
      return invalid("COPY delimiter and quote must be different");
    }
    if (!out_.csv() && given_.escape) {
      return unsupported("COPY escape available only in CSV mode");
    }
    if (out_.csv() && escape.size() != 1) {
      return unsupported("COPY escape must be a single one-byte character");
    }
    return std::nullopt;
  }

  std::optional<ErrorFields> check_forces() const {
    const bool from = direction_ == Direction::From;
    if (given_.force_quote && !out_.csv()) {
      return unsupported("COPY force quote available only in CSV mode");
    }
    if (given_.force_quote && from) {
      return unsupported("COPY force quote only available using COPY TO");
    }
    if (given_.force_not_null && !out_.csv()) {
      return unsupported("COPY force not null available only in CSV mode");
    }
    if (given_.force_not_null && !from) {
      return unsupported("COPY force not null only available using COPY FROM");
    }
    if (given_.force_null && !out_.csv()) {
      return unsupported("COPY force null available only in CSV mode");
    }
    if (given_.force_null && !from) {
      return unsupported("COPY force null only available using COPY FROM");
    }
    return std::nullopt;
  }

  Options& out_;
  Direction direction_;
  Given given_;
  std::vector<std::string> seen_;
};

}  // namespace

std::variant<Options, ErrorFields> read_options(std::span<const OptionText> options,
                                                Direction direction) {
  Options out;
  Reading reading(out, direction);
  for (const OptionText& option : options) {
    if (auto error = reading.take(option)) {
      return *error;
    }
  }
  if (auto error = reading.finish()) {
    return *error;
  }
  return out;
}

std::optional<ErrorFields> check_columns(const Options& options,
                                         std::span<const std::string> columns,
                                         std::span<const std::string> all_columns,
                                         const std::string& relation) {
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"FORCE_QUOTE", &options.force_quote},
      {"FORCE_NOT_NULL", &options.force_not_null},
      {"FORCE_NULL", &options.force_null}};
  for (const auto& [word, names] : lists) {
    for (auto name = names->begin(); name != names->end(); ++name) {
      if (std::ranges::find(all_columns, *name) == all_columns.end()) {
        const std::string of = relation.empty() ? "" : " of relation \"" + relation + "\"";
        return make_error("ERROR", "42703", "column \"" + *name + "\"" + of + " does not exist");
      }
      if (std::find(names->begin(), name, *name) != name) {
        return make_error("ERROR", "42701", "column \"" + *name + "\" specified more than once");
      }
    }
    for (const std::string& name : *names) {
      if (std::ranges::find(columns, name) == columns.end()) {
        return make_error("ERROR", "42P10",
                          std::string(word) + " column \"" + name + "\" not referenced by COPY");
      }
    }
  }
  return std::nullopt;
}

bool is_utf8(const std::string& encoding) {
  std::string letters;
  for (const char c : lower_case(encoding)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      letters += c;
    }
  }
  return letters == "utf8" || letters == "unicode";
}

}  // namespace pgveil::protocol::copy
