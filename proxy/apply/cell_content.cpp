#include "proxy/apply/cell_content.hpp"

#include "protocol/value/codec.hpp"

namespace pgveil::proxy::apply {

std::optional<crypto::CellContent> cell_content(policy::TypeOid base_type,
                                                crypto::ByteView canonical,
                                                protocol::Bytes& room) {
  room.clear();
  crypto::CellContent content;
  content.canonical = canonical;
  if (protocol::value::has_equality_form(base_type)) {
    if (!protocol::value::equality_form(base_type, canonical, room)) {
      return std::nullopt;
    }
    content.equality_form = room;
    if (protocol::value::is_text(base_type)) {
      content.text = crypto::as_text(room);
    }
  }
  return content;
}

}  // namespace pgveil::proxy::apply
