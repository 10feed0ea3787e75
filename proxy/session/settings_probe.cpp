#include "proxy/session/settings_probe.hpp"

#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"

#include <string>

namespace pgveil::proxy {

namespace {

constexpr std::string_view kName = "pgveil_settings";

const std::string& select_all() {
  static const std::string sql = [] {
    std::string text;
    for (const std::string_view name : setting_names()) {
      text += text.empty() ? "SELECT " : ", ";
      text += "pg_catalog.current_setting('" + std::string(name) + "')";
    }
    return text;
  }();
  return sql;
}

void expect(ReplyQueue& queue, Owed kind) {
  Owing entry;
  entry.kind = kind;
  entry.shown = Shown::Nothing;
  entry.settings = true;
  queue.push(std::move(entry));
}

}  // namespace

void SettingsProbe::ask(std::string_view sql, protocol::Bytes& to_server, ReplyQueue& queue) {
  // A probe that failed half-way has left its statement behind.
  protocol::encode_close(to_server, {protocol::Target::Statement, kName});
  expect(queue, Owed::CloseStatement);
  protocol::encode_parse(to_server, {kName, sql, {}});
  expect(queue, Owed::Parse);
  protocol::encode_bind(to_server, {kName, kName, {}, {}, {}});
  expect(queue, Owed::Bind);
  protocol::encode_execute(to_server, {kName, 0});
  expect(queue, Owed::Execute);
  protocol::encode_close(to_server, {protocol::Target::Portal, kName});
  expect(queue, Owed::ClosePortal);
  protocol::encode_close(to_server, {protocol::Target::Statement, kName});
  expect(queue, Owed::CloseStatement);
}

void SettingsProbe::send(bool in_transaction,
                         bool batch_open,
                         protocol::Bytes& to_server,
                         ReplyQueue& queue) {
  answers_ = SessionSettings();
  next_ = 0;
  if (in_transaction) {
    for (const std::string_view name : setting_names()) {
      ask("SHOW " + std::string(name), to_server, queue);
    }
  } else {
    ask(select_all(), to_server, queue);
  }
  if (batch_open) {
    protocol::encode_flush(to_server);
  } else {
    protocol::encode_sync(to_server);
    expect(queue, Owed::Sync);
  }
}

bool SettingsProbe::take_row(protocol::ByteView body) {
  std::vector<protocol::Cell> cells;
  if (!protocol::decode_data_row(body, cells)) {
    return false;
  }
  for (const protocol::Cell& cell : cells) {
    if (!is_complete()) {
      answers_.apply(setting_names()[next_], cell ? protocol::as_text(*cell) : std::string_view());
      ++next_;
    }
  }
  return true;
}

bool SettingsProbe::is_complete() const { return next_ == setting_names().size(); }

}  // namespace pgveil::proxy
