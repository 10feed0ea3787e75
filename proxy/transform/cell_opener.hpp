#pragma once

/// Opens one sealed cell of a server's answer: used by rows and slices.

#include "policy/rewrite/plan.hpp"
#include "proxy/transform/error.hpp"

#include <cstdint>

namespace pgveil::crypto {
class Keyring;
}

namespace pgveil::proxy::transform {

/// How bytea columns come from the server: binary results, or text results (hex or escape form).
enum class ByteaForm { Binary, Text };

class CellOpener {
 public:
  CellOpener(const crypto::Keyring& keys, ByteaForm form) : keys_(&keys), form_(form) {}

  /// Opens and masks; the result, canonical bytes, or nothing for NULL, stays valid until the next call.
  /// Errors: NotSealed, WrongField, UnknownGeneration, BadTag, MalformedValue (row and output unset).
  [[nodiscard]] Result<std::optional<protocol::ByteView>> open(const policy::ServerOutput& output,
                                                               protocol::ByteView cell);

 private:
  const crypto::Keyring* keys_;
  ByteaForm form_;
  protocol::Bytes sealed_;  // decoded from text
  protocol::Bytes plain_;
  protocol::Bytes masked_;
};

/// Decodes bytea's text form, hex or escape, and appends it. False: neither.
[[nodiscard]] bool decode_bytea_text(protocol::ByteView text, protocol::Bytes& out);

}  // namespace pgveil::proxy::transform
