#pragma once

/// What a codec answered, as one line: hex bytes, `twin`, or SQLSTATE, message and detail.

#include "protocol/value/codec.hpp"

#include <string>

namespace pgveil::protocol::value {

inline std::string hex(ByteView bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const std::byte b : bytes) {
    text += kHex[std::to_integer<unsigned>(b) >> 4];
    text += kHex[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

inline std::string line(const PgError& error) {
  return error.sqlstate + " " + error.message + (error.detail.empty() ? "" : " | " + error.detail);
}

inline std::string line(const Converted& converted) {
  if (const auto* value = std::get_if<Canonical>(&converted)) {
    return hex(value->bytes);
  }
  if (const auto* error = std::get_if<PgError>(&converted)) {
    return line(*error);
  }
  return "twin";
}

inline Bytes bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

/// Canonical bytes of a spelling that must be native.
inline Bytes canonical(TypeOid type, std::string_view text) {
  SessionFormat session;
  session.zone = Zone::Utc;
  return std::get<Canonical>(from_text(type, text, session)).bytes;
}

}  // namespace pgveil::protocol::value
