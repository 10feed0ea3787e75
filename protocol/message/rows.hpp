#pragma once

/// Descriptions of rows and parameters, and the rows themselves. Cells are not copied: a DataRow views
/// the body that it was read from.

#include "protocol/bytes.hpp"

#include <string>
#include <variant>
#include <vector>

namespace pgveil::protocol {

/// One column as RowDescription tells it.
struct ColumnDescription {
  std::string name;
  std::uint32_t table_oid = 0;  // 0: not a plain column
  std::int16_t attnum = 0;
  std::uint32_t type_oid = 0;
  std::int16_t typlen = 0;  // -1 varlena, -2 cstring
  std::int32_t typmod = -1;
  std::int16_t format = 0;  // 0 text, 1 binary

  friend bool operator==(const ColumnDescription&, const ColumnDescription&) = default;
};

using RowDescription = std::vector<ColumnDescription>;

[[nodiscard]] Result<RowDescription> decode_row_description(ByteView body);
void encode_row_description(Bytes& out, std::span<const ColumnDescription> columns);

/// `t`: a type per parameter.
[[nodiscard]] Result<std::vector<std::uint32_t>> decode_parameter_description(ByteView body);
void encode_parameter_description(Bytes& out, std::span<const std::uint32_t> types);

void encode_no_data(Bytes& out);

/// Reads into `cells`, whose storage is used again from row to row. On an error `cells` is unspecified.
[[nodiscard]] Result<std::monostate> decode_data_row(ByteView body, std::vector<Cell>& cells);
void encode_data_row(Bytes& out, std::span<const Cell> cells);

/// Appends one DataRow cell by cell:
///   DataRowWriter row(out, 2); row.value(bytes); row.null(); row.finish();
/// `finish` asserts that the number of cells is the one announced.
class DataRowWriter {
 public:
  DataRowWriter(Bytes& out, std::uint16_t columns);
  void value(ByteView bytes);
  void null();
  void cell(const Cell& cell);
  void finish();

 private:
  Bytes& out_;
  std::size_t start_;
  std::uint16_t columns_;
  std::uint16_t written_ = 0;
};

/// `V`: the result of a FunctionCall.
[[nodiscard]] Result<Cell> decode_function_call_response(ByteView body);
void encode_function_call_response(Bytes& out, const Cell& result);

}  // namespace pgveil::protocol
