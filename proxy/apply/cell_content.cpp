#include "proxy/apply/cell_content.hpp"

#include "protocol/value/bucket.hpp"

namespace pgveil::proxy::apply {

namespace value = protocol::value;

std::optional<crypto::CellContent> cell_content(policy::TypeOid base_type,
                                                const crypto::CellForm& terms,
                                                crypto::ByteView canonical,
                                                CellRoom& room) {
  room.form.clear();
  room.prefix.clear();
  crypto::CellContent content;
  content.canonical = canonical;
  if (value::has_equality_form(base_type)) {
    if (!value::equality_form(base_type, canonical, room.form)) {
      return std::nullopt;
    }
    content.equality_form = room.form;
    if (value::is_text(base_type)) {
      content.text = crypto::as_text(room.form);
    }
  }
  if (const auto unit = value::bucket_unit(terms.range)) {
    content.bucket = value::bucket_of(base_type, canonical, *unit);
  }
  if (!terms.range.empty() && !content.bucket) {
    return std::nullopt;
  }
  if (!terms.order.empty()) {
    if (!value::order_prefix(base_type, canonical, terms.order, room.prefix)) {
      return std::nullopt;
    }
    content.order_prefix = room.prefix;
  }
  return content;
}

}  // namespace pgveil::proxy::apply
