#include "proxy/transform/slice_builder.hpp"

#include "protocol/bytes.hpp"
#include "protocol/value/scalar.hpp"

#include <charconv>
#include <system_error>

namespace pgveil::proxy::transform {
namespace {

using protocol::Bytes;
using protocol::ByteView;

constexpr std::int32_t kServerValuesTag = -1;

void put_copy_header(Bytes& out) {
  static constexpr char kSignature[] = "PGCOPY\n\377\r\n";
  protocol::put_bytes(out, std::as_bytes(std::span(kSignature)));  // with its NUL
  protocol::put_u32(out, 0);                                       // flags
  protocol::put_u32(out, 0);                                       // length of the extension
}

}  // namespace

SliceBuilder::SliceBuilder(const policy::Slice& slice,
                           std::size_t subject_tables,
                           const crypto::Keyring& keys,
                           ByteaForm form,
                           SliceLimits limits)
    : slice_(&slice),
      form_(form),
      limits_(limits),
      opener_(keys, form),
      relations_(slice.relations.size()),
      server_values_(slice.server_values.size()),
      subjects_(subject_tables) {
  for (BuiltRelation& relation : relations_) {
    put_copy_header(relation.copy);
  }
}

Error SliceBuilder::error(Errc code, std::size_t output) const {
  return {code, static_cast<std::uint16_t>(output), rows_};
}

Result<void> SliceBuilder::read_cells(ByteView body) {
  protocol::Reader reader(body);
  const std::size_t count = reader.u16();
  if (count != slice_->output_count || count == 0) {
    return error(Errc::MalformedRow, 0);
  }
  cells_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    cells_.push_back(reader.cell());
  }
  if (!reader.ok() || reader.left() != 0) {
    return error(Errc::MalformedRow, 0);
  }
  return {};
}

Result<std::int32_t> SliceBuilder::tag() const {
  if (!cells_[0]) {
    return error(Errc::MalformedRow, 0);
  }
  if (form_ == ByteaForm::Binary) {
    const auto value = protocol::value::integer_value(4, *cells_[0]);
    return value ? Result<std::int32_t>(static_cast<std::int32_t>(*value))
                 : error(Errc::MalformedRow, 0);
  }
  const std::string_view text = protocol::as_text(*cells_[0]);
  std::int32_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return error(Errc::MalformedRow, 0);
  }
  return value;
}

Result<void> SliceBuilder::add_row(ByteView body) {
  ++rows_;
  if (auto read = read_cells(body); !read) {
    return read;
  }
  const auto row_tag = tag();
  if (!row_tag) {
    return row_tag.error();
  }
  if (*row_tag == kServerValuesTag) {
    --rows_;
    return add_server_values();
  }
  if (rows_ > limits_.max_slice_rows) {
    return error(Errc::SliceRows, 0);
  }
  for (std::size_t i = 0; i < slice_->relations.size(); ++i) {
    if (slice_->relations[i].tag == *row_tag) {
      return add_tuple(i);
    }
  }
  return error(Errc::MalformedRow, 0);
}

Result<void> SliceBuilder::add_tuple(std::size_t index) {
  const policy::SliceRelation& relation = slice_->relations[index];
  Bytes& out = relations_[index].copy;
  const std::size_t before = out.size();
  protocol::put_u16(out, static_cast<std::uint16_t>(relation.columns.size()));
  for (const policy::SliceColumn& column : relation.columns) {
    if (column.output >= cells_.size()) {
      return error(Errc::PlanMismatch, column.output);
    }
    protocol::Cell cell = cells_[column.output];
    if (cell && column.sealed) {
      const auto opened = opener_.open(*column.sealed, *cell);
      if (!opened) {
        return error(opened.error().code, column.output);
      }
      cell = *opened;
    } else if (cell && form_ == ByteaForm::Text) {
      scratch_.clear();
      if (!decode_bytea_text(*cell, scratch_)) {
        return error(Errc::MalformedRow, column.output);
      }
      cell = scratch_;
    }
    protocol::put_cell(out, cell);
  }
  bytes_ += out.size() - before;
  if (bytes_ > limits_.max_slice_bytes) {
    return error(Errc::SliceBytes, 0);
  }
  if (relation.subject_output) {
    if (*relation.subject_output >= cells_.size()) {
      return error(Errc::PlanMismatch, *relation.subject_output);
    }
    if (const auto& subject = cells_[*relation.subject_output]) {
      ByteView name = *subject;
      if (form_ == ByteaForm::Text) {  // textsend's bytes, printed as bytea
        scratch_.clear();
        if (!decode_bytea_text(name, scratch_)) {
          return error(Errc::MalformedRow, *relation.subject_output);
        }
        name = scratch_;
      }
      subjects_.add(relation.subject_table, protocol::as_text(name));
    }
  }
  ++relations_[index].rows;
  return {};
}

Result<void> SliceBuilder::add_server_values() {
  if (have_server_values_ || server_values_.size() + 1 > cells_.size()) {
    return error(Errc::MalformedRow, 0);
  }
  have_server_values_ = true;
  for (std::size_t i = 0; i < server_values_.size(); ++i) {
    const protocol::Cell& cell = cells_[i + 1];
    if (!cell) {
      continue;
    }
    Bytes& value = server_values_[i].emplace();
    if (form_ == ByteaForm::Binary) {
      protocol::put_bytes(value, *cell);
    } else if (!decode_bytea_text(*cell, value)) {
      return error(Errc::MalformedRow, i + 1);
    }
  }
  return {};
}

Result<void> SliceBuilder::finish() {
  if (!have_server_values_ && !server_values_.empty()) {
    return error(Errc::MalformedRow, 0);
  }
  for (BuiltRelation& relation : relations_) {
    protocol::put_u16(relation.copy, 0xFFFF);  // trailer: field count -1
  }
  return {};
}

}  // namespace pgveil::proxy::transform
