#include "protocol/copy/encoder.hpp"

#include "protocol/copy/binary_tuples.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace pgveil::protocol::copy {

Encoder::Encoder(Options options, std::vector<std::string> columns)
    : options_(std::move(options)), columns_(std::move(columns)) {
  for (const std::string& column : columns_) {
    force_quote_.push_back(options_.force_quote_all ||
                           std::ranges::find(options_.force_quote, column) !=
                               options_.force_quote.end());
  }
}

void Encoder::header(Bytes& out) const {
  if (options_.header == Header::None) {
    return;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) {
      put_letter(out, options_.delimiter);
    }
    if (options_.csv()) {
      csv(columns_[i], false, out);
    } else {
      text(columns_[i], out);
    }
  }
  put_letter(out, '\n');
}

void Encoder::row(std::span<const Cell> cells, Bytes& out) {
  BOOST_ASSERT(cells.size() == columns_.size());
  if (options_.binary()) {
    signature(out);
    put_i16(out, static_cast<std::int16_t>(cells.size()));
    for (const Cell& cell : cells) {
      put_cell(out, cell);
    }
    return;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) {
      put_letter(out, options_.delimiter);
    }
    if (!cells[i]) {
      put_bytes(out, as_bytes(options_.null_text));
    } else if (options_.csv()) {
      csv(as_text(*cells[i]), force_quote_[i], out);
    } else {
      text(as_text(*cells[i]), out);
    }
  }
  put_letter(out, '\n');
}

void Encoder::end(Bytes& out) {
  if (options_.binary()) {
    signature(out);
    put_i16(out, -1);
  }
}

void Encoder::signature(Bytes& out) {
  if (!signed_) {
    signed_ = true;
    put_bytes(out, as_bytes(kSignature));
    put_u32(out, 0);
    put_u32(out, 0);
  }
}

void Encoder::text(std::string_view value, Bytes& out) const {
  for (const char c : value) {
    char letter = 0;
    switch (c) {
      case '\b':
        letter = 'b';
        break;
      case '\f':
        letter = 'f';
        break;
      case '\n':
        letter = 'n';
        break;
      case '\r':
        letter = 'r';
        break;
      case '\t':
        letter = 't';
        break;
      case '\v':
        letter = 'v';
        break;
      default:
        letter = c == '\\' || c == options_.delimiter ? c : '\0';
        break;
    }
    if (letter != 0) {
      put_letter(out, '\\');
    }
    put_letter(out, letter != 0 ? letter : c);
  }
}

void Encoder::csv(std::string_view value, bool force_quote, Bytes& out) const {
  // Before anything else: what looks like NULL must not be read as NULL.
  bool quotes = force_quote || value == options_.null_text;
  if (!quotes) {
    const char special[] = {options_.delimiter, options_.quote, '\n', '\r'};
    quotes =
        (columns_.size() == 1 && value == "\\.") ||
        value.find_first_of(std::string_view(special, sizeof special)) != std::string_view::npos;
  }
  if (!quotes) {
    put_bytes(out, as_bytes(value));
    return;
  }
  put_letter(out, options_.quote);
  for (const char c : value) {
    if (c == options_.quote || c == options_.escape) {
      put_letter(out, options_.escape);
    }
    put_letter(out, c);
  }
  put_letter(out, options_.quote);
}

}  // namespace pgveil::protocol::copy
