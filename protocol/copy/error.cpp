#include "protocol/copy/error.hpp"

#include "protocol/value/utf8.hpp"

namespace pgveil::protocol::copy {
namespace {

constexpr std::size_t kLongest = 100;  // MAX_COPY_DATA_DISPLAY

std::string shortened(std::string_view text) {
  if (text.size() <= kLongest) {
    return std::string(text);
  }
  return std::string(value::first_bytes(text, kLongest)) + "...";
}

}  // namespace

std::string context(std::string_view table, const CopyError& error, bool binary) {
  std::string where = "COPY " + std::string(table) + ", line " + std::to_string(error.line);
  if (error.column) {
    where += ", column " + *error.column;
    if (!binary) {
      where += error.value ? ": \"" + shortened(*error.value) + "\"" : ": null input";
    }
  } else if (error.text && !binary) {
    where += ": \"" + shortened(*error.text) + "\"";
  }
  return where;
}

ErrorFields as_fields(std::string_view table, const CopyError& error, bool binary) {
  ErrorFields fields = make_error("ERROR", error.sqlstate, error.message, error.detail, error.hint);
  if (error.line > 0) {
    fields.set('W', context(table, error, binary));
  }
  return fields;
}

}  // namespace pgveil::protocol::copy
