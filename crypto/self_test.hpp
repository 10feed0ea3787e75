#pragma once

/// Known answers of every primitive, run at each start of the program: a library that gives others is
/// not used. Takes about a millisecond.

#include "crypto/error.hpp"

namespace pgveil::crypto {

/// Errors: Library, with the primitive as step.
[[nodiscard]] Result<void> self_test();

}  // namespace pgveil::crypto
