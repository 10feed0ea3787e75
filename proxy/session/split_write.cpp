#include "protocol/message/completion.hpp"
#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"

#include <charconv>
#include <set>

namespace pgveil::proxy {

namespace {

constexpr std::string_view kWrite = "pgveil_write";

/// "INSERT 0 3", "UPDATE 3".
std::uint64_t count_of(std::string_view tag) {
  const std::size_t at = tag.rfind(' ');
  std::uint64_t count = 0;
  if (at != std::string_view::npos) {
    std::from_chars(tag.data() + at + 1, tag.data() + tag.size(), count);
  }
  return count;
}

/// Rows that several locks mean count once for each.
std::uint64_t distinct_rows(const std::vector<std::vector<std::optional<protocol::Bytes>>>& rows) {
  std::set<std::pair<std::size_t, protocol::Bytes>> distinct;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i]) {
        distinct.emplace(i, *row[i]);
      }
    }
  }
  return distinct.size();
}

protocol::ErrorFields changed_before_lock() {
  return protocol::make_error(
      "ERROR", "40001", "could not lock a row: it was changed while the statement was computed", {},
      "Run the statement again.");
}

}  // namespace

/// A Split that writes, in two steps of the client's transaction:
///   Execute of the slice, rows locked ──▶ twin ──▶ Close, Parse, Bind, Execute of our own
/// The client's messages wait from its Execute on until the second Execute is answered, and that answer is
/// the answer to the client's. Errors are the server's, of either step, or the twin's; then the server skips
/// to the Sync, or is made to fail. A Query is sent as messages (piecewise.cpp).

std::optional<protocol::ErrorFields> BrainCore::fill_write(const Owing& entry,
                                                           const Run& run,
                                                           std::string& sql,
                                                           std::vector<ServerValue>& values) {
  const policy::WriteBack& write = *run.write_back();
  const SettingsInForce& settings = *entry.portal->settings;
  auto sealed = services_.values->seal_rows(
      *run.plan, std::get<EvaluatedRows>(*run.evaluated).written, settings);
  if (auto* error = std::get_if<protocol::ErrorFields>(&sealed)) {
    return std::move(*error);
  }
  std::vector<ClientValue> parameters = entry.portal->parameters;
  parameters.resize(run.plan->parameter_types.size());
  for (ClientValue& array : std::get<std::vector<ClientValue>>(sealed)) {
    parameters.push_back(std::move(array));
  }
  ValueInput input;
  input.literals = &run.literals;
  input.parameters = &parameters;
  input.settings = &settings;
  FilledSql text = services_.values->fill_sql(write.server_sql, input, nullptr);
  FilledParameters filled =
      services_.values->fill_parameters(write.server_parameters, input, nullptr);
  for (const auto* error :
       {std::get_if<protocol::ErrorFields>(&text), std::get_if<protocol::ErrorFields>(&filled)}) {
    if (error != nullptr) {
      return *error;
    }
  }
  if (!std::holds_alternative<std::string>(text) ||
      !std::holds_alternative<std::vector<ServerValue>>(filled)) {
    return protocol::make_error(
        "ERROR", "0A000",
        "a value in ON CONFLICT or RETURNING has a spelling that is not known here", {},
        "Write it in PostgreSQL's own output format.");
  }
  sql = std::get<std::string>(std::move(text));
  values = std::get<std::vector<ServerValue>>(std::move(filled));
  return std::nullopt;
}

/// `entry` is the front one and the last; it stands for the second Execute from now on.
void BrainCore::send_write(Owing& entry, Run& run, Actions& out) {
  BOOST_ASSERT(entry.kind == Owed::Execute && entry.portal != nullptr && queue_.size() == 1);
  if (run.write_back()->rows == policy::WriteBack::Rows::Locked) {
    run.rows_to_lock = distinct_rows(std::get<EvaluatedRows>(*run.evaluated).written);
  }
  std::string sql;
  std::vector<ServerValue> values;
  if (auto error = fill_write(entry, run, sql, values)) {
    fail_locally(entry, std::move(*error), out);
    if (!finished_) {
      queue_.pop();
    }
    return;
  }
  const policy::WriteBack& write = *run.write_back();
  protocol::Bind bind;
  bind.portal = kWrite;
  bind.statement = kWrite;
  for (const ServerValue& value : values) {
    bind.formats.push_back(value.format);
    bind.values.emplace_back(value.bytes ? protocol::Cell(*value.bytes) : protocol::Cell());
  }
  bind.result_formats = output_formats(write.outputs, entry.portal->formats);
  std::vector<std::uint32_t> types;
  for (const policy::ServerParameter& parameter : write.server_parameters) {
    types.push_back(parameter.declared_type);
  }
  protocol::encode_close(out.to_server, {protocol::Target::Portal, kWrite});
  protocol::encode_close(out.to_server, {protocol::Target::Statement, kWrite});
  protocol::encode_parse(out.to_server, {kWrite, sql, types});
  protocol::encode_bind(out.to_server, bind);
  protocol::encode_execute(out.to_server, {kWrite, 0});

  run.writing = true;
  if (run.is_barrier) {  // it is owed once more
    run.is_barrier = false;
    --barriers_;
  }
  Owing execute = std::move(entry);
  queue_.pop();
  for (const Owed kind : {Owed::ClosePortal, Owed::CloseStatement, Owed::Parse, Owed::Bind}) {
    Owing part;
    part.kind = kind;
    part.shown = Shown::ErrorsOnly;
    part.name = kWrite;
    owe(std::move(part));
  }
  owe(std::move(execute));
  ensure_flush(out);
}

/// A row of the server's RETURNING, opened for the client: it stands behind `before`. An Execute with a row
/// limit hands out rows later.
void BrainCore::keep_returned(Owing& entry, const Run& run, std::size_t before, Actions& out) {
  const bool shown = run.plan->columns && !run.write_back()->answered_by_twin;
  if (shown && entry.row_limit == 0) {
    return;
  }
  if (shown) {
    EvaluatedRows& rows = entry.portal->rows;
    rows.data_rows.insert(rows.data_rows.end(),
                          out.to_client.begin() + static_cast<std::ptrdiff_t>(before),
                          out.to_client.end());
    rows.row_ends.push_back(rows.data_rows.size());
  }
  out.to_client.resize(before);
}

/// CommandComplete of the second Execute.
Taken BrainCore::on_written(Owing& entry,
                            Run& run,
                            const protocol::MessageView& message,
                            Actions& out) {
  Portal& portal = *entry.portal;
  const auto tag = protocol::decode_command_complete(message.body);
  if (!tag) {
    protocol_violation("the server sent a malformed command tag", out);
    return Taken::Yes;
  }
  auto& made = std::get<EvaluatedRows>(*run.evaluated);
  const bool locks = run.write_back()->rows == policy::WriteBack::Rows::Locked;
  run.rows = locks ? made.row_ends.size() : count_of(*tag);
  if (locks && count_of(*tag) != run.rows_to_lock) {
    fail_locally(entry, changed_before_lock(), out);
    if (!finished_) {
      queue_.pop();
    }
    return Taken::Yes;
  }
  if (run.write_back()->answered_by_twin) {
    if (run.rows != made.row_ends.size()) {
      fail_locally(entry,
                   protocol::make_error("ERROR", "0A000",
                                        "the server did not store the rows that were computed", {},
                                        "Leave expressions over sealed columns out of RETURNING."),
                   out);
      if (!finished_) {
        queue_.pop();
      }
      return Taken::Yes;
    }
    portal.rows.data_rows = std::move(made.data_rows);
    portal.rows.row_ends = std::move(made.row_ends);
  }
  portal.rows.command_tag = locks ? made.command_tag : *tag;
  made = EvaluatedRows();
  if (run.plan->columns) {
    portal.evaluated = true;  // later Executes get what is left
    serve_rows(entry, out);
  } else {
    portal.copied = true;  // it cannot be run again
    show(message, out);
  }
  finish_run(entry, run, out);
  queue_.pop();
  return Taken::Yes;
}

}  // namespace pgveil::proxy
