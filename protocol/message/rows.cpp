#include "protocol/message/rows.hpp"

namespace pgveil::protocol {

Result<RowDescription> decode_row_description(ByteView body) {
  Reader in(body);
  const std::uint16_t count = in.u16();
  RowDescription columns;
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    ColumnDescription column;
    column.name = in.text();
    column.table_oid = in.u32();
    column.attnum = in.i16();
    column.type_oid = in.u32();
    column.typlen = in.i16();
    column.typmod = in.i32();
    column.format = in.i16();
    columns.push_back(std::move(column));
  }
  return in.finish(std::move(columns), "RowDescription");
}

void encode_row_description(Bytes& out, std::span<const ColumnDescription> columns) {
  BOOST_ASSERT(columns.size() <= 0xffff);
  const Frame frame(out, 'T');
  put_u16(out, static_cast<std::uint16_t>(columns.size()));
  for (const ColumnDescription& column : columns) {
    put_text(out, column.name);
    put_u32(out, column.table_oid);
    put_i16(out, column.attnum);
    put_u32(out, column.type_oid);
    put_i16(out, column.typlen);
    put_i32(out, column.typmod);
    put_i16(out, column.format);
  }
}

Result<std::vector<std::uint32_t>> decode_parameter_description(ByteView body) {
  Reader in(body);
  const std::uint16_t count = in.u16();
  std::vector<std::uint32_t> types;
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    types.push_back(in.u32());
  }
  return in.finish(std::move(types), "ParameterDescription");
}

void encode_parameter_description(Bytes& out, std::span<const std::uint32_t> types) {
  BOOST_ASSERT(types.size() <= 0xffff);
  const Frame frame(out, 't');
  put_u16(out, static_cast<std::uint16_t>(types.size()));
  for (const std::uint32_t type : types) {
    put_u32(out, type);
  }
}

void encode_no_data(Bytes& out) { const Frame frame(out, 'n'); }

Result<std::monostate> decode_data_row(ByteView body, std::vector<Cell>& cells) {
  cells.clear();
  Reader in(body);
  const std::uint16_t count = in.u16();
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    cells.push_back(in.cell());
  }
  return in.finish(std::monostate{}, "DataRow");
}

void encode_data_row(Bytes& out, std::span<const Cell> cells) {
  BOOST_ASSERT(cells.size() <= 0xffff);
  DataRowWriter row(out, static_cast<std::uint16_t>(cells.size()));
  for (const Cell& cell : cells) {
    row.cell(cell);
  }
  row.finish();
}

DataRowWriter::DataRowWriter(Bytes& out, std::uint16_t columns)
    : out_(out), start_(out.size()), columns_(columns) {
  put_letter(out_, 'D');
  put_u32(out_, 0);
  put_u16(out_, columns);
}

void DataRowWriter::value(ByteView bytes) { cell(bytes); }

void DataRowWriter::null() { cell(std::nullopt); }

void DataRowWriter::cell(const Cell& cell) {
  ++written_;
  put_cell(out_, cell);
}

void DataRowWriter::finish() {
  BOOST_ASSERT(written_ == columns_);
  const std::size_t length = out_.size() - start_ - 1;
  BOOST_ASSERT(length <= 0x7fffffff);
  for (std::size_t i = 0; i < 4; ++i) {
    out_[start_ + 1 + i] = static_cast<std::byte>((length >> (8 * (3 - i))) & 0xff);
  }
}

Result<Cell> decode_function_call_response(ByteView body) {
  Reader in(body);
  const Cell result = in.cell();
  return in.finish(result, "FunctionCallResponse");
}

void encode_function_call_response(Bytes& out, const Cell& result) {
  const Frame frame(out, 'V');
  put_cell(out, result);
}

}  // namespace pgveil::protocol
