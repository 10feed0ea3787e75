#pragma once

/// Errors of policy/sql: SQL text and node text that could not be read, and edits that found nothing.
/// `message` may quote the statement (libpg_query's own words do): it may go to the client who sent the
/// statement, and never to a log.

#include <boost/assert.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

namespace pgveil::policy::sql {

enum class Errc {
  TooLarge,         // more bytes, tokens or nodes than the limits allow          54000
  TooDeep,          // nesting or operator chains beyond the limits               54001
  Syntax,           // does not parse; no proof that the server would refuse it   42601
  NotOneStatement,  // empty, or more than one
  NotFound,         // no such node: an edit that did nothing would be a leak
  NotPossible,      // the statement has no place for this edit
  BadFragment,      // the SQL given to an edit is not one expression or one SELECT
  Deparse,          // libpg_query cannot print the tree, or what it prints is another statement
  BadNodeText       // not the text of a PostgreSQL node tree
};

struct Error {
  Errc code = Errc::Syntax;
  const char* step = "";       // which function refused: for logs
  std::string message = {};    // for the client only
  std::int32_t position = -1;  // byte offset in the text, -1: none
};

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] inline void throw_exception_from_error(const Error& /*error*/,
                                                    const boost::source_location& /*where*/) {
  BOOST_ASSERT_MSG(false, "an Error was not checked");
  std::abort();
}

[[nodiscard]] inline Error make_error(Errc code,
                                      const char* step,
                                      std::string message = {},
                                      std::int32_t position = -1) {
  return Error{code, step, std::move(message), position};
}

}  // namespace pgveil::policy::sql
