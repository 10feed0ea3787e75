#pragma once

/// What can go wrong with the twin itself. What PostgreSQL says of a statement is not an Error: it is
/// protocol::ErrorFields, for the client.

#include <boost/assert.hpp>
#include <boost/assert/source_location.hpp>
#include <boost/config.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace pgveil::proxy::twin {

enum class Errc {
  Root,            // the process is root, and PostgreSQL refuses to run so
  Directory,       // the twin's directory cannot be made or copied
  Program,         // initdb, postgres or pg_dump failed or is missing
  StartTimeout,    // the twin does not answer in time
  Upstream,        // the upstream database does not answer or refuses what the mirror reads
  Load,            // the schema could not be loaded at all
  ConnectionLost,  // a connection to the twin broke
  BadMessage,      // the twin sent what the protocol does not have
  NotReady         // no generation is there yet, or the twin is being stopped
};

/// `detail` is for an operator: it never holds a value, a statement or a password.
struct Error {
  Errc code = Errc::NotReady;
  const char* step = "";
  std::string detail;
};

[[nodiscard]] const char* name(Errc code);
/// "start: the twin does not answer in time: …"
[[nodiscard]] std::string describe(const Error& error);

BOOST_NORETURN inline void throw_exception_from_error(const Error&, const boost::source_location&) {
  BOOST_ASSERT(false);
  __builtin_unreachable();
}

template <class T>
using Result = boost::system::result<T, Error>;

/// The value of a step that only succeeds or fails.
struct Done {};

}  // namespace pgveil::proxy::twin
