#include "protocol/copy/decoder.hpp"

#include "protocol/value/utf8.hpp"

#include <algorithm>

namespace pgveil::protocol::copy {
namespace {

std::vector<bool> flags(const std::vector<std::string>& columns,
                        const std::vector<std::string>& names) {
  std::vector<bool> found;
  for (const std::string& column : columns) {
    found.push_back(std::ranges::find(names, column) != names.end());
  }
  return found;
}

}  // namespace

Decoder::Decoder(Options options, std::vector<std::string> columns, std::size_t longest_row)
    : options_(std::move(options)),
      columns_(std::move(columns)),
      not_null_(flags(columns_, options_.force_not_null)),
      null_(flags(columns_, options_.force_null)),
      lines_(options_, longest_row),
      tuples_(columns_, longest_row),
      header_due_(options_.header != Header::None) {}

void Decoder::feed(ByteView bytes) {
  if (options_.binary()) {
    tuples_.feed(bytes);
  } else {
    lines_.feed(bytes);
  }
}

void Decoder::finish() {
  lines_.finish();
  tuples_.finish();
}

std::uint64_t Decoder::line() const {
  return options_.binary() ? tuples_.number() : lines_.number();
}

Decoder::Found Decoder::fail(CopyError error) {
  over_ = true;
  error_ = std::move(error);
  return Found::Error;
}

Decoder::Found Decoder::next() {
  if (over_) {
    return error_.message.empty() ? Found::End : Found::Error;
  }
  if (!options_.binary()) {
    return next_line();
  }
  switch (tuples_.next()) {
    case BinaryTuples::Found::More:
      return Found::More;
    case BinaryTuples::Found::End:
      over_ = true;
      return Found::End;
    case BinaryTuples::Found::Error:
      return fail(tuples_.error());
    case BinaryTuples::Found::Tuple:
      break;
  }
  cells_ = tuples_.cells();
  return Found::Row;
}

Decoder::Found Decoder::next_line() {
  while (true) {
    switch (lines_.next()) {
      case LineScanner::Found::More:
        return Found::More;
      case LineScanner::Found::End:
        over_ = true;
        if (!header_due_ || options_.header != Header::Match) {
          return Found::End;
        }
        break;  // an empty header matches nothing
      case LineScanner::Found::Error:
        return fail(lines_.error());
      case LineScanner::Found::Line:
        break;
    }
    if (!header_due_) {
      return split();
    }
    if (options_.header == Header::Match && take_header() == Found::Error) {
      return Found::Error;
    }
    header_due_ = false;
    if (over_) {
      return Found::End;
    }
  }
}

/// Fields of the line, or what is wrong with it. Row: they are in `fields_`.
Decoder::Found Decoder::split() {
  const std::string_view line = over_ ? std::string_view() : lines_.line();
  const auto wrong = [&](CopyError error) {
    error.line = lines_.number();
    error.text = std::string(line);
    return fail(std::move(error));
  };
  if (const auto broken = value::check_utf8(line)) {
    CopyError error;
    error.sqlstate = broken->sqlstate;
    error.message = broken->message;
    error.line = lines_.number();
    return fail(std::move(error));
  }
  CopyError error;
  if (columns_.empty()) {
    error.message = "extra data after last expected column";
    cells_.clear();
    return line.empty() ? Found::Row : wrong(std::move(error));
  }
  auto broken =
      options_.csv() ? split_csv(line, options_, fields_) : split_text(line, options_, fields_);
  if (broken) {
    return wrong(std::move(*broken));
  }
  if (header_due_) {
    return Found::Row;
  }
  if (fields_.count > columns_.size()) {
    error.message = "extra data after last expected column";
    return wrong(std::move(error));
  }
  if (fields_.count < columns_.size()) {
    error.message = "missing data for column \"" + columns_[fields_.count] + "\"";
    return wrong(std::move(error));
  }
  force_nulls();
  return Found::Row;
}

void Decoder::force_nulls() {
  cells_.clear();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto& field = fields_.values[i];
    if (options_.csv() && !field && not_null_[i]) {
      field = options_.null_text;
    } else if (options_.csv() && field && null_[i] && *field == options_.null_text) {
      field.reset();
    }
    cells_.emplace_back(field ? Cell(as_bytes(*field)) : Cell());
  }
}

/// HEADER MATCH: the first line names the columns.
Decoder::Found Decoder::take_header() {
  if (split() == Found::Error) {
    return Found::Error;
  }
  CopyError error;
  error.line = lines_.number();
  error.text = over_ ? std::string() : std::string(lines_.line());
  const std::size_t count = columns_.empty() ? 0 : fields_.count;
  if (count != columns_.size()) {
    error.message = "wrong number of fields in header line: got " + std::to_string(count) +
                    ", expected " + std::to_string(columns_.size());
    return fail(std::move(error));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto& field = fields_.values[i];
    if (field && *field == columns_[i]) {
      continue;
    }
    error.message = "column name mismatch in header line field " + std::to_string(i + 1) +
                    ": got " +
                    (field ? '"' + *field + '"' : "null value (\"" + options_.null_text + "\")") +
                    ", expected \"" + columns_[i] + "\"";
    return fail(std::move(error));
  }
  return Found::Row;
}

}  // namespace pgveil::protocol::copy
