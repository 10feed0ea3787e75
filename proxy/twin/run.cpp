#include "protocol/message/completion.hpp"
#include "protocol/message/copy.hpp"
#include "protocol/message/query.hpp"
#include "proxy/twin/operate.hpp"
#include "proxy/twin/own_numbers.hpp"

#include <algorithm>
#include <charconv>

namespace pgveil::proxy::twin {
namespace {

std::string begin_sql(Access access, const SessionState& state) {
  if (access != Access::ReadOnly) {
    return begin_with_prelude(state) +
           (state.prelude.empty() ? "" : "; SELECT pgveil_twin.loosen()");
  }
  // Temporary tables are made first.
  return state.prelude.empty() ? "BEGIN READ ONLY"
                               : begin_with_prelude(state) + "; SET TRANSACTION READ ONLY";
}

std::string copy_sql(const SliceRows& rows) {
  std::string sql = "COPY " + quote_name(rows.schema) + "." + quote_name(rows.name) + " (";
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    sql += (i == 0 ? "" : ", ") + quote_name(rows.columns[i]);
  }
  return sql + ") FROM STDIN (FORMAT binary)";
}

/// Which command has loaded the rows: those that another command wrote are changed.
std::string remember_load_sql(const SliceRows& target) {
  return "SELECT pg_catalog.set_config('pgveil.loaded', (SELECT cmin::pg_catalog.text FROM ONLY " +
         quote_name(target.schema) + "." + quote_name(target.name) + " LIMIT 1), true)";
}

std::string changed_sql(const SliceRows& target, const ChangedRows& changed) {
  std::string sql = "SELECT " + changed.selected + " FROM ONLY " + quote_name(target.schema) + "." +
                    quote_name(target.name) + " AS new";
  if (changed.only_changed) {
    sql += " WHERE new.cmin::pg_catalog.text <> pg_catalog.current_setting('pgveil.loaded')";
  }
  return sql;
}

void encode_statement(protocol::Bytes& out, const Statement& statement) {
  protocol::encode_parse(out, {"", statement.sql, statement.parameter_types});
  protocol::Bind bind;
  for (const Parameter& parameter : statement.parameters) {
    bind.formats.push_back(parameter.format);
    bind.values.push_back(parameter.value ? protocol::Cell(*parameter.value) : std::nullopt);
  }
  bind.result_formats = statement.result_formats;
  protocol::encode_bind(out, bind);
  protocol::encode_describe(out, {protocol::Target::Portal, ""});
  protocol::encode_execute(out, {"", 0});
  protocol::encode_sync(out);
}

/// Reads the answers of all parts in order: BEGIN with the session's prelude (`prelude_part`), the slice,
/// the statement, ROLLBACK; the first error counts, wherever it is.
class AnswerReader {
 public:
  AnswerReader(TwinConnection& connection, RowSink& sink) : connection_(connection), sink_(sink) {}

  [[nodiscard]] Result<Answer<Outcome>> read(std::size_t parts,
                                             std::size_t statement_part,
                                             std::size_t prelude_part,
                                             const ChangedRows* changed,
                                             bool numbers,
                                             const SessionState* new_state) {
    for (std::size_t part = 0; part < parts; ++part) {
      const bool failed_before = failure_.has_value();
      const bool is_changed = changed != nullptr && part == statement_part + 1;
      const bool is_numbers = numbers && part == statement_part + 1;
      RowSink* sink = is_numbers ? &numbers_ : is_changed ? changed->sink : nullptr;
      if (auto done = read_part(part == statement_part, sink); !done) {
        return done.error();
      }
      if (part == prelude_part && failure_ && !failed_before) {
        failure_ = cannot_follow();
      }
      if (part == 0 && new_state != nullptr && !failure_) {
        connection_.applied = SessionState{new_state->role, new_state->settings, {}};
      }
    }
    if (failure_) {
      return Answer<Outcome>(std::move(*failure_));
    }
    outcome_.own_numbers = std::move(numbers_.numbers);
    return Answer<Outcome>(std::move(outcome_));
  }

 private:
  /// Of objects, one per row, as text.
  struct Numbers final : RowSink {
    void on_columns(const protocol::RowDescription&) override {}

    bool on_row(protocol::ByteView body) override {
      if (!protocol::decode_data_row(body, cells) || cells.size() != 1 || !cells[0]) {
        return false;
      }
      const std::string_view text = protocol::as_text(*cells[0]);
      (void)std::from_chars(text.data(), text.data() + text.size(), numbers.emplace_back());
      return true;
    }

    std::vector<std::uint32_t> numbers;
    std::vector<protocol::Cell> cells;
  };

  Result<Done> read_part(bool statement, RowSink* changed) {
    while (true) {
      auto message = connection_.next();
      if (!message) {
        return message.error();
      }
      if ((*message).type == 'Z') {
        return Done{};
      }
      if ((*message).type == 'E') {
        if (auto fields = protocol::decode_error_fields((*message).body); fields && !failure_) {
          failure_ = std::move(*fields);
        }
      } else if (statement && !failure_) {
        if (auto used = use(*message); !used) {
          return used.error();
        }
      } else if (changed != nullptr && !failure_ && (*message).type == 'D') {
        pass((*message).body, *changed);
      }
    }
  }

  void pass(protocol::ByteView row, RowSink& sink) {
    if (!given_up_ && !sink.on_row(row)) {
      given_up_ = true;
      send_cancel(connection_.cancel_target());
    }
  }

  Result<Done> use(const protocol::MessageView& message) {
    switch (message.type) {
      case 'D':
        ++outcome_.rows;
        pass(message.body, sink_);
        return Done{};
      case 'T': {
        auto columns = protocol::decode_row_description(message.body);
        if (!columns) {
          return Error{Errc::BadMessage, "run", {}};
        }
        sink_.on_columns(*columns);
        return Done{};
      }
      case 'C': {
        auto tag = protocol::decode_command_complete(message.body);
        if (!tag) {
          return Error{Errc::BadMessage, "run", {}};
        }
        outcome_.tag = *tag;
        return Done{};
      }
      case 'N': {
        auto notice = protocol::decode_error_fields(message.body);
        if (notice && (*notice).severity() != "LOG") {
          outcome_.notices.push_back(std::move(*notice));
        }
        return Done{};
      }
      default:
        return Done{};
    }
  }

  TwinConnection& connection_;
  RowSink& sink_;
  Outcome outcome_;
  Numbers numbers_;
  std::optional<protocol::ErrorFields> failure_;
  bool given_up_ = false;
};

}  // namespace

// Everything is written before anything is read. The twin reads on while it has little to say, which is
// so up to Execute, and behind Execute only ROLLBACK follows.
Result<Answer<Outcome>> run_on(TwinConnection& connection,
                               Access access,
                               const std::vector<SliceRows>& slice,
                               const Statement& statement,
                               const SessionState& state,
                               RowSink& sink,
                               CancelToken& cancel,
                               const ChangedRows* changed) {
  const auto target = std::ranges::find_if(
      slice, [](const SliceRows& rows) { return rows.is_target && rows.rows > 0; });
  if (target == slice.end()) {
    changed = nullptr;
  }
  protocol::Bytes out;
  const std::size_t state_answers = encode_state(out, connection, state);
  std::size_t parts = state_answers + 1;
  protocol::encode_query(out, {begin_sql(access, state)});
  for (const SliceRows& rows : slice) {
    if (rows.rows == 0) {
      continue;
    }
    ++parts;
    if (rows.columns.empty()) {
      // COPY wants at least one column; rows of which no column is needed are counted all the same.
      protocol::encode_query(
          out, {"INSERT INTO " + quote_name(rows.schema) + "." + quote_name(rows.name) +
                " SELECT FROM pg_catalog.generate_series(1, " + std::to_string(rows.rows) + ")"});
      continue;
    }
    protocol::encode_query(out, {copy_sql(rows)});
    protocol::encode_copy_data(out, rows.copy);
    protocol::encode_copy_done(out);
  }
  if (changed != nullptr) {
    ++parts;
    protocol::encode_query(out, {remember_load_sql(*target)});
  }
  const std::size_t statement_part = parts;
  encode_statement(out, statement);
  if (changed != nullptr) {
    ++parts;
    Statement after = statement;
    after.sql = changed_sql(*target, *changed);
    after.result_formats = changed->formats;
    encode_statement(out, after);
  }
  const bool numbers = access == Access::ReadOnly && !state.prelude.empty();
  if (numbers) {
    ++parts;
    protocol::encode_query(out, {own_numbers_sql(numbers_in(statement))});
  }
  protocol::encode_query(out, {"ROLLBACK"});
  parts += 2;
  if (auto sent = connection.send(out); !sent) {
    return sent.error();
  }
  cancel.sent_statement();
  AnswerReader reader(connection, sink);
  return reader.read(parts, statement_part, state_answers, changed, numbers,
                     state_answers == 1 ? &state : nullptr);
}

}  // namespace pgveil::proxy::twin
