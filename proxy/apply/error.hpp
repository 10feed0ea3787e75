#pragma once

/// What can go wrong while a database is brought to the policy. Messages name objects, never values.

#include "proxy/keys/error.hpp"

#include <boost/assert.hpp>
#include <boost/config.hpp>
#include <boost/system/result.hpp>

#include <cstdlib>
#include <string>

namespace pgveil::proxy::apply {

enum class Errc {
  Server,    // the server cannot be reached or refused a statement
  Keys,      // key file, key rows, or schema pgveil
  Blocked,   // the table has something that cannot be kept over sealed values: see the message
  Mismatch,  // fewer or other rows arrived than left; nothing was changed
  Value      // a value does not read, seal or open; nothing was changed
};

struct Error {
  Errc code = Errc::Server;
  std::string message;
  std::string sqlstate;  // of the server, else empty
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Reading the value of an error is our bug.
BOOST_NORETURN inline void throw_exception_from_error(const Error&, const boost::source_location&) {
  BOOST_ASSERT(false);
  std::abort();
}

[[nodiscard]] inline Error from_keys(const keys::Error& error) {
  const bool server = error.code == keys::Errc::Server || error.code == keys::Errc::Connect;
  return {server ? Errc::Server : Errc::Keys, error.message, error.sqlstate};
}

}  // namespace pgveil::proxy::apply
