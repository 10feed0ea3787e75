#pragma once

/// Value codecs: what a client or server sends for a value ↔ canonical bytes.
///
/// Canonical bytes are PostgreSQL's binary wire form, encoded by us: equal spellings of one value give
/// the same bytes whatever the client sent (a bool is 00 or 01, a numeric has no zero groups at its
/// ends). They are what is sealed.
///
/// Only what can be done exactly as PostgreSQL 15 does it is done here; for everything else the answer
/// is NeedsTwin, and the twin's own input function decides. A PgError is PostgreSQL's own message for
/// the client; it may quote the client's text.
///
/// Call order, a value on its way in: from_text or from_binary under the type that analysis gave to the
/// value; cast.hpp to the column's base type; apply_typmod when it is assigned. On its way out: to_text
/// or to_binary. Text is UTF-8. Everything is pure, without state, usable from any thread.
/// Source: PostgreSQL, src/backend/utils/adt (int.c, numeric.c, bool.c, date.c, timestamp.c, datetime.c,
/// varchar.c, varlena.c, uuid.c, encode.c); layouts in the documentation of the frontend/backend
/// protocol and in each type's send function.

#include "protocol/bytes.hpp"
#include "protocol/value/session_format.hpp"
#include "protocol/value/type_oid.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace pgveil::protocol::value {

/// Canonical bytes of one value that is not NULL.
struct Canonical {
  Bytes bytes;

  friend bool operator==(const Canonical&, const Canonical&) = default;
};

/// This spelling or type is the twin's to convert.
struct NeedsTwin {
  friend bool operator==(const NeedsTwin&, const NeedsTwin&) = default;
};

/// An error as PostgreSQL words it, to be sent to the client.
struct PgError {
  std::string sqlstate;
  std::string message;
  std::string detail;

  friend bool operator==(const PgError&, const PgError&) = default;
};

using Converted = std::variant<Canonical, NeedsTwin, PgError>;

/// The type's input function without type modifier. Native: plain forms (integers, decimals, bool
/// words, uuid, bytea, text, `YYYY-MM-DD`, `YYYY-MM-DD[ T]HH:MM[:SS[.ffffff]]` with an offset or in a
/// UTC session for timestamptz). jsonb and all other spellings of dates need the twin.
[[nodiscard]] Converted from_text(TypeOid type,
                                  std::string_view text,
                                  const SessionFormat& session);

/// The type's receive function; `parameter` (from 1) is named in the error when bytes are left over.
[[nodiscard]] Converted from_binary(TypeOid type, ByteView bytes, std::uint16_t parameter = 1);

/// Enforces a type modifier as an assignment (implicit cast) does: varchar(n) and char(n) cut blanks
/// beyond n characters and fail with 22001 otherwise, char(n) pads, numeric(p,s) rounds half away from
/// zero and fails with 22003, timestamp(p) rounds. typmod -1 changes nothing. NeedsTwin: a modifier of
/// a type that is not supported.
[[nodiscard]] Converted apply_typmod(TypeOid type, std::int32_t typmod, Canonical canonical);

enum class Output {
  Done,
  NeedsTwin,  // nothing was appended
  Malformed   // not canonical bytes of this type; nothing was appended
};

/// Appends the type's text form to `out`.
[[nodiscard]] Output to_text(TypeOid type,
                             ByteView canonical,
                             const SessionFormat& session,
                             Bytes& out);

/// Appends the type's binary form. The canonical bytes are that form, so this only checks them.
[[nodiscard]] Output to_binary(TypeOid type, ByteView canonical, Bytes& out);

/// Whether to_text never answers NeedsTwin for this type in this session.
[[nodiscard]] bool native_output(TypeOid type, const SessionFormat& session);

/// Whether values of this type have an equality form.
[[nodiscard]] bool has_equality_form(TypeOid type);

/// Bytes that are equal exactly when PostgreSQL's `=` of this type says so (under a deterministic
/// collation): numeric without its scale, char(n) without trailing blanks, else the canonical bytes.
/// Answers false, and appends nothing, for types without such a form (jsonb, unsupported ones) and for
/// malformed bytes.
[[nodiscard]] bool equality_form(TypeOid type, ByteView canonical, Bytes& out);

}  // namespace pgveil::protocol::value
