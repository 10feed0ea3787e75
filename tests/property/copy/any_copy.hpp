#pragma once

/// Options, rows and garbage for COPY, leaning to what is special in it.

#include "protocol/copy/decoder.hpp"
#include "protocol/copy/encoder.hpp"
#include "tests/support/seeds.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgveil::test {

using protocol::copy::Options;
using Row = std::vector<std::optional<std::string>>;

inline const std::vector<std::string> kColumns{"a", "b", "c"};

inline Options any_options(Rng& rng) {
  using namespace protocol::copy;
  Options options;
  options.format = rng.one_in(2) ? Format::Text : Format::Csv;
  static constexpr char kDelimiters[] = {'\t', ',', '|', ';', ' '};
  options.delimiter = options.csv() && !rng.one_in(3) ? ',' : rng.pick(kDelimiters);
  static constexpr const char* kNulls[] = {"\\N", "", "NULL", "-"};
  options.null_text = rng.pick(kNulls);
  if (options.csv()) {
    static constexpr char kQuotes[] = {'"', '\'', '\\'};
    options.quote = rng.one_in(4) ? rng.pick(kQuotes) : '"';
    options.escape = rng.one_in(3) ? rng.pick(kQuotes) : options.quote;
    if (options.null_text.find(options.quote) != std::string::npos) {
      options.null_text.clear();
    }
  }
  options.header = rng.one_in(4) ? Header::Line : Header::None;
  return options;
}

inline std::string any_piece(Rng& rng) {
  static constexpr const char* kPieces[] = {"\n", "\r", "\r\n", "\\", "\\.", "\t",    ",", "|",
                                            "\"", "'",  "\\N",  "",   "ab",  "ä",     " ", "-",
                                            "\b", "\v", "\\x",  "1",  "\\0", "\\.\n", ";", "NULL"};
  return rng.pick(kPieces);
}

inline std::string any_data(Rng& rng, std::size_t pieces) {
  std::string data;
  for (std::size_t n = rng.below(pieces + 1); n > 0; --n) {
    data += any_piece(rng);
  }
  return data;
}

inline Row any_row(Rng& rng) {
  Row row;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    row.push_back(rng.one_in(5) ? std::nullopt : std::optional(any_data(rng, 4)));
  }
  return row;
}

/// What a decoder makes of the data when it comes in pieces.
struct Decoded {
  std::vector<Row> rows;
  std::optional<protocol::copy::CopyError> error;
};

inline Decoded decode(const Options& options, std::string_view data, Rng* cuts) {
  using protocol::copy::Decoder;
  Decoder decoder(options, kColumns, 1 << 20);
  Decoded out;
  bool open = true;
  const auto drain = [&] {
    while (open) {
      switch (decoder.next()) {
        case Decoder::Found::Row:
          out.rows.emplace_back();
          for (const auto& cell : decoder.cells()) {
            out.rows.back().push_back(cell ? std::optional(std::string(protocol::as_text(*cell)))
                                           : std::nullopt);
          }
          break;
        case Decoder::Found::More:
          return;
        case Decoder::Found::Error:
          out.error = decoder.error();
          open = false;
          return;
        case Decoder::Found::End:
          open = false;
          return;
      }
    }
  };
  while (!data.empty() && open) {
    const std::size_t size = cuts == nullptr ? data.size() : 1 + cuts->below(data.size());
    decoder.feed(protocol::as_bytes(data.substr(0, size)));
    data.remove_prefix(size);
    drain();
  }
  decoder.finish();
  drain();
  return out;
}

inline bool operator==(const Decoded& a, const Decoded& b) {
  const auto says = [](const Decoded& d) {
    return d.error ? d.error->message + context("t", *d.error, false) : std::string();
  };
  return a.rows == b.rows && says(a) == says(b);
}

}  // namespace pgveil::test
