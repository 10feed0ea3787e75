#pragma once

/// What can go wrong with keys and with the control plane's connection. The message is for the person who
/// runs pgveil: it names files, fields, keys and the server's primary message, never a value.

#include <boost/assert.hpp>
#include <boost/config.hpp>
#include <boost/system/result.hpp>

#include <cstdlib>
#include <string>

namespace pgveil::proxy::keys {

enum class Errc {
  Connect,   // the server cannot be reached or refuses the login
  Server,    // it refused a statement; `sqlstate` says why
  NoSchema,  // schema pgveil is not there or of another version: pgveil apply makes it
  KekFile,   // the key-encryption key's file is missing, readable by others, or no key
  WrongKek,  // a key in the database was wrapped with another key-encryption key, or changed
  Crypto     // OpenSSL or the random source failed
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

}  // namespace pgveil::proxy::keys
