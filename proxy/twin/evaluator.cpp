#include "proxy/twin/evaluator.hpp"

#include "proxy/session/stale_plan.hpp"
#include "proxy/twin/own_numbers.hpp"

#include <algorithm>
#include <set>

namespace pgveil::proxy::twin {
namespace {

constexpr std::size_t kCopyHeaderSize = 19;
constexpr std::size_t kCopyTrailerSize = 2;

class Token final : public proxy::CancelToken {
 public:
  explicit Token(std::shared_ptr<twin::CancelToken> token) : token_(std::move(token)) {}

  void cancel() override { token_->cancel(); }

 private:
  std::shared_ptr<twin::CancelToken> token_;
};

/// Collects the client's rows; columns behind the client's name patients.
class Collector final : public RowSink {
 public:
  /// `written`: so many of the columns behind the client's are to be stored, and name nobody.
  Collector(std::size_t hidden, std::size_t written, std::uint64_t max_bytes)
      : hidden_(hidden), written_(written), max_bytes_(max_bytes) {
    rows_.subjects.resize(hidden);
  }

  void on_columns(const protocol::RowDescription& columns) override { columns_ = columns; }

  bool on_row(protocol::ByteView body) override {
    if (written_ + hidden_ == 0) {
      const protocol::Frame frame(rows_.data_rows, 'D');
      protocol::put_bytes(rows_.data_rows, body);
    } else {
      if (!protocol::decode_data_row(body, cells_) || cells_.size() < hidden_ + written_) {
        return false;
      }
      const std::size_t shown = cells_.size() - hidden_ - written_;
      protocol::encode_data_row(rows_.data_rows, std::span(cells_).first(shown));
      if (written_ > 0) {
        keep_written(std::span(cells_).subspan(shown + hidden_));
      }
      for (std::size_t i = 0; i < hidden_; ++i) {
        if (const protocol::Cell& cell = cells_[shown + i]) {
          rows_.subjects[i].emplace_back(protocol::as_text(*cell));
        }
      }
    }
    rows_.row_ends.push_back(rows_.data_rows.size());
    too_large_ = max_bytes_ != 0 && rows_.data_rows.size() + written_bytes_ > max_bytes_;
    return !too_large_;
  }

  void keep_written(std::span<const protocol::Cell> cells) {
    auto& row = rows_.written.emplace_back();
    for (const protocol::Cell& cell : cells) {
      written_bytes_ += cell ? cell->size() : 0;
      row.push_back(cell ? std::optional(protocol::Bytes(cell->begin(), cell->end()))
                         : std::nullopt);
    }
  }

  [[nodiscard]] bool too_large() const { return too_large_; }

  [[nodiscard]] std::size_t columns() const { return columns_.size(); }

  [[nodiscard]] bool show(const std::vector<std::uint32_t>& own) const {
    return show_number(columns_, rows_.data_rows, own);
  }

  [[nodiscard]] EvaluatedRows take(std::string tag) {
    rows_.command_tag = std::move(tag);
    return std::move(rows_);
  }

 private:
  std::size_t hidden_;
  std::size_t written_;
  std::uint64_t written_bytes_ = 0;
  std::uint64_t max_bytes_;
  protocol::RowDescription columns_;
  bool too_large_ = false;
  EvaluatedRows rows_;
  std::vector<protocol::Cell> cells_;
};

/// The rows that an UPDATE or DELETE has changed.
class ChangedCollector final : public RowSink {
 public:
  explicit ChangedCollector(Collector& all) : all_(all) {}

  void on_columns(const protocol::RowDescription&) override {}

  bool on_row(protocol::ByteView body) override {
    if (!protocol::decode_data_row(body, cells_)) {
      return false;
    }
    all_.keep_written(cells_);
    return true;
  }

 private:
  Collector& all_;
  std::vector<protocol::Cell> cells_;
};

/// The last column of each row of a COPY: the ctid.
std::set<protocol::Bytes> loaded_rows(protocol::ByteView copy) {
  std::set<protocol::Bytes> rows;
  protocol::Reader in(copy.subspan(kCopyHeaderSize));
  for (std::int16_t columns = in.i16(); in.ok() && columns > 0; columns = in.i16()) {
    protocol::Cell last;
    for (std::int16_t i = 0; i < columns; ++i) {
      last = in.cell();
    }
    if (last) {
      rows.emplace(last->begin(), last->end());
    }
  }
  return rows;
}

/// A DELETE: what was loaded and is not there any more.
void keep_deleted(const policy::Slice& slice, const SlicePayload& payload, EvaluatedRows& rows) {
  std::set<protocol::Bytes> gone;
  for (std::size_t i = 0; i < slice.relations.size() && i < payload.relations.size(); ++i) {
    const protocol::Bytes& copy = payload.relations[i];
    if (slice.relations[i].is_target && copy.size() > kCopyHeaderSize + kCopyTrailerSize) {
      gone = loaded_rows(copy);
    }
  }
  for (const auto& left : rows.written) {
    if (!left.empty() && left.front()) {
      gone.erase(*left.front());
    }
  }
  rows.written.clear();
  for (const protocol::Bytes& row : gone) {
    rows.written.push_back({row});
  }
}

/// The last column of each row says which CHECK it violates. DETAIL would quote the row: it is left out.
std::optional<protocol::ErrorFields> take_checks(const policy::WriteBack& write,
                                                 EvaluatedRows& rows) {
  for (auto& row : rows.written) {
    if (!row.empty() && row.back()) {
      const std::size_t index = std::stoul(std::string(protocol::as_text(*row.back())));
      const std::string& check = write.checks.at(index);
      auto error = protocol::make_error("ERROR", "23514",
                                        "new row for relation \"" + write.table +
                                            "\" violates check constraint \"" + check + "\"");
      error.set('s', write.schema);
      error.set('t', write.table);
      error.set('n', check);
      return error;
    }
    if (!row.empty()) {
      row.pop_back();
    }
  }
  return std::nullopt;
}

std::vector<SliceRows> slice_rows(const policy::Slice& slice, const SlicePayload& payload) {
  std::vector<SliceRows> all;
  for (std::size_t i = 0; i < slice.relations.size() && i < payload.relations.size(); ++i) {
    const protocol::Bytes& copy = payload.relations[i];
    const bool empty = copy.size() <= kCopyHeaderSize + kCopyTrailerSize;
    if (empty && !slice.relations[i].is_target) {
      continue;  // what is kept of rows has to be there for the statement all the same
    }
    SliceRows rows;
    rows.schema = slice.relations[i].schema;
    rows.name = slice.relations[i].name;
    for (const policy::SliceColumn& column : slice.relations[i].columns) {
      rows.columns.push_back(column.name);
    }
    rows.copy = copy;
    rows.is_target = slice.relations[i].is_target;
    rows.kept_as = policy::kept_rows_table(rows.schema, rows.name);
    // Without columns each row is just its Int16 count.
    rows.rows = empty                  ? 0
                : rows.columns.empty() ? (copy.size() - kCopyHeaderSize - kCopyTrailerSize) / 2
                                       : std::max<std::uint64_t>(payload.rows, 1);
    all.push_back(std::move(rows));
  }
  return all;
}

Statement client_statement(const EvaluateRequest& request) {
  Statement statement;
  statement.sql = request.sql;
  statement.parameter_types = request.plan->parameter_types;
  for (const ClientValue& value : request.parameters) {
    statement.parameters.push_back({value.format, value.bytes});
  }
  statement.result_formats = request.result_formats;
  return statement;
}

void add_server_values(const EvaluateRequest& request,
                       const policy::Slice& slice,
                       Statement& statement) {
  for (std::size_t i = 0; i < slice.server_values.size(); ++i) {
    statement.parameter_types.push_back(slice.server_values[i]);
    statement.parameters.push_back({1, i < request.slice.server_values.size()
                                           ? request.slice.server_values[i]
                                           : std::nullopt});
  }
}

/// One format per column, as Bind allows none or one for all; hidden columns come as text.
void expand_formats(std::size_t shown, std::size_t hidden, Statement& statement) {
  std::vector<std::int16_t> formats;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& given = statement.result_formats;
    formats.push_back(given.empty()       ? std::int16_t{0}
                      : given.size() == 1 ? given[0]
                      : i < given.size()  ? given[i]
                                          : std::int16_t{0});
  }
  formats.resize(shown + hidden, 0);
  statement.result_formats = std::move(formats);
}

/// Its numbers are those of the query that it explains.
bool is_explain(std::string_view sql) {
  constexpr std::string_view kWord = "explain";
  const std::size_t begin = sql.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos &&
         std::ranges::equal(sql.substr(begin, kWord.size()), kWord, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
}

}  // namespace

SessionState session_state(const SessionSettings& settings) {
  SessionState state;
  state.role = settings.current_user();
  for (const std::string_view name : setting_names()) {
    if (name == "role" || name == "session_authorization" || name == "client_encoding") {
      continue;
    }
    const std::string* value = settings.find(name);
    if (value != nullptr && (!value->empty() || name == "search_path")) {
      state.settings.emplace_back(name, *value);
    }
  }
  state.prelude = settings.prelude;
  return state;
}

EvaluateResult TwinEvaluator::evaluate(
    const EvaluateRequest& request,
    const std::function<void(std::shared_ptr<proxy::CancelToken>)>& on_running) {
  const auto token = std::make_shared<twin::CancelToken>();
  if (on_running) {
    on_running(std::make_shared<Token>(token));
  }
  const auto* split = std::get_if<policy::Split>(&request.plan->plan.decision);
  const std::size_t hidden = split != nullptr ? split->slice.hidden_subjects.size() : 0;
  const policy::WriteBack* write = split != nullptr && split->write ? &*split->write : nullptr;
  // What is to be stored or locked comes with the statement's own rows.
  const bool inserts = write != nullptr && !write->has_row_array();
  const std::size_t checked = write != nullptr && !write->checks.empty() ? 1 : 0;
  const std::size_t written = inserts ? write->columns.size() + checked : 0;
  const std::size_t shown =
      write != nullptr && !write->answered_by_twin ? 0 : request.plan->row_columns();
  Statement statement = client_statement(request);
  if (hidden > 0 || write != nullptr) {
    expand_formats(shown, hidden, statement);
  }
  for (std::size_t i = 0; i < written; ++i) {
    statement.result_formats.push_back(i < write->columns.size() ? write->columns[i].format
                                                                 : std::int16_t{0});
  }
  SessionState state = session_state(request.settings);
  if (state.role.empty()) {
    state.role = request.login;
  }
  Collector rows(hidden, written, request.max_result_bytes);
  ChangedCollector changed_rows(rows);
  Answer<Outcome> answer = not_ready();
  if (split != nullptr) {
    add_server_values(request, split->slice, statement);
    ChangedRows changed;
    changed.selected = split->slice.changed_rows;
    changed.sink = &changed_rows;
    changed.formats.push_back(1);  // the ctid
    for (std::size_t i = 0; write != nullptr && i < write->columns.size(); ++i) {
      changed.formats.push_back(write->columns[i].format);
    }
    changed.formats.resize(changed.formats.size() + checked, 0);
    changed.only_changed = write != nullptr && write->rows == policy::WriteBack::Rows::Updated;
    answer = twin_.evaluate(slice_rows(split->slice, request.slice), statement, state, rows, *token,
                            write != nullptr && !inserts ? &changed : nullptr);
  } else {
    answer = twin_.run_local(statement, state, rows, *token);
  }
  if (rows.too_large()) {
    return protocol::make_error("ERROR", "54000", "the result is larger than max_result_bytes", {},
                                "Ask for fewer rows or columns, or fetch in portions.");
  }
  if (auto* error = std::get_if<protocol::ErrorFields>(&answer)) {
    return std::move(*error);
  }
  if (rows.columns() != shown + hidden + written) {
    return result_type_changed();
  }
  const std::vector<std::uint32_t>& own = std::get<Outcome>(answer).own_numbers;
  if (!own.empty() && !is_explain(request.sql) &&
      (std::ranges::find(own, 0U) != own.end() || rows.show(own))) {
    return number_not_known();
  }
  EvaluatedRows made = rows.take(std::move(std::get<Outcome>(answer).tag));
  if (write != nullptr && write->rows == policy::WriteBack::Rows::Deleted) {
    keep_deleted(split->slice, request.slice, made);
  }
  if (checked > 0) {
    if (auto violated = take_checks(*write, made)) {
      return *violated;
    }
  }
  return made;
}

ConvertResult TwinEvaluator::convert(const std::vector<proxy::Conversion>& conversions,
                                     const SessionSettings& settings) {
  std::vector<twin::Conversion> values;
  values.reserve(conversions.size());
  for (const proxy::Conversion& conversion : conversions) {
    values.push_back({conversion.from, conversion.to, conversion.typmod, conversion.format, 1,
                      conversion.bytes});
  }
  return twin_.convert(values, session_state(settings));
}

}  // namespace pgveil::proxy::twin
