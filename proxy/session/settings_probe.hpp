#pragma once

/// Asks the server for the settings that it does not report. Outside a transaction one SELECT asks for all
/// of them; inside one it is a row of SHOWs, which take no snapshot (SET TRANSACTION must still be
/// possible) and need no Sync. Names of our own are used, never the unnamed statement or portal.

#include "proxy/session/reply_queue.hpp"
#include "proxy/session/settings.hpp"

#include <cstddef>
#include <string_view>

namespace pgveil::proxy {

class SettingsProbe {
 public:
  /// Appends the messages, and their entries to the queue. Not in a failed block.
  /// `batch_open`: extended messages of the client are not synced yet, so no Sync may be sent.
  void send(bool in_transaction, bool batch_open, protocol::Bytes& to_server, ReplyQueue& queue);
  /// The body of a DataRow of one of our statements. False: not what we asked for.
  [[nodiscard]] bool take_row(protocol::ByteView body);
  /// Done or failed: the answers, when all came.
  [[nodiscard]] bool is_complete() const;

  [[nodiscard]] const SessionSettings& answers() const { return answers_; }

 private:
  void ask(std::string_view sql, protocol::Bytes& to_server, ReplyQueue& queue);

  SessionSettings answers_;
  std::size_t next_ = 0;  // of setting_names()
};

}  // namespace pgveil::proxy
