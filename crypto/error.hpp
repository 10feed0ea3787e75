#pragma once

/// What can go wrong in crypto/. An Error names a code and a step, never data.

#include <boost/assert.hpp>
#include <boost/config.hpp>
#include <boost/system/result.hpp>

#include <cstdlib>

namespace pgveil::crypto {

enum class Errc {
  Malformed,          // bytes that are not what their format says
  UnknownSuite,       // a sealed value of a suite that this version does not have
  UnknownField,       // no key of that field is in the keyring
  UnknownGeneration,  // the field is known, that generation of its key is not
  WrongField,         // a sealed value that belongs to another field: it was moved
  BadTag,             // damaged, forged, or sealed with another key
  WrongKey,           // a wrapped key that this key-encryption key does not open
  KeyExhausted,       // 2^32 values were sealed with one key: make a new generation
  TooLong,            // more than a sealed value can hold
  NoRandomness,       // the system's random source failed
  Library             // OpenSSL refused an operation that must work
};

[[nodiscard]] const char* name(Errc code);

struct Error {
  Errc code = Errc::Library;
  const char* step = "";  // "open: tag"; a literal
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Reading the value of an error is our bug.
BOOST_NORETURN inline void throw_exception_from_error(const Error&, const boost::source_location&) {
  BOOST_ASSERT(false);
  std::abort();
}

}  // namespace pgveil::crypto
