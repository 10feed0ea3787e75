#include "crypto/error.hpp"

namespace pgveil::crypto {

const char* name(Errc code) {
  switch (code) {
    case Errc::Malformed:
      return "Malformed";
    case Errc::UnknownSuite:
      return "UnknownSuite";
    case Errc::UnknownField:
      return "UnknownField";
    case Errc::UnknownGeneration:
      return "UnknownGeneration";
    case Errc::WrongField:
      return "WrongField";
    case Errc::BadTag:
      return "BadTag";
    case Errc::WrongKey:
      return "WrongKey";
    case Errc::KeyExhausted:
      return "KeyExhausted";
    case Errc::TooLong:
      return "TooLong";
    case Errc::NoRandomness:
      return "NoRandomness";
    case Errc::Library:
      return "Library";
  }
  return "Errc";
}

}  // namespace pgveil::crypto
