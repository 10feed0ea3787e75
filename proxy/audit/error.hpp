#pragma once

/// What can go wrong with the audit log. An Error names a code, a step and a place, never data.

#include <boost/assert.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string>

namespace pgveil::proxy::audit {

enum class Errc {
  NoFolder,     // the folder cannot be made or read
  InUse,        // another process writes this log
  BadKeyFile,   // not an audit key file
  OpenKeyFile,  // others than its owner may read it
  KeyMissing,   // records exist, but not the key that they were signed with
  Damaged,      // the end of the log does not verify: see `pgveil audit verify`
  Io,           // the system refused; `os_error` says why
  Crypto        // OpenSSL refused
};

struct Error {
  Errc code = Errc::Io;
  const char* step = "";
  std::string path;
  std::uint64_t line = 0;  // Damaged
  int os_error = 0;
};

template <class T>
using Result = boost::system::result<T, Error>;

[[nodiscard]] const char* name(Errc code);
/// One sentence for an operator, with what to do.
[[nodiscard]] std::string print(const Error& error);

/// Reading the value of an error is our bug.
BOOST_NORETURN inline void throw_exception_from_error(const Error&, const boost::source_location&) {
  BOOST_ASSERT(false);
  std::abort();
}

}  // namespace pgveil::proxy::audit
