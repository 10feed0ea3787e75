#pragma once

/// The few socket calls that the twin's connections need.

#include "protocol/bytes.hpp"

#include <string>

namespace pgveil::proxy::twin {

/// A connected, close-on-exec stream socket, or -1.
[[nodiscard]] int connect_unix(const std::string& path);

/// false if the other side is gone. No signal is raised.
[[nodiscard]] bool write_all(int fd, protocol::ByteView bytes);

}  // namespace pgveil::proxy::twin
