#pragma once

/// Spellings and binary forms of values for laws, leaning to the edges and to what is nearly right.

#include "protocol/value/codec.hpp"
#include "tests/support/seeds.hpp"

#include <string>

namespace pgveil::test {

struct TypeCase {
  protocol::value::TypeOid oid = 0;
  const char* name = "";
  const char* send = "";
  /// A second type with a modifier, for assignments; empty: none.
  const char* modified = "";
};

inline constexpr TypeCase kTypes[] = {{16, "bool", "boolsend", ""},
                                      {21, "int2", "int2send", ""},
                                      {23, "int4", "int4send", ""},
                                      {20, "int8", "int8send", ""},
                                      {1700, "numeric", "numeric_send", "numeric(6,2)"},
                                      {25, "text", "textsend", ""},
                                      {1043, "varchar", "varcharsend", "varchar(5)"},
                                      {1042, "bpchar", "bpcharsend", "char(5)"},
                                      {19, "name", "namesend", ""},
                                      {17, "bytea", "byteasend", ""},
                                      {2950, "uuid", "uuid_send", ""},
                                      {1082, "date", "date_send", ""},
                                      {1114, "timestamp", "timestamp_send", "timestamp(2)"},
                                      {1184, "timestamptz", "timestamptz_send", "timestamptz(0)"}};

/// Often valid, often nearly so.
[[nodiscard]] std::string any_spelling(protocol::value::TypeOid type, Rng& rng);
/// Bytes that a client might send as the binary form.
[[nodiscard]] protocol::Bytes any_binary(protocol::value::TypeOid type, Rng& rng);
/// UTF-8 with characters of 1 to 4 bytes, and blanks at the end at times.
[[nodiscard]] std::string any_text(Rng& rng, std::size_t longest);

}  // namespace pgveil::test
