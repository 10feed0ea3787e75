#include "proxy/twin/error.hpp"

namespace pgveil::proxy::twin {

const char* name(Errc code) {
  switch (code) {
    case Errc::Root:
      return "PostgreSQL does not run as root";
    case Errc::Directory:
      return "the directory of the twin cannot be used";
    case Errc::Program:
      return "a PostgreSQL program failed";
    case Errc::StartTimeout:
      return "the twin does not answer in time";
    case Errc::Upstream:
      return "the upstream database cannot be read";
    case Errc::Load:
      return "the schema cannot be loaded";
    case Errc::ConnectionLost:
      return "a connection to the twin broke";
    case Errc::BadMessage:
      return "the twin sent an unexpected message";
    case Errc::NotReady:
      return "the twin is not ready";
  }
  return "unknown";
}

std::string describe(const Error& error) {
  std::string text = std::string(error.step) + ": " + name(error.code);
  if (!error.detail.empty()) {
    text += ": " + error.detail;
  }
  return text;
}

}  // namespace pgveil::proxy::twin
