#include "protocol/error.hpp"

namespace pgveil::protocol {

const char* name(Errc code) {
  switch (code) {
    case Errc::BadLength:
      return "BadLength";
    case Errc::Truncated:
      return "Truncated";
    case Errc::LeftOver:
      return "LeftOver";
    case Errc::BadString:
      return "BadString";
    case Errc::BadKind:
      return "BadKind";
    case Errc::BadCount:
      return "BadCount";
  }
  return "";
}

}  // namespace pgveil::protocol
