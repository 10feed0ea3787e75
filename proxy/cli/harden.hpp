#pragma once

/// What the process does to itself before it holds a secret: no core dumps, no ptrace by others of the
/// same user, memory that is not swapped where the limit allows it. And who it runs as.

#include <optional>
#include <string>

namespace pgveil::proxy::cli {

void harden_process();
/// Leaves root for an account; nothing, or why it could not.
[[nodiscard]] std::optional<std::string> become(const std::string& account);
[[nodiscard]] bool is_root();

}  // namespace pgveil::proxy::cli
