#include "proxy/transform/error.hpp"

#include <string>

namespace pgveil::proxy::transform {
namespace {

std::string place(const Error& error) {
  std::string result = "Column " + std::to_string(error.output + 1) + " of the server's answer";
  if (error.row != 0) {
    result += ", row " + std::to_string(error.row);
  }
  return result + ".";
}

}  // namespace

const char* name(Errc code) {
  switch (code) {
    case Errc::MalformedRow:
      return "malformed row";
    case Errc::NotSealed:
      return "not sealed";
    case Errc::WrongField:
      return "wrong field";
    case Errc::UnknownGeneration:
      return "unknown key generation";
    case Errc::BadTag:
      return "bad tag";
    case Errc::MalformedValue:
      return "malformed value";
    case Errc::NeedsTwin:
      return "needs the twin";
    case Errc::SliceRows:
      return "max_slice_rows";
    case Errc::SliceBytes:
      return "max_slice_bytes";
    case Errc::Sealing:
      return "sealing failed";
    case Errc::PlanMismatch:
      return "plan mismatch";
  }
  return "unknown";
}

bool is_integrity_failure(Errc code) {
  return code == Errc::NotSealed || code == Errc::WrongField || code == Errc::BadTag ||
         code == Errc::MalformedValue;
}

protocol::value::PgError client_error(const Error& error) {
  switch (error.code) {
    case Errc::NotSealed:
    case Errc::WrongField:
    case Errc::BadTag:
    case Errc::MalformedValue:
      return {"XX001", std::string("a sealed value cannot be opened: ") + name(error.code),
              place(error)};
    case Errc::UnknownGeneration:
      return {"58000", "a sealed value cannot be opened: its key is not available", place(error)};
    case Errc::SliceRows:
      return {"54000", "the statement needs more rows than max_slice_rows allows", ""};
    case Errc::SliceBytes:
      return {"54000", "the statement needs more bytes than max_slice_bytes allows", ""};
    case Errc::Sealing:
      return {"58000", "a value cannot be sealed: its key is not available", ""};
    case Errc::NeedsTwin:
      return {"0A000", "a sealed value cannot be shown under the session's settings", ""};
    case Errc::MalformedRow:
    case Errc::PlanMismatch:
      break;
  }
  return {"XX000", std::string("the server's answer does not fit the plan: ") + name(error.code),
          place(error)};
}

}  // namespace pgveil::proxy::transform
