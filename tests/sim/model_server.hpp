#pragma once

/// A small PostgreSQL: names, portals, blocks, skip-to-Sync, COPY IN, held output. Its statements are
/// single words (model_server.cpp); it also knows what pgveil sends in their place, so it can be talked to
/// directly and through a session, and both must see the same.
/// Source of its rules: facts that were tried against PostgreSQL 15.

#include "protocol/bytes.hpp"
#include "protocol/frame.hpp"
#include "tests/sim/messages.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::sim {

class ModelServer {
 public:
  /// Takes bytes, whole messages or not; what it answers is in `sent` as far as it was flushed.
  void feed(protocol::ByteView bytes);

  Bytes sent;
  bool closed = false;

 private:
  struct Portal {
    std::string sql;
    std::size_t next = 0;
    bool done = false;
  };

  enum class Copying { No, Query, Execute };

  void message(const protocol::MessageView& message);
  void query(std::string_view text);
  void run_texts();
  void parse(protocol::ByteView body);
  void bind(protocol::ByteView body);
  void describe(protocol::ByteView body);
  void execute(protocol::ByteView body);
  void close(protocol::ByteView body);
  void sync();
  void copying(const protocol::MessageView& message);
  /// False: the error was sent.
  bool analyse(const std::string& sql);
  bool finish_statement(const std::string& sql);
  void fail(std::string_view sqlstate, std::string_view text);
  void end_transaction();

  void put(const Bytes& bytes) { protocol::put_bytes(held_, bytes); }

  void flush();

  Bytes inbox_;
  Bytes held_;
  char block_ = 'I';
  bool skipping_ = false;
  bool in_query_ = false;
  bool failed_ = false;  // the current Query
  Copying copying_ = Copying::No;
  std::vector<std::string> texts_;  // statements of the current Query that are left
  std::map<std::string, std::string> statements_;
  std::map<std::string, Portal> portals_;
};

/// Words that a client may use as statements.
[[nodiscard]] const std::vector<std::string>& model_statements();

}  // namespace pgveil::sim
