#pragma once

/// What can be wrong with bytes that claim to be PostgreSQL messages. An Error holds a code and the
/// name of a message, never bytes of it.

#include <boost/assert.hpp>
#include <boost/assert/source_location.hpp>
#include <boost/config.hpp>
#include <boost/system/result.hpp>

namespace pgveil::protocol {

enum class Errc {
  BadLength,  // a length below its minimum, or over the limit of its message: the stream is lost
  Truncated,  // the message ends inside a part
  LeftOver,   // bytes behind the last part
  BadString,  // no NUL where a text must end
  BadKind,    // a kind letter or code that the protocol does not have
  BadCount    // a number of parts that cannot be
};

/// BadLength means that framing is lost: close. For all others the session lives on: ERROR 08P01
/// "invalid message format".
struct Error {
  Errc code = Errc::BadLength;
  const char* step = "";  // the message, as "Bind"

  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

[[nodiscard]] const char* name(Errc code);

BOOST_NORETURN inline void throw_exception_from_error(const Error&, const boost::source_location&) {
  BOOST_ASSERT(false);
  __builtin_unreachable();
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace pgveil::protocol
