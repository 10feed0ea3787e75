#pragma once

/// What can go wrong between plan and bytes. An Error says where (which column of the server's answer,
/// which row), never what: no value is in it.

#include "protocol/value/codec.hpp"

#include <boost/assert.hpp>
#include <boost/config.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <cstdlib>

namespace pgveil::proxy::transform {

enum class Errc {
  MalformedRow,  // a DataRow that is none, or with another number of columns than the plan says
  NotSealed,     // a cell of a sealed column that is no sealed value
  WrongField,    // sealed for another column: it was moved
  UnknownGeneration,  // its key is not in the keyring
  BadTag,             // damaged or forged
  MalformedValue,     // opened, but not a value of the column's type
  NeedsTwin,          // the session's settings ask for a text form that only the twin makes
  SliceRows,          // max_slice_rows is exceeded
  SliceBytes,         // max_slice_bytes is exceeded
  Sealing,            // a key is missing or exhausted, or there is no randomness
  PlanMismatch        // the plan names a parameter, literal or output that is not there
};

struct Error {
  Errc code = Errc::PlanMismatch;
  std::uint16_t output = 0;  // column of the server's answer, from 0
  std::uint64_t row = 0;     // ordinal in the answer, from 1; 0: none
};

template <class T>
using Result = boost::system::result<T, Error>;

BOOST_NORETURN inline void throw_exception_from_error(const Error&, const boost::source_location&) {
  BOOST_ASSERT(false);
  std::abort();
}

[[nodiscard]] const char* name(Errc code);
/// Somebody may have moved or changed stored values: worth an alert.
[[nodiscard]] bool is_integrity_failure(Errc code);
/// What the client is told: 54000 for slices, XX001 for damaged values, 58000 for keys, XX000 else.
[[nodiscard]] protocol::value::PgError client_error(const Error& error);

}  // namespace pgveil::proxy::transform
