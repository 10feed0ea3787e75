#pragma once

/// Decodes the data of a COPY whole and byte by byte, and says whether the rows and the end are the same.

#include "protocol/copy/decoder.hpp"

#include <boost/assert.hpp>

#include <string>

namespace pgveil::test {

inline std::string decoded(const protocol::copy::Options& options,
                           protocol::ByteView data,
                           std::size_t step,
                           std::size_t* rows) {
  using protocol::copy::Decoder;
  constexpr std::size_t kLongest = 1 << 24;
  Decoder decoder(options, {"a", "b"}, kLongest);
  std::string seen;
  bool open = true;
  *rows = 0;
  const auto drain = [&] {
    while (open) {
      const Decoder::Found found = decoder.next();
      if (found == Decoder::Found::More) {
        return;
      }
      open = found == Decoder::Found::Row;
      if (found == Decoder::Found::Error) {
        seen += decoder.error().message + context("t", decoder.error(), options.binary());
      }
      for (std::size_t i = 0; open && i < 2; ++i) {
        const auto& cell = decoder.cells()[i];
        seen += cell ? "=" + std::string(protocol::as_text(*cell)) : "~";
      }
      *rows += open ? 1U : 0U;
    }
  };
  for (std::size_t at = 0; at < data.size() && open; at += step) {
    decoder.feed(data.subspan(at, std::min(step, data.size() - at)));
    drain();
  }
  decoder.finish();
  drain();
  return seen;
}

/// True: and no more rows than bytes could make.
inline bool cuts_change_nothing(const protocol::copy::Options& options, protocol::ByteView data) {
  std::size_t whole = 0;
  std::size_t pieces = 0;
  return decoded(options, data, data.size() + 1, &whole) == decoded(options, data, 1, &pieces) &&
         whole == pieces && whole <= data.size();
}

}  // namespace pgveil::test
