#include "tests/sim/messages.hpp"

#include "protocol/frame.hpp"
#include "protocol/message/completion.hpp"
#include "protocol/message/copy.hpp"
#include "protocol/message/errors.hpp"
#include "protocol/message/query.hpp"

namespace pgveil::sim {

namespace {

template <class F>
Bytes made(F&& encode) {
  Bytes out;
  encode(out);
  return out;
}

std::vector<protocol::Cell> cells(const Values& values) {
  std::vector<protocol::Cell> result;
  for (const auto& value : values) {
    result.push_back(value ? protocol::Cell(protocol::as_bytes(*value)) : protocol::Cell());
  }
  return result;
}

}  // namespace

Bytes all(std::initializer_list<Bytes> messages) {
  Bytes out;
  for (const Bytes& message : messages) {
    protocol::put_bytes(out, message);
  }
  return out;
}

Bytes query(std::string_view sql) {
  return made([&](Bytes& out) { protocol::encode_query(out, {sql}); });
}

Bytes parse(std::string_view name, std::string_view sql, std::vector<std::uint32_t> types) {
  return made([&](Bytes& out) { protocol::encode_parse(out, {name, sql, types}); });
}

Bytes bind(std::string_view portal,
           std::string_view statement,
           const Values& values,
           std::vector<std::int16_t> result_formats,
           std::vector<std::int16_t> formats) {
  return made([&](Bytes& out) {
    protocol::encode_bind(out, {portal, statement, formats, cells(values), result_formats});
  });
}

Bytes describe_statement(std::string_view name) {
  return made([&](Bytes& out) {
    protocol::encode_describe(out, {protocol::Target::Statement, name});
  });
}

Bytes describe_portal(std::string_view name) {
  return made([&](Bytes& out) {
    protocol::encode_describe(out, {protocol::Target::Portal, name});
  });
}

Bytes execute(std::string_view portal, std::int32_t row_limit) {
  return made([&](Bytes& out) { protocol::encode_execute(out, {portal, row_limit}); });
}

Bytes close_statement(std::string_view name) {
  return made([&](Bytes& out) {
    protocol::encode_close(out, {protocol::Target::Statement, name});
  });
}

Bytes close_portal(std::string_view name) {
  return made([&](Bytes& out) { protocol::encode_close(out, {protocol::Target::Portal, name}); });
}

Bytes sync() { return made(protocol::encode_sync); }

Bytes flush() { return made(protocol::encode_flush); }

Bytes terminate() { return made(protocol::encode_terminate); }

Bytes copy_data(std::string_view data) {
  return made([&](Bytes& out) { protocol::encode_copy_data(out, protocol::as_bytes(data)); });
}

Bytes copy_done() { return made(protocol::encode_copy_done); }

Bytes copy_fail(std::string_view reason) {
  return made([&](Bytes& out) { protocol::encode_copy_fail(out, reason); });
}

Bytes function_call(std::uint32_t function) {
  return made([function](Bytes& out) {
    protocol::encode_function_call(out, {function, {}, {}, 0});
  });
}

Bytes function_result() {
  return made([](Bytes& out) {
    const protocol::Frame frame(out, 'V');
    protocol::put_u32(out, 0xffff'ffff);
  });
}

Bytes failing_parse(std::string_view name) {
  return parse(name, "SELECT pg_catalog.pgveil_refused()");
}

Bytes parse_complete() { return made(protocol::encode_parse_complete); }

Bytes bind_complete() { return made(protocol::encode_bind_complete); }

Bytes close_complete() { return made(protocol::encode_close_complete); }

Bytes no_data() { return made(protocol::encode_no_data); }

Bytes empty_query() { return made(protocol::encode_empty_query_response); }

Bytes suspended() { return made(protocol::encode_portal_suspended); }

Bytes parameters(std::vector<std::uint32_t> types) {
  return made([&](Bytes& out) { protocol::encode_parameter_description(out, types); });
}

Bytes columns(const std::vector<Column>& list) {
  protocol::RowDescription description;
  for (const Column& column : list) {
    protocol::ColumnDescription entry;
    entry.name = column.name;
    entry.type_oid = column.type;
    entry.typlen = -1;
    entry.format = column.format;
    description.push_back(entry);
  }
  return made([&](Bytes& out) { protocol::encode_row_description(out, description); });
}

Bytes row(const Values& values) {
  return made([&](Bytes& out) { protocol::encode_data_row(out, cells(values)); });
}

Bytes complete(std::string_view tag) {
  return made([&](Bytes& out) { protocol::encode_command_complete(out, tag); });
}

Bytes ready(char state) {
  return made([&](Bytes& out) {
    protocol::encode_ready_for_query(out, static_cast<protocol::BlockState>(state));
  });
}

Bytes error(std::string_view sqlstate,
            std::string_view message,
            std::string_view detail,
            std::string_view hint) {
  return made([&](Bytes& out) {
    protocol::encode_error_response(out,
                                    protocol::make_error("ERROR", sqlstate, message, detail, hint));
  });
}

Bytes result_type_changed() {
  auto fields = protocol::make_error("ERROR", "0A000", "cached plan must not change result type");
  fields.set('F', "plancache.c");
  fields.set('R', "RevalidateCachedQuery");
  return made([&](Bytes& out) { protocol::encode_error_response(out, fields); });
}

Bytes fatal(std::string_view sqlstate, std::string_view message, std::string_view hint) {
  return made([&](Bytes& out) {
    protocol::encode_error_response(out,
                                    protocol::make_error("FATAL", sqlstate, message, {}, hint));
  });
}

Bytes notice(std::string_view message) {
  return made([&](Bytes& out) {
    protocol::encode_notice_response(out, protocol::make_error("NOTICE", "00000", message));
  });
}

Bytes provoked() { return error("42883", "function pg_catalog.pgveil_refused() does not exist"); }

Bytes provoked_syntax() { return error("42601", "syntax error at or near \"pgveil_refused\""); }

Bytes setting(std::string_view name, std::string_view value) {
  return made([&](Bytes& out) { protocol::encode_parameter_status(out, {name, value}); });
}

Bytes notification(std::string_view channel) {
  return made([&](Bytes& out) { protocol::encode_notification_response(out, {7, channel, ""}); });
}

Bytes copy_in() {
  return made([](Bytes& out) { protocol::encode_copy_in_response(out, {0, {0}}); });
}

Bytes copy_out() {
  return made([](Bytes& out) { protocol::encode_copy_out_response(out, {0, {0}}); });
}

std::string print(protocol::ByteView stream) {
  std::string text;
  while (true) {
    const auto header = protocol::peek_header(stream);
    if (!header || header->frame_size() > stream.size()) {
      break;
    }
    text += "  ";
    text += header->type;
    text += ' ';
    for (const std::byte b : stream.subspan(5, header->body_size())) {
      const char c = static_cast<char>(b);
      text += c >= ' ' && c <= '~' ? c : '.';
    }
    text += '\n';
    stream = stream.subspan(header->frame_size());
  }
  return stream.empty() ? text : text + "  and " + std::to_string(stream.size()) + " bytes\n";
}

}  // namespace pgveil::sim
