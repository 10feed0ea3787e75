#include "proxy/session/copy_in.hpp"

#include "protocol/value/codec.hpp"

#include <algorithm>
#include <charconv>

namespace pgveil::proxy {

namespace {

using protocol::ErrorFields;

constexpr std::size_t kBatchRows = 500;
constexpr std::size_t kBatchBytes = 256 * 1024;
constexpr std::size_t kMaxLines = 10'000;

std::size_t tables_of(const PreparedPlan& plan) { return plan.plan.evidence.subjects.size(); }

protocol::copy::Options server_options(const protocol::copy::Options& client) {
  protocol::copy::Options options;
  options.format = client.binary() ? protocol::copy::Format::Binary : protocol::copy::Format::Text;
  return options;
}

void put_hex(protocol::Bytes& out, protocol::ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  protocol::put_bytes(out, protocol::as_bytes("\\x"));
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    protocol::put_letter(out, kDigits[value >> 4U]);
    protocol::put_letter(out, kDigits[value & 15U]);
  }
}

/// A part of a list of results, by count.
ConvertResult part_of(const ConvertResult& all, std::size_t from, std::size_t count) {
  ConvertResult part;
  for (std::size_t i = from; i < from + count && i < all.size(); ++i) {
    part.push_back(all[i]);
  }
  return part;
}

/// COPY does not bind parameters.
std::string without_parameter(std::string message) {
  const std::size_t at = message.find(" in bind parameter ");
  return at == std::string::npos ? message : message.substr(0, at);
}

}  // namespace

CopyIn::CopyIn(std::shared_ptr<const PreparedPlan> plan,
               ValueService& values,
               SettingsPtr settings,
               std::size_t longest_row)
    : plan_(std::move(plan)),
      copy_(*plan_->copy),
      values_(&values),
      settings_(std::move(settings)),
      decoder_(copy_.options, copy_.columns, longest_row),
      encoder_(server_options(copy_.options), copy_.columns),
      subjects_(tables_of(*plan_)) {}

CopyIn::Step CopyIn::step(protocol::Bytes& to_server, bool last) {
  while (!failed_) {
    collect();
    const bool full = batch_.size() >= kBatchRows || batch_bytes_ >= kBatchBytes;
    if (!full && !last && behind_ == Behind::Nothing) {
      return Step::NeedsData;
    }
    if (!wanted_.empty()) {
      return Step::NeedsTwin;
    }
    write(to_server);
    if (behind_ == Behind::Error) {
      failed_ = true;
    } else if (behind_ == Behind::End) {
      protocol::Bytes end;
      encoder_.end(end);
      if (!end.empty()) {
        const protocol::Frame frame(to_server, 'd');
        protocol::put_bytes(to_server, end);
      }
      return Step::Ended;
    } else if (!full) {
      return Step::NeedsData;
    }
  }
  return Step::Failed;
}

/// Rows of the data that came, until the batch is full.
void CopyIn::collect() {
  using Found = protocol::copy::Decoder::Found;
  while (behind_ == Behind::Nothing && batch_.size() < kBatchRows && batch_bytes_ < kBatchBytes) {
    switch (decoder_.next()) {
      case Found::More:
        return;
      case Found::End:
        behind_ = Behind::End;
        return;
      case Found::Error:
        behind_ = Behind::Error;
        error_ = as_fields(copy_.table, decoder_.error(), copy_.options.binary());
        return;
      case Found::Row:
        break;
    }
    Row row;
    row.line = decoder_.line();
    for (const protocol::Cell& cell : decoder_.cells()) {
      ClientValue value;
      value.format = copy_.options.binary() ? 1 : 0;
      if (cell) {
        value.bytes.emplace(cell->begin(), cell->end());
        batch_bytes_ += cell->size();
      }
      row.cells.push_back(std::move(value));
    }
    batch_.push_back(std::move(row));
    if (!fill(batch_.back(), nullptr)) {
      return;
    }
  }
}

/// False: the row is wrong, and the batch ends before it.
bool CopyIn::fill(Row& row, const ConvertResult* converted) {
  ValueInput input;
  input.parameters = &row.cells;
  input.settings = settings_.get();
  FilledParameters filled = values_->fill_parameters(copy_.sealed, input, converted);
  if (auto* values = std::get_if<std::vector<ServerValue>>(&filled)) {
    row.sealed = std::move(*values);
    row.conversions = 0;
    return true;
  }
  if (auto* conversions = std::get_if<std::vector<Conversion>>(&filled)) {
    row.conversions = conversions->size();
    std::move(conversions->begin(), conversions->end(), std::back_inserter(wanted_));
    return true;
  }
  fail(static_cast<std::size_t>(&row - batch_.data()), converted,
       std::get<ErrorFields>(std::move(filled)));
  return false;
}

/// Finds the column whose value is wrong, by filling the columns one by one.
void CopyIn::fail(std::size_t index, const ConvertResult* converted, ErrorFields error) {
  const Row& row = batch_[index];
  protocol::copy::CopyError wrong;
  wrong.sqlstate = error.sqlstate();
  wrong.message = without_parameter(std::string(error.get('M')));
  wrong.detail = error.get('D');
  wrong.hint = error.get('H');
  wrong.line = row.line;
  ValueInput input;
  input.parameters = &row.cells;
  input.settings = settings_.get();
  std::size_t used = 0;
  for (const policy::ServerParameter& parameter : copy_.sealed) {
    const std::vector<policy::ServerParameter> one{parameter};
    FilledParameters filled = values_->fill_parameters(one, input, nullptr);
    if (const auto* conversions = std::get_if<std::vector<Conversion>>(&filled)) {
      if (converted == nullptr) {
        continue;
      }
      const ConvertResult part = part_of(*converted, used, conversions->size());
      used += conversions->size();
      filled = values_->fill_parameters(one, input, &part);
    }
    if (std::holds_alternative<ErrorFields>(filled)) {
      const std::size_t column = parameter.client_index - 1U;
      wrong.column = copy_.columns[column];
      if (row.cells[column].bytes) {
        wrong.value = std::string(protocol::as_text(*row.cells[column].bytes));
      }
      break;
    }
  }
  error_ = as_fields(copy_.table, wrong, copy_.options.binary());
  behind_ = Behind::Error;
  batch_.resize(index);
}

std::vector<Conversion> CopyIn::take_conversions() { return std::move(wanted_); }

void CopyIn::on_converted(ConvertResult converted) {
  wanted_.clear();
  std::size_t used = 0;
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    const std::size_t count = batch_[i].conversions;
    if (count == 0) {
      continue;
    }
    const ConvertResult part = part_of(converted, used, count);
    used += count;
    if (!fill(batch_[i], &part)) {
      return;
    }
  }
}

void CopyIn::write(protocol::Bytes& to_server) {
  if (batch_.empty()) {
    return;
  }
  {
    const protocol::Frame frame(to_server, 'd');
    for (const Row& row : batch_) {
      write_row(row, to_server);
    }
  }
  batch_.clear();
  batch_bytes_ = 0;
}

void CopyIn::write_row(const Row& row, protocol::Bytes& out) {
  ++rows_;
  note_line(row);
  note_subject(row);
  std::vector<protocol::Cell> cells;
  for (const ClientValue& value : row.cells) {
    cells.emplace_back(value.bytes ? protocol::Cell(*value.bytes) : protocol::Cell());
  }
  std::vector<protocol::Bytes> hex(copy_.sealed.size());
  for (std::size_t i = 0; i < copy_.sealed.size(); ++i) {
    protocol::Cell& cell = cells[copy_.sealed[i].client_index - 1U];
    const auto& bytes = row.sealed[i].bytes;
    cell.reset();
    if (bytes && copy_.options.binary()) {
      cell = *bytes;
    } else if (bytes) {
      put_hex(hex[i], *bytes);
      cell = hex[i];
    }
  }
  encoder_.row(cells, out);
}

/// The patient as the server would spell the key.
void CopyIn::note_subject(const Row& row) {
  if (!copy_.subject || !row.cells[*copy_.subject].bytes) {
    return;
  }
  const protocol::Bytes& bytes = *row.cells[*copy_.subject].bytes;
  const policy::TypeOid type = copy_.subject_type;
  const protocol::value::SessionFormat format;
  const auto read = copy_.options.binary()
                        ? protocol::value::from_binary(type, bytes)
                        : protocol::value::from_text(type, protocol::as_text(bytes), format);
  protocol::Bytes text;
  const auto* canonical = std::get_if<protocol::value::Canonical>(&read);
  const bool spelled =
      canonical != nullptr && protocol::value::to_text(type, canonical->bytes, format, text) ==
                                  protocol::value::Output::Done;
  if (spelled || !copy_.options.binary()) {
    subjects_.add(0, protocol::as_text(spelled ? text : bytes));
  }
}

void CopyIn::note_line(const Row& row) {
  const std::uint64_t offset = row.line - rows_;
  if (lines_.empty() || lines_.back().offset != offset) {
    lines_.push_back({rows_, offset});
    if (lines_.size() > kMaxLines) {
      lines_.pop_front();
    }
  }
}

std::optional<std::uint64_t> CopyIn::client_line(std::uint64_t server_line) const {
  const auto behind = std::ranges::upper_bound(lines_, server_line, {}, &Lines::first);
  if (behind == lines_.begin()) {
    return lines_.empty() ? std::optional(server_line) : std::nullopt;
  }
  return server_line + std::prev(behind)->offset;
}

std::string CopyIn::client_context(std::string_view context) const {
  const std::string prefix = "COPY " + copy_.table + ", line ";
  const std::size_t at = context.find(prefix);
  if (at == std::string_view::npos) {
    return {};
  }
  context.remove_prefix(at + prefix.size());
  std::uint64_t line = 0;
  const auto read = std::from_chars(context.data(), context.data() + context.size(), line);
  const auto found = read.ec == std::errc() ? client_line(line) : std::nullopt;
  if (!found) {
    return "COPY " + copy_.table;
  }
  std::string where = prefix + std::to_string(*found);
  context.remove_prefix(static_cast<std::size_t>(read.ptr - context.data()));
  for (std::size_t i = 0; i < copy_.columns.size(); ++i) {
    const std::string column = ", column " + copy_.columns[i];
    const bool named = context.substr(0, column.size()) == column &&
                       (context.size() == column.size() || context[column.size()] == ':');
    if (!named) {
      continue;
    }
    const bool sealed = std::ranges::any_of(
        copy_.sealed, [&](const auto& parameter) { return parameter.client_index == i + 1; });
    where += sealed ? column : context;
  }
  return where;
}

}  // namespace pgveil::proxy
