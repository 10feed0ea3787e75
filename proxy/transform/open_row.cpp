#include "proxy/transform/open_row.hpp"

#include "protocol/bytes.hpp"

#include <algorithm>

namespace pgveil::proxy::transform {
namespace {

using policy::ServerOutput;
using protocol::Bytes;
using protocol::ByteView;
using protocol::value::Output;

constexpr std::int16_t kText = 0;
constexpr std::int16_t kBinary = 1;

std::size_t count_client_columns(std::span<const ServerOutput> outputs) {
  return static_cast<std::size_t>(std::ranges::count_if(outputs, [](const ServerOutput& output) {
    return output.kind != ServerOutput::Kind::Subject;
  }));
}

/// The client's format of each of the server's columns; subjects have none, they get text.
std::optional<std::vector<std::int16_t>> expand(std::span<const ServerOutput> outputs,
                                                std::span<const std::int16_t> formats) {
  if (formats.size() > 1 && formats.size() != count_client_columns(outputs)) {
    return std::nullopt;
  }
  std::vector<std::int16_t> result;
  result.reserve(outputs.size());
  std::size_t next = 0;
  for (const ServerOutput& output : outputs) {
    if (output.kind == ServerOutput::Kind::Subject) {
      result.push_back(kText);
    } else if (formats.size() > 1) {
      result.push_back(formats[next++]);
    } else {
      result.push_back(formats.empty() ? kText : formats[0]);
    }
  }
  return result;
}

void patch_length(Bytes& out, std::size_t at) {
  const auto length = static_cast<std::uint32_t>(out.size() - at - 4);
  for (std::size_t i = 0; i < 4; ++i) {
    out[at + i] = static_cast<std::byte>(length >> (24 - 8 * i) & 0xFF);
  }
}

constexpr std::uint32_t kNullLength = 0xFFFFFFFF;

}  // namespace

std::optional<std::vector<std::int16_t>> upstream_formats(
    std::span<const ServerOutput> outputs, std::span<const std::int16_t> client_formats) {
  auto formats = expand(outputs, client_formats);
  for (std::size_t i = 0; formats && i < outputs.size(); ++i) {
    if (outputs[i].kind == ServerOutput::Kind::Open) {
      (*formats)[i] = kBinary;
    }
  }
  return formats;
}

RowOpener::RowOpener(std::span<const ServerOutput> outputs,
                     std::span<const std::int16_t> client_formats,
                     const protocol::value::SessionFormat& session,
                     const crypto::Keyring& keys,
                     ByteaForm form)
    : outputs_(outputs), session_(session), cells_(keys, form) {
  auto formats = expand(outputs, client_formats);
  BOOST_ASSERT(formats);
  formats_ = *std::move(formats);
  client_columns_ = static_cast<std::uint16_t>(count_client_columns(outputs));
}

Result<void> RowOpener::open_row(ByteView body, Bytes& out, SubjectSet& subjects) {
  const std::size_t start = out.size();
  ++rows_;
  protocol::Reader reader(body);
  Error error{Errc::MalformedRow, 0, rows_};
  bool good = reader.u16() == outputs_.size();
  {
    const protocol::Frame frame(out, 'D');
    protocol::put_u16(out, client_columns_);
    for (std::size_t i = 0; good && i < outputs_.size(); ++i) {
      const protocol::Cell cell = reader.cell();
      error.output = static_cast<std::uint16_t>(i);
      if (!reader.ok()) {
        good = false;
      } else if (outputs_[i].kind == ServerOutput::Kind::Subject) {
        if (cell) {
          subjects.add(outputs_[i].table, protocol::as_text(*cell));
        }
      } else if (!cell || outputs_[i].kind == ServerOutput::Kind::Forward) {
        protocol::put_cell(out, cell);
      } else if (const auto appended = append_cell(i, *cell, out); !appended) {
        error.code = appended.error().code;
        good = false;
      }
    }
  }
  if (!good || !reader.ok() || reader.left() != 0) {
    out.resize(start);
    return error;
  }
  return {};
}

Result<void> RowOpener::append_cell(std::size_t output, ByteView cell, Bytes& out) {
  const ServerOutput& column = outputs_[output];
  const auto opened = cells_.open(column, cell);
  if (!opened) {
    return opened.error();
  }
  if (!*opened) {
    protocol::put_u32(out, kNullLength);
    return {};
  }
  const std::size_t length_at = out.size();
  protocol::put_u32(out, 0);
  const Output done = formats_[output] == kBinary
                          ? protocol::value::to_binary(column.base_type, **opened, out)
                          : protocol::value::to_text(column.base_type, **opened, session_, out);
  if (done != Output::Done) {
    return Error{done == Output::NeedsTwin ? Errc::NeedsTwin : Errc::MalformedValue};
  }
  patch_length(out, length_at);
  return {};
}

}  // namespace pgveil::proxy::transform
