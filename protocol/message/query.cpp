#include "protocol/message/query.hpp"

namespace pgveil::protocol {

namespace {

std::vector<std::int16_t> read_formats(Reader& in) {
  const std::uint16_t count = in.u16();
  std::vector<std::int16_t> formats;
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    formats.push_back(in.i16());
  }
  return formats;
}

std::vector<Cell> read_cells(Reader& in) {
  const std::uint16_t count = in.u16();
  std::vector<Cell> cells;
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    cells.push_back(in.cell());
  }
  return cells;
}

void put_formats(Bytes& out, const std::vector<std::int16_t>& formats) {
  BOOST_ASSERT(formats.size() <= 0xffff);
  put_u16(out, static_cast<std::uint16_t>(formats.size()));
  for (const std::int16_t format : formats) {
    put_i16(out, format);
  }
}

void put_cells(Bytes& out, const std::vector<Cell>& cells) {
  BOOST_ASSERT(cells.size() <= 0xffff);
  put_u16(out, static_cast<std::uint16_t>(cells.size()));
  for (const Cell& cell : cells) {
    put_cell(out, cell);
  }
}

Target read_target(Reader& in) {
  const char letter = in.letter();
  if (in.ok() && letter != 'S' && letter != 'P') {
    in.fail(Errc::BadKind);
  }
  return static_cast<Target>(letter);
}

}  // namespace

Result<Query> decode_query(ByteView body) {
  Reader in(body);
  Query message;
  message.sql = in.text();
  return in.finish(message, "Query");
}

void encode_query(Bytes& out, const Query& message) {
  const Frame frame(out, 'Q');
  put_text(out, message.sql);
}

Result<Parse> decode_parse(ByteView body) {
  Reader in(body);
  Parse message;
  message.statement = in.text();
  message.sql = in.text();
  const std::uint16_t count = in.u16();
  for (std::uint16_t i = 0; i < count && in.ok(); ++i) {
    message.parameter_types.push_back(in.u32());
  }
  return in.finish(std::move(message), "Parse");
}

void encode_parse(Bytes& out, const Parse& message) {
  BOOST_ASSERT(message.parameter_types.size() <= 0xffff);
  const Frame frame(out, 'P');
  put_text(out, message.statement);
  put_text(out, message.sql);
  put_u16(out, static_cast<std::uint16_t>(message.parameter_types.size()));
  for (const std::uint32_t type : message.parameter_types) {
    put_u32(out, type);
  }
}

Result<Bind> decode_bind(ByteView body) {
  Reader in(body);
  Bind message;
  message.portal = in.text();
  message.statement = in.text();
  message.formats = read_formats(in);
  message.values = read_cells(in);
  message.result_formats = read_formats(in);
  return in.finish(std::move(message), "Bind");
}

void encode_bind(Bytes& out, const Bind& message) {
  const Frame frame(out, 'B');
  put_text(out, message.portal);
  put_text(out, message.statement);
  put_formats(out, message.formats);
  put_cells(out, message.values);
  put_formats(out, message.result_formats);
}

std::int16_t format_of(const std::vector<std::int16_t>& formats, std::size_t index) {
  if (formats.empty()) {
    return 0;
  }
  if (formats.size() == 1) {
    return formats.front();
  }
  BOOST_ASSERT(index < formats.size());
  return formats[index];
}

Result<Describe> decode_describe(ByteView body) {
  Reader in(body);
  Describe message;
  message.target = read_target(in);
  message.name = in.text();
  return in.finish(message, "Describe");
}

void encode_describe(Bytes& out, const Describe& message) {
  const Frame frame(out, 'D');
  put_letter(out, static_cast<char>(message.target));
  put_text(out, message.name);
}

Result<Close> decode_close(ByteView body) {
  Reader in(body);
  Close message;
  message.target = read_target(in);
  message.name = in.text();
  return in.finish(message, "Close");
}

void encode_close(Bytes& out, const Close& message) {
  const Frame frame(out, 'C');
  put_letter(out, static_cast<char>(message.target));
  put_text(out, message.name);
}

Result<Execute> decode_execute(ByteView body) {
  Reader in(body);
  Execute message;
  message.portal = in.text();
  message.row_limit = in.i32();
  return in.finish(message, "Execute");
}

void encode_execute(Bytes& out, const Execute& message) {
  const Frame frame(out, 'E');
  put_text(out, message.portal);
  put_i32(out, message.row_limit);
}

Result<FunctionCall> decode_function_call(ByteView body) {
  Reader in(body);
  FunctionCall message;
  message.function = in.u32();
  message.formats = read_formats(in);
  message.arguments = read_cells(in);
  message.result_format = in.i16();
  return in.finish(std::move(message), "FunctionCall");
}

void encode_function_call(Bytes& out, const FunctionCall& message) {
  const Frame frame(out, 'F');
  put_u32(out, message.function);
  put_formats(out, message.formats);
  put_cells(out, message.arguments);
  put_i16(out, message.result_format);
}

void encode_flush(Bytes& out) { const Frame frame(out, 'H'); }

void encode_sync(Bytes& out) { const Frame frame(out, 'S'); }

void encode_terminate(Bytes& out) { const Frame frame(out, 'X'); }

Result<std::monostate> decode_empty(ByteView body) {
  Reader in(body);
  return in.finish(std::monostate{}, "message without a body");
}

}  // namespace pgveil::protocol
